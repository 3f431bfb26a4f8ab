import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A plain connection with which a test prepares a server, or inspects its content, without the code under test.
package final class RawConnection: Sendable {
    private let socket: Descriptor
    private let address: String
    private let limit: Duration
    private let unread = Mutex(ByteString())

    private init(socket: Descriptor, address: String, limit: Duration) {
        self.socket = socket
        self.address = address
        self.limit = limit
    }

    /// - Parameter address: `unix:/path`, `127.0.0.1:port` or `[::1]:port`.
    /// - Parameter limit: How long connecting and each later call may take.
    package static func connect(to address: String, within limit: Duration = hangLimit) async throws -> RawConnection {
        try await onThread {
            let socket = try SocketAddress(address).connect(until: Deadline(after: limit))
            return RawConnection(socket: socket, address: address, limit: limit)
        }
    }

    package func send(_ bytes: ByteString) async throws {
        try await onThread { [socket, limit] in try socket.write(bytes.bytes, until: Deadline(after: limit)) }
    }

    /// Receives until the bytes so far satisfy `isComplete`, and returns all of them.
    package func receive(until isComplete: @escaping @Sendable (ByteString) -> Bool) async throws -> ByteString {
        try await receive { isComplete($0) ? $0.count : nil }
    }

    /// Receives up to and including `ending`. What came after it is kept for the next call.
    package func receive(through ending: ByteString) async throws -> ByteString {
        try await receive { bytes in
            guard bytes.count >= ending.count else { return nil }
            return (ending.count...bytes.count).first { end in
                bytes.bytes[(end - ending.count)..<end] == ending.bytes[...]
            }
        }
    }

    package func receive(count: Int) async throws -> ByteString {
        try await receive { $0.count >= count ? count : nil }
    }

    /// Receives until the server disconnects.
    package func receiveToEnd() async throws -> ByteString {
        try await receive(endsAtHangUp: true) { _ in nil }
    }

    /// Sends a request and receives the reply up to and including `ending`.
    package func exchange(_ request: ByteString, through ending: ByteString = "\r\n") async throws -> ByteString {
        try await send(request)
        return try await receive(through: ending)
    }

    /// Signals that nothing more will be sent.
    package func finishSending() {
        _ = shutdown(socket.number, Int32(SHUT_WR))
    }

    private func receive(
        endsAtHangUp: Bool = false, _ length: @escaping @Sendable (ByteString) -> Int?
    ) async throws -> ByteString {
        try await onThread { [self] in
            let deadline = Deadline(after: limit)
            return try unread.withLock { unread in
                while true {
                    if let length = length(unread) {
                        defer { unread.removeFirst(length) }
                        return ByteString(unread[..<length])
                    }
                    let more: [UInt8]
                    do {
                        more = try socket.read(until: deadline)
                    } catch {
                        throw TestSupportFailure("\(address): \(error); received so far: \(unread)")
                    }
                    if more.isEmpty {
                        guard endsAtHangUp else { throw TestSupportFailure("\(address) hung up after \(unread)") }
                        defer { unread = [] }
                        return unread
                    }
                    unread.bytes += more
                }
            }
        }
    }
}
