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
    private struct State {
        var descriptor: Int32
        var hasFailed = false
    }

    private let state: Mutex<State>

    /// A sink on an open descriptor.
    init(descriptor: Int32) {
        state = Mutex(State(descriptor: descriptor))
    }

    /// Sends what follows to another descriptor, and returns the one used before.
    func redirect(to descriptor: Int32) -> Int32 {
        state.withLock { state in
            defer { state.descriptor = descriptor }
            return state.descriptor
        }
    }

    /// Whether a write has failed.
    var hasFailed: Bool { state.withLock { $0.hasFailed } }

    /// Writes bytes, waiting while the other side is slow. Calls `write`.
    ///
    /// Standard output that nobody reads any more ends the program quietly, as SIGPIPE does.
    func write(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        let descriptor = state.withLock { $0.descriptor }
        let error = FileDescriptors.write(bytes, to: descriptor)
        guard error != 0 else { return }
        if error == EPIPE, descriptor == STDOUT_FILENO { Signals.endByBrokenPipe() }
        let isFirst = state.withLock { state in
            defer { state.hasFailed = true }
            return !state.hasFailed
        }
        if isFirst {
            Messages.write("mcsh: cannot write the output: \(FileDescriptors.reason(error))")
        }
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
                    waitUntilWritable(descriptor)
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
                var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                poll(&entry, 1, -1)
            } else if errno != EINTR {
                return Int(-errno)
            }
        }
    }

    /// All bytes up to the end, or the error.
    static func readAll(_ descriptor: Int32) -> Result<[UInt8], FileError> {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, into: $0) }
            if count < 0 { return .failure(FileError(code: Int32(-count))) }
            if count == 0 { return .success(bytes) }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    /// All bytes of a file, or the error.
    static func contents(of path: [UInt8]) -> Result<[UInt8], FileError> {
        let descriptor = open(path, flags: O_RDONLY)
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

    /// What the system says of an error. Calls `strerror`.
    static func reason(_ error: Int32) -> String {
        String(cString: strerror(error)).lowercased()
    }

    private static func waitUntilWritable(_ descriptor: Int32) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&entry, 1, -1)
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

    var reason: String { FileDescriptors.reason(code) }
}
