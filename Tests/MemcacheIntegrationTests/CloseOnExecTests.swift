#if os(Linux)
    import Glibc
    import MemcacheCore
    import TestSupport
    import Testing

    /// Connections are never inherited by child processes.
    @Suite(.inTurns) struct CloseOnExecTests {
        @Test func `a connection to a name is close-on-exec before it is established`() async throws {
            let server = try FullServer()
            let connection = try Connection(
                to: try ServerAddress("localhost:\(server.port)"), options: .init(connectTimeout: hangLimit))
            var descriptor: Int32?
            #expect(
                try await eventually {
                    descriptor = server.descriptorOfWaiting
                    return descriptor != nil
                })
            let flags = fcntl(try #require(descriptor), F_GETFD)
            #expect(flags & FD_CLOEXEC != 0)
            connection.close()
        }
    }

    /// Listens, but has more connections waiting than it accepts, so that another one takes a while.
    private final class FullServer {
        let port: UInt16
        private var descriptors: [Int32] = []

        init() throws {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            for _ in 0..<4 {
                let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
                descriptors.append(socket(AF_INET, kind, 0))
            }
            let sockets = descriptors
            let listening = withUnsafeMutablePointer(to: &address) { address in
                address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    guard bind(sockets[0], address, length) == 0, listen(sockets[0], 0) == 0,
                        getsockname(sockets[0], address, &length) == 0
                    else { return false }
                    for socket in sockets.dropFirst() { connect(socket, address, length) }
                    return true
                }
            }
            port = UInt16(bigEndian: address.sin_port)
            try #require(listening)
        }

        deinit {
            for descriptor in descriptors { close(descriptor) }
        }

        /// The descriptor of a socket of this process that is still connecting: to this server, because others on this
        /// machine answer at once.
        var descriptorOfWaiting: Int32? {
            (0..<4096).first { !descriptors.contains($0) && isWaiting($0) }
        }

        private func isWaiting(_ descriptor: Int32) -> Bool {
            // The state is the first byte of TCP's information about a connection.
            var state: UInt8 = 0
            var length: socklen_t = 1
            return getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &state, &length) == 0
                && state == UInt8(TCP_SYN_SENT)
        }
    }
#endif
