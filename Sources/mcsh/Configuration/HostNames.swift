import MemcachePlatform
import Synchronization

/// Resolves names of hosts. Calls `getaddrinfo`.
enum HostNames {
    /// The time limit for all names together: one that is not resolved by then has no addresses.
    private static let limitMilliseconds = 2000
    /// The maximum number of names that are looked up at once.
    private static let maximumNames = 64

    /// The address that digits spell, in any form that the system reads: 4 bytes, or 16 and a scope. An IPv4-mapped
    /// IPv6 address is the IPv4 address. Nil for a name.
    static func numericAddress(_ text: String) -> [UInt8]? { lookUp(text, flags: AI_NUMERICHOST).first }

    /// The addresses of names, which are all looked up concurrently.
    static func addresses(of names: [String]) -> [String: [[UInt8]]] {
        let names = Array(names.prefix(maximumNames))
        guard !names.isEmpty else { return [:] }
        let found = Found()
        // The threads may outlive this call: they must not handle signals.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        let started = names.count { Lookup(name: $0, found: found).start() }
        pthread_sigmask(SIG_SETMASK, &before, nil)
        var waited = 0
        while found.count < started, waited < limitMilliseconds {
            usleep(1000)
            waited += 1
        }
        return found.all
    }

    private final class Found: Sendable {
        private let addresses = Mutex<[String: [[UInt8]]]>([:])

        var all: [String: [[UInt8]]] { addresses.withLock { $0 } }
        var count: Int { addresses.withLock { $0.count } }

        func add(_ name: String, _ found: [[UInt8]]) { addresses.withLock { $0[name] = found } }
    }

    private final class Lookup: Sendable {
        private let name: String
        private let found: Found

        init(name: String, found: Found) {
            self.name = name
            self.found = found
        }

        /// Starts a thread that looks the name up. False if no thread can be created.
        func start() -> Bool {
            let itself = Unmanaged.passRetained(self)
            #if canImport(Darwin)
                var thread: pthread_t?
                let code = pthread_create(&thread, nil, { Lookup.run($0) }, itself.toOpaque())
                if let thread { pthread_detach(thread) }
            #else
                var thread = pthread_t()
                let code = pthread_create(&thread, nil, { $0.flatMap { Lookup.run($0) } }, itself.toOpaque())
                if code == 0 { pthread_detach(thread) }
            #endif
            if code != 0 { itself.release() }
            return code == 0
        }

        private static func run(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
            let lookup = Unmanaged<Lookup>.fromOpaque(pointer).takeRetainedValue()
            lookup.found.add(lookup.name, HostNames.lookUp(lookup.name, flags: 0))
            return nil
        }
    }

    private static func lookUp(_ name: String, flags: Int32) -> [[UInt8]] {
        var hints = addrinfo()
        hints.ai_flags = flags
        hints.ai_family = AF_UNSPEC
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [[UInt8]] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            guard let address = entry.pointee.ai_addr, let bytes = bytes(of: address, entry.pointee.ai_family),
                !addresses.contains(bytes)
            else { continue }
            addresses.append(bytes)
        }
        return addresses
    }

    private static func bytes(of address: UnsafeMutablePointer<sockaddr>, _ family: Int32) -> [UInt8]? {
        let raw = UnsafeRawPointer(address)
        switch family {
        case AF_INET:
            return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) }
        case AF_INET6:
            let whole = raw.loadUnaligned(as: sockaddr_in6.self)
            let bytes = withUnsafeBytes(of: whole.sin6_addr) { Array($0) }
            let isIPv4 = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
            if isIPv4 { return Array(bytes[12...]) }
            return whole.sin6_scope_id == 0 ? bytes : bytes + withUnsafeBytes(of: whole.sin6_scope_id) { Array($0) }
        default: return nil
        }
    }
}
