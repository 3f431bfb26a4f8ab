import CStart
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Standard output, or the file or command that a line sends its output to. Writes wait until the bytes are taken.
final class OutputSink: Sendable {
    /// Where the output goes, and whether writing there has failed.
    struct Target: Sendable {
        /// An open descriptor.
        var descriptor: Int32
        /// What it is called in messages.
        var name: String
        /// Nothing more is written.
        var hasFailed = false
        /// What is held back; nil where nothing is.
        fileprivate var held: [UInt8]?

        /// Another program reads it, and takes its time.
        var isProgram: Bool

        /// A target to write to.
        init(descriptor: Int32, name: String = "the output", isProgram: Bool = false) {
            self.descriptor = descriptor
            self.name = name
            self.isProgram = isProgram
        }
    }

    private struct State {
        var target: Target
        var hasLost = false
        /// Why output was lost, until that is reported.
        var failure: String?
        /// What is on the terminal does not end with a line.
        var isInLine = false
        /// Another program may have left the terminal's cursor anywhere.
        var isPlaceUnknown = false
        /// What is written to standard output goes through this first.
        var paging: Paging?
        /// The pager was left before the end.
        var isLeft = false
        /// How long the user has read in pagers.
        var readingTime = Duration.zero
    }

    private let state: Mutex<State>
    private let hasUnreportedFailure = Atomic(false)

    /// A sink on an open descriptor.
    init(descriptor: Int32) {
        state = Mutex(State(target: Target(descriptor: descriptor)))
    }

    /// Sends what follows to another target, and returns the one used before.
    func redirect(to target: Target) -> Target {
        state.withLock { state in
            defer { state.target = target }
            return state.target
        }
    }

    /// Whether writing to the present target has failed: then there is no use in making more output.
    var hasFailed: Bool {
        state.withLock { $0.target.hasFailed || $0.isLeft && $0.target.descriptor == STDOUT_FILENO }
    }

    /// What takes the output.
    enum Destination { case terminal, pager, pipe, file }

    /// What takes what is written now. Calls `fstat`.
    var destination: Destination {
        let (descriptor, isPaged) = state.withLock { ($0.target.descriptor, $0.paging?.pager != nil) }
        if isPaged, descriptor == STDOUT_FILENO { return .pager }
        if Terminal.isTerminal(descriptor) { return .terminal }
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO ? .pipe : .file
    }

    /// How long the user has read in pagers, which is not how long a command takes.
    var readingTime: Duration { state.withLock { $0.readingTime } }

    /// Whether output was lost that somebody wanted.
    var hasLostOutput: Bool { state.withLock { $0.hasLost } }

    /// Why output was lost, once: `cannot write FILE: …`.
    func takeFailure() -> String? {
        guard hasUnreportedFailure.exchange(false, ordering: .sequentiallyConsistent) else { return nil }
        return state.withLock { state in
            defer { state.failure = nil }
            return state.failure
        }
    }

    /// Whether output was lost, and that is not reported yet.
    var hasFailure: Bool { hasUnreportedFailure.load(ordering: .relaxed) }

    /// Keeps what is written to the present target, until it is released.
    func hold() { state.withLock { $0.target.held = [] } }

    /// Whether what is written to the present target is kept.
    var isHeld: Bool { state.withLock { $0.target.held != nil } }

    /// What was kept; nil where nothing is. From here on bytes are written as they come.
    func release() -> [UInt8]? {
        state.withLock { state in
            defer { state.target.held = nil }
            return state.target.held
        }
    }

    /// Writes bytes, waiting while the other side is slow. Calls `write`.
    ///
    /// A reader that has seen enough is no error: standard output that nobody reads any more ends the program, as SIGPIPE
    /// does, and a command that a line was sent to gets nothing more.
    func write(_ bytes: [UInt8]) {
        guard !bytes.isEmpty, !hasFailed else { return }
        let (target, step) = state.withLock { state -> (Target, Paging.Step?) in
            if state.target.held != nil {
                state.target.held?.append(contentsOf: bytes)
                return (state.target, nil)
            }
            let descriptor = state.target.descriptor
            guard descriptor == STDOUT_FILENO else { return (state.target, .write(bytes, to: descriptor)) }
            return (state.target, state.paging?.take(bytes) ?? .write(bytes, to: descriptor))
        }
        // Not under the lock: a pager takes what its user has read.
        guard case .write(let bytes, let descriptor, let guest)? = step else { return }
        guest?.enter()
        let start = target.isProgram || descriptor != target.descriptor ? ContinuousClock.now : nil
        let error = FileDescriptors.write(bytes, to: descriptor)
        if let start { state.withLock { $0.readingTime += .now - start } }
        if descriptor == STDOUT_FILENO { state.withLock { $0.isInLine = bytes.last != UInt8(ascii: "\n") } }
        guard error != 0, error != ECANCELED else { return }
        if error == EPIPE, descriptor == STDOUT_FILENO { Signals.endByBrokenPipe() }
        state.withLock { state in
            if descriptor != target.descriptor {
                state.isLeft = true
            } else if state.target.descriptor == target.descriptor {
                state.target.hasFailed = true
            }
            guard error != EPIPE else { return }
            state.hasLost = true
            let name = descriptor == target.descriptor ? target.name : "to the pager"
            state.failure = state.failure ?? "cannot write \(name): \(FileDescriptors.reason(error))"
        }
        if error != EPIPE { hasUnreportedFailure.store(true, ordering: .sequentiallyConsistent) }
    }

    /// Ends the line that was begun at the terminal, for what is to stand at its left edge: a prompt, a message.
    ///
    /// - Parameter isBehindMark: Whether the terminal's own ^C stands there.
    func endLine(isBehindMark: Bool = false) {
        let (isInLine, isPlaceUnknown) = state.withLock { state in
            defer { (state.isInLine, state.isPlaceUnknown) = (false, false) }
            return (state.isInLine, state.isPlaceUnknown)
        }
        if isPlaceUnknown, !isBehindMark, Terminal.isTerminal(STDOUT_FILENO), let columns = Terminal.knownColumns() {
            // As many spaces as there are columns: they end in the row where the cursor is, if it is at its left edge, and
            // in the next one otherwise.
            let spaces = [UInt8](repeating: UInt8(ascii: " "), count: columns)
            _ = FileDescriptors.write(spaces + [0x0d], to: STDOUT_FILENO)
        } else if isBehindMark {
            _ = FileDescriptors.write([UInt8(ascii: "\n")], to: STDERR_FILENO)
        } else if isInLine, Terminal.isTerminal(STDOUT_FILENO) {
            _ = FileDescriptors.write([UInt8(ascii: "\n")], to: STDOUT_FILENO)
        }
    }

    /// Another program had the terminal, and may have left its cursor anywhere.
    func childHadTerminal() {
        guard Terminal.canEdit(environment: .ofProcess()) else { return }
        state.withLock { $0.isPlaceUnknown = true }
    }

    // MARK: Pager

    /// Runs a command whose output goes through a pager if it is taller than the screen.
    func paged(_ paging: Paging?, _ body: () -> Shell.Flow) -> Shell.Flow {
        state.withLock { $0.paging = paging }
        defer { endPaging() }
        return body()
    }

    /// Writes what is held, and waits until the pager is left. What follows goes to the terminal as it comes. Nothing may
    /// be on its way.
    func endPaging() {
        let paging = state.withLock { state -> (held: [UInt8], pager: (guest: Guest, descriptor: Int32)?) in
            let held = state.paging?.takeHeld() ?? []
            defer { state.paging = nil }
            return (held, state.paging?.pager)
        }
        if let (guest, descriptor) = paging.pager {
            close(descriptor)
            let start = ContinuousClock.now
            _ = guest.leave()
            state.withLock { state in
                state.isInLine = false
                state.readingTime += .now - start
            }
            childHadTerminal()
        }
        state.withLock { $0.isLeft = false }
        write(paging.held)
    }

    /// Writes a message beside the output: where that is held or goes to a pager, with it, lest the two are mixed up on the
    /// screen.
    func writeMessage(_ lines: [String]) {
        let isPaged = state.withLock { $0.paging != nil && $0.target.descriptor == STDOUT_FILENO }
        guard isPaged, !hasFailed, Terminal.isTerminal(STDERR_FILENO) else {
            if Terminal.isTerminal(STDERR_FILENO) { endLine() }
            return Messages.write(lines: lines)
        }
        write(Array((lines.joined(separator: "\n") + "\n").utf8))
    }
}

/// Reading and writing descriptors to the end.
enum FileDescriptors {
    /// Writes all bytes. Returns 0, or the error. Calls `write`.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let count = systemWrite(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
                if count >= 0 {
                    offset += count
                } else if errno == EAGAIN || errno == EWOULDBLOCK {
                    guard wait(for: descriptor, POLLOUT) else { return ECANCELED }
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }

    /// Reads what there is, waiting for the first byte. Returns the count, 0 at the end, or minus the error. Calls `read`.
    static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = systemRead(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            if errno == EAGAIN || errno == EWOULDBLOCK {
                guard wait(for: descriptor, POLLIN) else { return Int(-ECANCELED) }
            } else if errno != EINTR {
                return Int(-errno)
            }
        }
    }

    /// Whether a read would not wait: for there are bytes, or the end. Calls `poll`.
    static func isReadable(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// All bytes up to the end, or the error. Those of a file come in one piece; of others they are put together when
    /// their number is known, so that never more than a part of them is there twice.
    ///
    /// - Parameter limit: With more bytes than this nothing is returned, and no more than one of those is read.
    static func readAll(_ descriptor: Int32, limit: Int = maximumInputBytes) -> Result<[UInt8], FileError> {
        var pieces: [[UInt8]] = []
        var total = 0
        let expected = bytesLeft(in: descriptor)
        guard expected <= limit else { return .failure(.tooLong(limit: limit)) }
        // With room for one byte more than there should be, the end is seen without another piece.
        var room = expected + 1
        while true {
            var last = 0
            let size = min(max(room, 65_536), limit + 1 - total)
            guard hasMemory(for: size) else { return .failure(FileError(code: ENOMEM)) }
            let piece = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                useLargePages(UnsafeMutableRawBufferPointer(buffer))
                repeat {
                    let free = UnsafeMutableRawBufferPointer(buffer)[count...].prefix(1 << 30)
                    last = read(descriptor, into: UnsafeMutableRawBufferPointer(rebasing: free))
                    count += max(last, 0)
                } while last > 0 && count < buffer.count
            }
            if last < 0 { return .failure(FileError(code: Int32(-last))) }
            total += piece.count
            pieces.append(piece)
            guard total <= limit else { return .failure(.tooLong(limit: limit)) }
            guard last == 0 else {
                room = min(total, 16 << 20)
                continue
            }
            if pieces.count == 1 { return .success(piece) }
            guard hasMemory(for: total) else { return .failure(FileError(code: ENOMEM)) }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(total)
            for index in pieces.indices {
                bytes += pieces[index]
                pieces[index] = []
            }
            return .success(bytes)
        }
    }

    /// The longest input that is read into memory: no memcached takes a longer value, whatever its `-I`.
    static let maximumInputBytes = 1 << 30

    /// Whether the system gives so much memory: a request of Swift's that it refuses ends the program. Calls `malloc`.
    private static func hasMemory(for count: Int) -> Bool {
        // Little is not asked for: the answer would cost more than it is worth.
        guard count > 1 << 20 else { return true }
        guard let memory = malloc(count) else { return false }
        free(memory)
        return true
    }

    /// How much a file has from where it is read; 0 for what is none. Calls `fstat` and `lseek`.
    private static func bytesLeft(in descriptor: Int32) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 0 }
        return max(0, Int(status.st_size) - max(0, Int(lseek(descriptor, 0, SEEK_CUR))))
    }

    /// Has the system give out memory for much to be read in large pages, which takes a fraction of the time. Calls
    /// `madvise`.
    private static func useLargePages(_ buffer: UnsafeMutableRawBufferPointer) {
        #if canImport(Glibc)
            let page = Int(sysconf(Int32(_SC_PAGESIZE)))
            guard buffer.count > 4 << 20, let start = buffer.baseAddress?.alignedUp(toMultipleOf: page) else { return }
            madvise(start, (buffer.count - page) / page * page, MADV_HUGEPAGE)
        #endif
    }

    /// All bytes of what a line names, or the error.
    static func contents(of path: [UInt8]) -> Result<[UInt8], FileError> {
        let descriptor = openWaiting(path, flags: O_RDONLY)
        guard descriptor >= 0 else { return .failure(FileError(code: -descriptor)) }
        defer { close(descriptor) }
        return readAll(descriptor)
    }

    /// Opens a file; minus the error where that fails. Calls `open`.
    static func open(_ path: [UInt8], flags: Int32) -> Int32 {
        let terminated = path.map { CChar(bitPattern: $0) } + [0]
        #if canImport(Darwin)
            let descriptor = Darwin.open(terminated, flags | O_CLOEXEC, 0o666)
        #elseif canImport(Musl)
            let descriptor = Musl.open(terminated, flags | O_CLOEXEC, 0o666)
        #else
            let descriptor = Glibc.open(terminated, flags | O_CLOEXEC, 0o666)
        #endif
        return descriptor >= 0 ? descriptor : -errno
    }

    /// A pipe that programs which are started do not get, also where another thread starts one now; nil where the system
    /// gives none, with the reason in `errno`. Calls `pipe2`.
    static func pipe() -> (reading: Int32, writing: Int32)? {
        var ends: [Int32] = [-1, -1]
        guard mcsh_pipe(&ends) == 0 else { return nil }
        return (ends[0], ends[1])
    }

    /// What the system says of an error. Calls `strerror`.
    static func reason(_ error: Int32) -> String {
        if error == notAFile { return "it is not a file" }
        if error == noReader { return "no program reads this pipe" }
        return String(cString: strerror(error)).lowercased()
    }

    /// Waits for a descriptor, until Ctrl-C at the prompt at the latest. Calls `poll`.
    ///
    /// - Returns: False for Ctrl-C.
    private static func wait(for descriptor: Int32, _ events: Int32) -> Bool {
        var entries = [
            pollfd(fd: descriptor, events: Int16(events), revents: 0),
            pollfd(fd: MainThread.cancelDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&entries, nfds_t(entries.count), -1) < 0, errno == EINTR {}
        return !MainThread.isCancelled
    }

    /// Opens what a line names, which may be no file: the other end of a pipe is waited for, until Ctrl-C at the prompt
    /// at the latest. Minus the error where that fails. Calls `open`, `fstat` and `poll`.
    static func openWaiting(_ path: [UInt8], flags: Int32) -> Int32 {
        while true {
            let descriptor = open(path, flags: flags | O_NONBLOCK)
            if descriptor == -ENXIO, flags & O_ACCMODE == O_WRONLY, isPipe(path) {
                // Without a reader there is nothing to wait on.
                var entry = pollfd(fd: MainThread.cancelDescriptor, events: Int16(POLLIN), revents: 0)
                poll(&entry, 1, 20)
                if MainThread.isCancelled { return -ECANCELED }
                continue
            }
            guard descriptor >= 0 else { return descriptor }
            var status = stat()
            let isPipe = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
            // Without a writer, reading would find an end.
            if isPipe, flags & O_ACCMODE == O_RDONLY, !wait(for: descriptor, POLLIN) {
                close(descriptor)
                return -ECANCELED
            }
            return descriptor
        }
    }

    private static func isPipe(_ path: [UInt8]) -> Bool {
        var status = stat()
        return stat(path.map { CChar(bitPattern: $0) } + [0], &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }

    /// Opens a regular file: nothing that would have to be waited for. Minus the error where that fails; ``notAFile``
    /// where it is none. Calls `open` and `fstat`.
    static func openFile(_ path: [UInt8], flags: Int32) -> Int32 {
        let descriptor = open(path, flags: flags | O_NONBLOCK)
        if descriptor == -ENXIO { return -notAFile }
        guard descriptor >= 0 else { return descriptor }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return -notAFile
        }
        return descriptor
    }

    /// An error of our own: what was opened is no regular file.
    static let notAFile: Int32 = 1 << 20
    /// An error of our own: nothing reads the pipe that was opened to write to it.
    static let noReader: Int32 = 1 << 21

    /// All bytes of a regular file, or the error.
    static func contents(ofFile path: [UInt8]) -> Result<[UInt8], FileError> {
        let descriptor = openFile(path, flags: O_RDONLY)
        guard descriptor >= 0 else { return .failure(FileError(code: -descriptor)) }
        defer { close(descriptor) }
        return readAll(descriptor)
    }

    private static func systemWrite(_ descriptor: Int32, _ base: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Darwin)
            Darwin.write(descriptor, base, count)
        #elseif canImport(Musl)
            Musl.write(descriptor, base, count)
        #else
            Glibc.write(descriptor, base, count)
        #endif
    }

    private static func systemRead(_ descriptor: Int32, _ base: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        #if canImport(Darwin)
            Darwin.read(descriptor, base, count)
        #elseif canImport(Musl)
            Musl.read(descriptor, base, count)
        #else
            Glibc.read(descriptor, base, count)
        #endif
    }
}

/// An error of the system about a file.
struct FileError: Error, Hashable, Sendable {
    var code: Int32
    /// How many bytes it may have, where it has more.
    var limit: Int?

    init(code: Int32) { self.code = code }

    /// It has more bytes than are read.
    static func tooLong(limit: Int) -> FileError {
        var error = FileError(code: EFBIG)
        error.limit = limit
        return error
    }

    var reason: String {
        limit.map { "it has more than \($0) bytes, and no memcached stores a value that long" }
            ?? FileDescriptors.reason(code)
    }
}
