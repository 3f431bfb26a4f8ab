import DequeModule
import MemcachePlatform
import Synchronization

/// Stores the lines of a dump until they are read: in memory up to a limit, then in an unnamed file.
///
/// One thread appends and one task reads. Neither waits for the other's file operations: the lock is held only while
/// positions are compared and bytes are passed on.
final class ListingSpool: LineSink {
    /// The size of one write to the file and of one read from it.
    static let blockBytes = 262_144

    /// The stored lines, oldest first: the chunks in memory, the file from `fileStart` to `fileEnd`, the block being
    /// written, and `tail`.
    private struct State {
        var chunks: Deque<[UInt8]> = []
        var chunkBytes = 0
        var file: Int32?
        var fileStart: Int64 = 0
        var fileEnd: Int64 = 0
        var isWriting = false
        var tail: [UInt8] = []
        var isOver = false
        var error: MemcacheError?
        /// Whether the list was cancelled.
        var isGivenUp = false

        /// Whether new lines must go after those in the file.
        var isSpilled: Bool { fileStart < fileEnd || isWriting || !tail.isEmpty }
    }

    private enum Portion {
        case lines([UInt8])
        case file(Int32, offset: Int64, count: Int)
        case nothingYet
        case over(MemcacheError?)
    }

    private let memoryBytes: Int
    private let directory: String
    private let state = Mutex(State())
    private let wakeUp = WakeUp()

    /// Creates an empty spool. The file is created when it is needed.
    ///
    /// - Parameters:
    ///   - memoryBytes: How much is stored in memory before the file is used.
    ///   - directory: Where the file is created.
    init(memoryBytes: Int, directory: String = ListingSpool.temporaryDirectory) {
        self.memoryBytes = memoryBytes
        self.directory = directory
    }

    deinit {
        if let file = state.withLock({ $0.file }) { close(file) }
    }

    /// `TMPDIR`, or `/tmp`.
    static var temporaryDirectory: String {
        guard let directory = getenv("TMPDIR"), directory.pointee != 0 else { return "/tmp" }
        return String(cString: directory)
    }

    /// The number of bytes written to the file.
    var spilledBytes: Int64 { state.withLock { $0.fileEnd } }

    func append(_ lines: Span<UInt8>) throws(MemcacheError) {
        let block = state.withLock { state -> [UInt8]? in
            if state.isGivenUp { return nil }
            if !state.isSpilled, state.chunkBytes + lines.count <= memoryBytes {
                state.chunkBytes += lines.count
                if let last = state.chunks.last, last.count + lines.count <= Self.blockBytes {
                    state.chunks[state.chunks.count - 1].append(lines)
                } else {
                    state.chunks.append(lines.copy(0..<lines.count))
                }
                return nil
            }
            state.tail.append(lines)
            guard state.tail.count >= Self.blockBytes else { return nil }
            state.isWriting = true
            defer { state.tail = [] }
            return state.tail
        }
        if let block { try write(block) }
        wakeUp.raise()
    }

    func finish(_ error: MemcacheError?) {
        state.withLock { state in
            guard !state.isOver else { return }
            state.isOver = true
            state.error = error
        }
        wakeUp.raise()
    }

    /// Drops what is stored and what follows.
    func giveUp() {
        state.withLock { state in
            state.isGivenUp = true
            state.chunks = []
            state.chunkBytes = 0
            state.tail = []
        }
    }

    /// Returns the next lines, whole and with their ends; nil after the last.
    ///
    /// - Throws: ``MemcacheError`` if the stream was interrupted, after the lines before that; `cancelled` at once.
    func next() async throws(MemcacheError) -> [UInt8]? {
        while true {
            if Task.isCancelled { throw MemcacheError(.cancelled, "reading the list was cancelled") }
            switch take() {
            case .lines(let lines): return lines
            case .file(let file, let offset, let count): return try read(file, at: offset, count: count)
            case .nothingYet: try await wakeUp.wait()
            case .over(let error?): throw error
            case .over(nil): return nil
            }
        }
    }

    private func take() -> Portion {
        state.withLock { state in
            if state.isGivenUp { return .over(MemcacheError(.cancelled, "the list was given up")) }
            if let lines = state.chunks.popFirst() {
                state.chunkBytes -= lines.count
                return .lines(lines)
            }
            if let file = state.file, state.fileStart < state.fileEnd {
                let count = min(Int64(Self.blockBytes), state.fileEnd - state.fileStart)
                return .file(file, offset: state.fileStart, count: Int(count))
            }
            if state.isWriting { return .nothingYet }
            if !state.tail.isEmpty {
                defer { state.tail = [] }
                return .lines(state.tail)
            }
            return state.isOver ? .over(state.error) : .nothingYet
        }
    }

    /// Writes a block to the end of the file. Calls `pwrite`.
    private func write(_ block: [UInt8]) throws(MemcacheError) {
        let file = try openFile()
        let offset = state.withLock { $0.fileEnd }
        var written = 0
        while written < block.count {
            let count = block.withUnsafeBytes { bytes in
                pwrite(
                    file, bytes.baseAddress.map { $0 + written }, bytes.count - written,
                    off_t(offset) + off_t(written))
            }
            if count > 0 {
                written += count
            } else if count == 0 || errno != EINTR {
                let reason = count == 0 ? ENOSPC : errno
                state.withLock { $0.isWriting = false }
                throw fault("written", reason)
            }
        }
        state.withLock { state in
            state.fileEnd += Int64(block.count)
            state.isWriting = false
        }
    }

    /// Reads lines from the file: as many whole ones as there are in `count` bytes. Calls `pread`.
    private func read(_ file: Int32, at offset: Int64, count: Int) throws(MemcacheError) -> [UInt8] {
        var reason: Int32?
        var block = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count {
                let got = pread(
                    file, buffer.baseAddress.map { $0 + initialized }, count - initialized,
                    off_t(offset) + off_t(initialized))
                if got > 0 {
                    initialized += got
                } else if got == 0 || errno != EINTR {
                    reason = got == 0 ? EIO : errno
                    return
                }
            }
        }
        if let reason { throw fault("read", reason) }
        // The file contains whole lines, none longer than a block.
        if let newline = block.lastIndex(of: UInt8(ascii: "\n")) { block.removeLast(block.count - newline - 1) }
        state.withLock { $0.fileStart += Int64(block.count) }
        return block
    }

    /// Opens the file: only its owner can read it, child processes do not inherit it, and it disappears when it is
    /// closed, in whatever way. Calls `open`.
    private func openFile() throws(MemcacheError) -> Int32 {
        if let file = state.withLock({ $0.file }) { return file }
        var path = ""
        var file: Int32 = -1
        // Close-on-exec from the beginning: another thread may start a program at any moment.
        repeat {
            path = "\(directory)/mcsh-dump-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
            file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        } while file < 0 && (errno == EEXIST || errno == EINTR)
        guard file >= 0 else {
            let reason = errno
            state.withLock { $0.isWriting = false }
            throw fault("made", reason)
        }
        unlink(path)
        state.withLock { $0.file = file }
        return file
    }

    private func fault(_ verb: String, _ reason: Int32) -> MemcacheError {
        MemcacheError(
            .localFile,
            "the file in \(EscapedText.string(Array(directory.utf8))) that keeps the list cannot be \(verb): "
                + String(cString: strerror(reason)).lowercased())
    }
}
