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
            pollfd(fd: Blocking.cancelDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&entries, nfds_t(entries.count), -1) < 0, errno == EINTR {}
        return !Blocking.isCancelled
    }

    /// Opens what a line names, which may be no file: the other end of a pipe is waited for, until Ctrl-C at the prompt
    /// at the latest. Minus the error where that fails. Calls `open`, `fstat` and `poll`.
    static func openWaiting(_ path: [UInt8], flags: Int32) -> Int32 {
        while true {
            let descriptor = open(path, flags: flags | O_NONBLOCK)
            if descriptor == -ENXIO, flags & O_ACCMODE == O_WRONLY, isPipe(path) {
                // Without a reader there is nothing to wait on.
                var entry = pollfd(fd: Blocking.cancelDescriptor, events: Int16(POLLIN), revents: 0)
                poll(&entry, 1, 20)
                if Blocking.isCancelled { return -ECANCELED }
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
