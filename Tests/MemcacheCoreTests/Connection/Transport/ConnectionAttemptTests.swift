#if os(Linux)
    import MemcachePlatform
    import Testing

    @testable import MemcacheCore

    /// How the addresses of a name are tried. All of 127.0.0.0/8 is this machine's own on Linux.
    @Suite struct ConnectionAttemptTests {
        /// Notes how a connection began and ended.
        private final class Delegate: TransportDelegate {
            private let outcome = Monitor<String?>(nil)

            func transportOpened() { outcome.withLock { $0 = "open" } }
            func transportReceived(_ bytes: Span<UInt8>) -> (used: Int, needed: Int) { (bytes.count, 0) }
            func transportReceivedAll() {}
            func transportEnded(_ ending: TransportEnding) {
                outcome.withLock { outcome in
                    switch ending {
                    case .notConnected(let reason, _): outcome = "not connected: \(reason)"
                    case .noResources(let reason): outcome = "no resources: \(reason)"
                    case .connectTimedOut: outcome = "timed out"
                    case .closed: outcome = "closed"
                    case .broken(let reason, _): outcome = "broken: \(reason)"
                    }
                }
            }

            /// The outcome, as soon as there is one.
            func wait() -> String { outcome.wait { $0 } }
        }

        /// A socket that listens on an address and a port; 0 chooses the port.
        private final class Listener {
            let port: Int
            private var sockets: [Int32] = []

            /// - Parameter isFull: Whether so many connections wait that others are not answered.
            init(_ address: String, port: Int = 0, isFull: Bool = false) throws {
                var name = sockaddr_in()
                name.sin_family = sa_family_t(AF_INET)
                name.sin_port = in_port_t(port).bigEndian
                inet_pton(AF_INET, address, &name.sin_addr)
                var length = socklen_t(MemoryLayout<sockaddr_in>.size)
                let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
                sockets = (0..<(isFull ? 4 : 1)).map { _ in socket(AF_INET, kind, 0) }
                let isListening = withUnsafeMutablePointer(to: &name) { [sockets] pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                        guard bind(sockets[0], name, length) == 0, listen(sockets[0], isFull ? 0 : 16) == 0,
                            getsockname(sockets[0], name, &length) == 0
                        else { return false }
                        for socket in sockets.dropFirst() { connect(socket, name, length) }
                        return true
                    }
                }
                self.port = Int(in_port_t(bigEndian: name.sin_port))
                try #require(isListening)
            }

            deinit { for socket in sockets { close(socket) } }
        }

        private func outcome(
            _ addresses: [String], port: Int, timeout: Duration = .seconds(60)
        ) throws -> String {
            let transport = try PollTransport(on: .streams) { _, port, body in
                body(.success(addresses.compactMap { SocketDestination(numeric: $0, port: port) }))
            }
            let delegate = Delegate()
            transport.connect(
                to: ServerAddress(.tcp(host: "name", port: port)), options: TransportOptions(connectTimeout: timeout),
                delegate: delegate)
            defer { transport.execute { transport.close() } }
            return delegate.wait()
        }

        @Test func `after an address that refuses the next one is tried`() throws {
            let listener = try Listener("127.0.0.1")
            #expect(try outcome(["127.0.0.2", "127.0.0.3", "127.0.0.1"], port: listener.port) == "open")
        }

        @Test func `the first reason is given if all refuse`() throws {
            let listener = try Listener("127.0.0.1")
            #expect(
                try outcome(["127.0.0.2", "127.0.0.3"], port: listener.port) == "not connected: connection refused")
        }

        @Test func `a name without addresses cannot be connected to`() throws {
            #expect(try outcome([], port: 1).hasPrefix("not connected: "))
        }

        @Test(arguments: [Duration.seconds(60), .milliseconds(240)])
        func `beside an address that does not answer the next one is tried`(_ timeout: Duration) throws {
            let full = try Listener("127.0.0.2", isFull: true)
            let listener = try Listener("127.0.0.1", port: full.port)
            #expect(listener.port == full.port)
            let outcome = try outcome(["127.0.0.2", "127.0.0.1"], port: full.port, timeout: timeout)
            // With so short a limit a busy machine may not come to the second address.
            #expect(outcome == "open" || outcome == "timed out" && timeout < .seconds(1))
        }

        @Test func `an address that does not answer is given up after the time limit`() throws {
            let full = try Listener("127.0.0.2", isFull: true)
            #expect(try outcome(["127.0.0.2"], port: full.port, timeout: .milliseconds(50)) == "timed out")
        }
    }
#endif
