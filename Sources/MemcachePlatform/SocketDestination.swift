/// An address that a socket can be connected to: IPv4, IPv6 or the path of a Unix socket.
package struct SocketDestination: Sendable {
    private var storage: sockaddr_storage
    private let length: socklen_t

    /// The family: `AF_INET`, `AF_INET6` or `AF_UNIX`.
    package var family: Int32 { Int32(storage.ss_family) }

    /// A numeric address of version 4 or 6; nil for a name, or if the port is out of range.
    package init?(numeric host: String, port: Int) {
        storage = sockaddr_storage()
        guard let port = in_port_t(exactly: port) else { return nil }
        var v4 = sockaddr_in()
        var v6 = sockaddr_in6()
        if inet_pton(AF_INET, host, &v4.sin_addr) == 1 {
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = port.bigEndian
            length = SocketDestination.copy(v4, to: &storage)
        } else if inet_pton(AF_INET6, host, &v6.sin6_addr) == 1 {
            v6.sin6_family = sa_family_t(AF_INET6)
            v6.sin6_port = port.bigEndian
            length = SocketDestination.copy(v6, to: &storage)
        } else {
            return nil
        }
    }

    /// The path of a Unix socket; nil if it is too long for one.
    package init?(path: String) {
        storage = sockaddr_storage()
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            let bytes = path.utf8
            guard bytes.count < room.count else { return false }
            room.copyBytes(from: bytes)
            return true
        }
        guard fits else { return nil }
        length = SocketDestination.copy(address, to: &storage)
    }

    /// What the resolver found.
    package init?(_ found: addrinfo) {
        guard let address = found.ai_addr, Int(found.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size else {
            return nil
        }
        storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { room in
            room.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(found.ai_addrlen)))
        }
        length = found.ai_addrlen
    }

    private static func copy<Address>(_ address: Address, to storage: inout sockaddr_storage) -> socklen_t {
        withUnsafeBytes(of: address) { bytes in
            withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: bytes) }
        }
        #if canImport(Darwin)
            storage.ss_len = UInt8(MemoryLayout<Address>.size)
        #endif
        return socklen_t(MemoryLayout<Address>.size)
    }

    /// A socket that is not waited for and not passed on to programs that are started, and begins to connect. Calls
    /// `socket` and `connect`.
    ///
    /// - Returns: The descriptor, and whether it is connected already.
    /// - Throws: ``SystemError``; nothing is open then.
    package func beginConnecting() throws(SystemError) -> (descriptor: Int32, isConnected: Bool) {
        #if os(Linux)
            #if canImport(Glibc)
                let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            #else
                let kind = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC
            #endif
            let descriptor = socket(family, kind, 0)
            guard descriptor >= 0 else { throw SystemError() }
        #else
            let descriptor = socket(family, SOCK_STREAM, 0)
            guard descriptor >= 0 else { throw SystemError() }
            Descriptors.prepare(descriptor)
            var one: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &one, socklen_t(MemoryLayout<Int32>.size))
        #endif
        if family != AF_UNIX {
            var one: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        }
        let code = withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                connect(descriptor, address, length)
            }
        }
        if code == 0 { return (descriptor, true) }
        let error = SystemError()
        guard error.code == EINPROGRESS || error.code == EINTR else {
            close(descriptor)
            throw error
        }
        return (descriptor, false)
    }
}

/// Small calls on descriptors.
package enum Descriptors {
    /// Has reads and writes return at once, and keeps it out of programs that are started. Calls `fcntl`.
    package static func prepare(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }
}
