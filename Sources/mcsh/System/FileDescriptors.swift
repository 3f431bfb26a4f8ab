import CStart
import MemcachePlatform

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

    /// Reads what is available, waiting for the first byte. Returns the count, 0 at the end, or minus the error. Calls
    /// `read`.
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

    /// Whether a read would not wait: there are bytes, or the end. Calls `poll`.
    static func isReadable(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// All bytes up to the end, or the error. Those of a file are read in one piece; others are joined once their
    /// number is known, so that never more than a part of them is in memory twice.
    ///
    /// - Parameter limit: The maximum number of bytes: beyond it nothing is returned, and at most one more is read.
    static func readAll(_ descriptor: Int32, limit: Int = maximumInputBytes) -> Result<[UInt8], FileError> {
        var pieces: [[UInt8]] = []
        var total = 0
        let expected = bytesLeft(in: descriptor)
        guard expected <= limit else { return .failure(.tooLong(limit: limit)) }
        // With room for one more byte than expected, the end is detected without another piece.
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

    /// The longest input that is read into memory: no memcached accepts a longer value, whatever its `-I`.
    static let maximumInputBytes = 1 << 30

    /// Whether the system can provide that much memory: a failed allocation in Swift ends the program. Calls `malloc`.
    private static func hasMemory(for count: Int) -> Bool {
        // Small amounts are not checked: that would cost more than it is worth.
        guard count > 1 << 20 else { return true }
        guard let memory = malloc(count) else { return false }
        free(memory)
        return true
    }

    /// The number of bytes in a file after its offset; 0 for anything else. Calls `fstat` and `lseek`.
    private static func bytesLeft(in descriptor: Int32) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 0 }
        return max(0, Int(status.st_size) - max(0, Int(lseek(descriptor, 0, SEEK_CUR))))
    }

    /// Asks the system for large pages to read into, which takes a fraction of the time. Calls `madvise`.
    private static func useLargePages(_ buffer: UnsafeMutableRawBufferPointer) {
        #if canImport(Glibc)
            let page = Int(sysconf(Int32(_SC_PAGESIZE)))
            guard buffer.count > 4 << 20, let start = buffer.baseAddress?.alignedUp(toMultipleOf: page) else { return }
            madvise(start, (buffer.count - page) / page * page, MADV_HUGEPAGE)
        #endif
    }

    /// All bytes of a file or pipe that a line names, or the error.
    static func contents(of path: [UInt8]) -> Result<[UInt8], FileError> {
        let descriptor = openWaiting(path, flags: O_RDONLY)
        guard descriptor >= 0 else { return .failure(FileError(code: -descriptor)) }
        defer { close(descriptor) }
        return readAll(descriptor)
    }

    /// Opens a file; returns minus the error if that fails. Calls `open`.
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

    /// A pipe that child processes do not inherit, even if another thread starts one now; nil if the system provides
    /// none, with the reason in `errno`. Calls `pipe2`.
    static func pipe() -> (reading: Int32, writing: Int32)? {
        var ends: [Int32] = [-1, -1]
        guard mcsh_pipe(&ends) == 0 else { return nil }
        return (ends[0], ends[1])
    }

    /// The system's text for an error. Calls `strerror`.
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
            pollfd(fd: Blocking.cancelDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&entries, nfds_t(entries.count), -1) < 0, errno == EINTR {}
        return !Blocking.isCancelled
    }

    /// Opens a file that a line names, which may be a pipe: it waits for the other end, until Ctrl-C at the prompt at
    /// the latest. Returns minus the error if that fails. Calls `open`, `fstat` and `poll`.
    static func openWaiting(_ path: [UInt8], flags: Int32) -> Int32 {
        while true {
            let descriptor = open(path, flags: flags | O_NONBLOCK)
            if descriptor == -ENXIO, flags & O_ACCMODE == O_WRONLY, isPipe(path) {
                // Without a reader there is nothing to poll.
                var entry = pollfd(fd: Blocking.cancelDescriptor, events: Int16(POLLIN), revents: 0)
                poll(&entry, 1, 20)
                if Blocking.isCancelled { return -ECANCELED }
                continue
            }
            guard descriptor >= 0 else { return descriptor }
            var status = stat()
            let isPipe = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
            // Without a writer, reading would return the end.
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

    /// Opens a regular file, for which it never has to wait. Returns minus the error if that fails; ``notAFile`` if it
    /// is not one. Calls `open` and `fstat`.
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

    /// An error of our own: the opened file is not a regular one.
    static let notAFile: Int32 = 1 << 20
    /// An error of our own: the pipe opened for writing has no reader.
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

/// A system error about a file.
struct FileError: Error, Hashable, Sendable {
    var code: Int32
    /// The maximum number of bytes, if it has more.
    var limit: Int?

    init(code: Int32) { self.code = code }

    /// The error for a file with more bytes than are read.
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
