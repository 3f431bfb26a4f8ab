import MemcachePlatform

/// Looks names up. The system's call blocks, and cannot be ended: each has a thread, which ends with it.
enum NameResolution {
    /// Looks a name up, and calls a function with what was found, once, on any thread.
    typealias Resolver =
        @Sendable (
            _ host: String, _ port: Int, _ body: @escaping @Sendable (Result<[SocketDestination], Failure>) -> Void
        ) -> Void

    /// Why a name has no address.
    enum Failure: Error, CustomStringConvertible {
        /// The resolver's answer, as `getaddrinfo` returns it.
        case resolver(Int32)
        /// This machine lacks something.
        case resources(String)

        var description: String {
            switch self {
            case .resolver(let code): String(cString: gai_strerror(code)).lowercased()
            case .resources(let reason): reason
            }
        }
    }

    private static let stackBytes = 1 << 20

    /// Looks a name up, and calls a function with what was found, in the order in which the system would try it. Calls
    /// `getaddrinfo`.
    static func addresses(
        of host: String, port: Int, then body: @escaping @Sendable (Result<[SocketDestination], Failure>) -> Void
    ) {
        let code = Threads.start(stackBytes: stackBytes) { body(lookUp(host, port)) }
        if code != 0 { body(.failure(.resources(SystemError(code).description))) }
    }

    private static func lookUp(_ host: String, _ port: Int) -> Result<[SocketDestination], Failure> {
        var hints = addrinfo()
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        let reason = SystemError()
        defer { if let found { freeaddrinfo(found) } }
        guard code == 0 else {
            if code == EAI_MEMORY { return .failure(.resources(SystemError(ENOMEM).description)) }
            if code == EAI_SYSTEM, LocalResources.areShort(reason.code) {
                return .failure(.resources(reason.description))
            }
            // The resolver does not say that it could not open its files.
            if let shortage = LocalResources.shortage(ofDescriptors: 1) { return .failure(.resources(shortage)) }
            return .failure(.resolver(code))
        }
        var destinations: [SocketDestination] = []
        var next = found
        while let entry = next {
            if let destination = SocketDestination(entry.pointee) { destinations.append(destination) }
            next = entry.pointee.ai_next
        }
        return .success(destinations)
    }
}
