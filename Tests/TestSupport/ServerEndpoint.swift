import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Where a server of a test listens: always on this machine, never on a fixed port.
package enum ServerEndpoint: Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// A socket in a private directory.
    case unixSocket
    /// 127.0.0.1, a free port.
    case tcp
    /// ::1, a free port. See ``isAvailable``.
    case tcp6

    package var description: String {
        switch self {
        case .unixSocket: "Unix socket"
        case .tcp: "TCP"
        case .tcp6: "TCP over IPv6"
        }
    }

    /// Whether this machine has it: ::1 is often missing in containers.
    package var isAvailable: Bool {
        self != .tcp6 || (try? SocketAddress.ipv6(port: 0).listen()) != nil
    }

    /// The endpoints that this machine has, for `arguments:`.
    package static var available: [ServerEndpoint] {
        allCases.filter(\.isAvailable)
    }

    /// An address of `127.0.0.1` that refuses connections. Its port is kept, so that no server of another test gets it.
    package static func refused() throws -> String {
        let socket = try SocketAddress.ipv4(port: 0).reserve()
        keptSockets.withLock { $0.append(socket) }
        return try SocketAddress.ipv4(port: SocketAddress.port(of: socket)).text
    }

    private static let keptSockets = Mutex<[Descriptor]>([])
}

/// An address in the form that sockets use.
enum SocketAddress: Hashable, Sendable {
    case unix(path: String)
    case ipv4(port: UInt16)
    case ipv6(port: UInt16)

    /// Reads `unix:/path`, `/path`, `127.0.0.1:port` and `[::1]:port`.
    init(_ text: String) throws {
        if text.hasPrefix("unix:") {
            self = .unix(path: String(text.dropFirst(5)))
        } else if text.hasPrefix("/") {
            self = .unix(path: text)
        } else if text.hasPrefix("127.0.0.1:"), let port = UInt16(text.dropFirst(10)) {
            self = .ipv4(port: port)
        } else if text.hasPrefix("[::1]:"), let port = UInt16(text.dropFirst(6)) {
            self = .ipv6(port: port)
        } else {
            throw TestSupportFailure("tests connect to this machine only, not to \(text)")
        }
    }

    /// The address for mcsh's `-s`.
    var text: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .ipv4(let port): "127.0.0.1:\(port)"
        case .ipv6(let port): "[::1]:\(port)"
        }
    }

    func connect(until deadline: Deadline) throws -> Descriptor {
        let socket = try makeSocket()
        let code = try withSockaddr { address, length in
            #if canImport(Darwin)
                Darwin.connect(socket.number, address, length)
            #else
                Glibc.connect(socket.number, address, length)
            #endif
        }
        if code != 0 {
            guard errno == EINPROGRESS else { throw TestSupportFailure.systemCall("connect to \(text)") }
            guard socket.wait(for: Int32(POLLOUT), until: deadline) == .ready else {
                throw TestSupportFailure("no connection to \(text) within the time limit")
            }
            var failure: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(socket.number, SOL_SOCKET, SO_ERROR, &failure, &length)
            guard failure == 0 else { throw TestSupportFailure.systemCall("connect to \(text)", failure) }
        }
        return socket
    }

    func listen(receiveBuffer: Int32? = nil) throws -> Descriptor {
        let socket = try makeSocket()
        var one: Int32 = 1
        setsockopt(socket.number, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        if var receiveBuffer {
            setsockopt(socket.number, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        let bound = try withSockaddr { address, length in bind(socket.number, address, length) }
        guard bound == 0 else { throw TestSupportFailure.systemCall("bind \(text)") }
        #if canImport(Darwin)
            let listening = Darwin.listen(socket.number, 128)
        #else
            let listening = Glibc.listen(socket.number, 128)
        #endif
        guard listening == 0 else { throw TestSupportFailure.systemCall("listen on \(text)") }
        return socket
    }

    /// A socket that has the address to itself and does not listen.
    func reserve() throws -> Descriptor {
        let socket = try makeSocket()
        let bound = try withSockaddr { address, length in bind(socket.number, address, length) }
        guard bound == 0 else { throw TestSupportFailure.systemCall("bind \(text)") }
        return socket
    }

    /// The port assigned to a socket.
    static func port(of socket: Descriptor) throws -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let port: UInt16? = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(socket.number, address, &length) == 0 else { return nil }
                // The port is at the same position in sockaddr_in and sockaddr_in6.
                return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    UInt16(bigEndian: $0.pointee.sin_port)
                }
            }
        }
        guard let port else { throw TestSupportFailure.systemCall("getsockname") }
        return port
    }

    private func makeSocket() throws -> Descriptor {
        let family =
            switch self {
            case .unix: AF_UNIX
            case .ipv4: AF_INET
            case .ipv6: AF_INET6
            }
        #if canImport(Darwin)
            let type = SOCK_STREAM
        #else
            let type = Int32(SOCK_STREAM.rawValue)
        #endif
        let number = closedInChildren { socket(family, type, 0) }
        guard number >= 0 else { throw TestSupportFailure.systemCall("socket") }
        return Descriptor(number)
    }

    private func withSockaddr<Answer>(_ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Answer) throws -> Answer {
        func pass<Address>(_ address: Address) throws -> Answer {
            try withUnsafePointer(to: address) { pointer in
                try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    try body($0, socklen_t(MemoryLayout<Address>.size))
                }
            }
        }
        switch self {
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
                throw TestSupportFailure("\(path) is too long for a Unix socket")
            }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            return try pass(address)
        case .ipv4(let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            return try pass(address)
        case .ipv6(let port):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            guard inet_pton(AF_INET6, "::1", &address.sin6_addr) == 1 else { throw TestSupportFailure("no ::1") }
            return try pass(address)
        }
    }
}
