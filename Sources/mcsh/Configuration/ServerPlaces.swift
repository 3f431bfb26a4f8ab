import MemcacheCore
import MemcachePlatform

/// The places that addresses lead to, however they are written: `localhost`, `127.1` and `[::ffff:127.0.0.1]` are one
/// place.
struct ServerPlaces {
    /// One place where a server can listen.
    private enum Place: Hashable {
        case path(String)
        case host([UInt8], port: Int)
        case name(String, port: Int)
    }

    /// The addresses of the names that were looked up.
    private let known: [String: [[UInt8]]]

    private static let loopback4: [UInt8] = [127, 0, 0, 1]
    private static let loopback6: [UInt8] = [UInt8](repeating: 0, count: 15) + [1]

    /// Places, after looking up the names among some addresses.
    init(lookingUp addresses: [ServerAddress] = []) {
        var names: [String] = []
        for address in addresses {
            guard let name = ServerPlaces.name(of: address), !names.contains(name) else { continue }
            names.append(name)
        }
        known = HostNames.addresses(of: names)
    }

    /// Whether two addresses lead to the same place.
    func areSame(_ one: ServerAddress, _ other: ServerAddress) -> Bool {
        !places(of: one).isDisjoint(with: places(of: other))
    }

    /// Whether both addresses are on this machine's own loopback network, with the same port.
    func areBothLocal(_ one: ServerAddress, _ other: ServerAddress) -> Bool {
        guard case .tcp(_, let port) = one.endpoint, case .tcp(_, let otherPort) = other.endpoint, port == otherPort
        else {
            return false
        }
        return isLocal(one) && isLocal(other)
    }

    /// The name that would have to be looked up; nil for a path, digits, and this machine's own name.
    static func name(of address: ServerAddress) -> String? {
        guard case .tcp(let host, _) = address.endpoint, HostNames.numericAddress(host) == nil else { return nil }
        let name = plain(host)
        return isLocalhost(name) ? nil : name
    }

    private func isLocal(_ address: ServerAddress) -> Bool {
        places(of: address).contains { place in
            guard case .host(let bytes, _) = place else { return false }
            return bytes == ServerPlaces.loopback6 || bytes.count == 4 && bytes[0] == 127
        }
    }

    private func places(of address: ServerAddress) -> Set<Place> {
        switch address.endpoint {
        case .unix(let path): return [.path(ServerPlaces.resolved(path))]
        case .tcp(let host, let port):
            if let bytes = HostNames.numericAddress(host) { return [.host(ServerPlaces.reached(bytes), port: port)] }
            let name = ServerPlaces.plain(host)
            var places: Set<Place> = [.name(name, port: port)]
            if ServerPlaces.isLocalhost(name) {
                places.formUnion([
                    .host(ServerPlaces.loopback4, port: port), .host(ServerPlaces.loopback6, port: port),
                ])
            }
            for bytes in known[name] ?? [] { places.insert(.host(ServerPlaces.reached(bytes), port: port)) }
            return places
        }
    }

    /// The host in lower case and without the dot of the root.
    private static func plain(_ host: String) -> String {
        let name = host.lowercased()
        return name.hasSuffix(".") ? String(name.dropLast()) : name
    }

    private static func isLocalhost(_ name: String) -> Bool {
        name == "localhost" || name.hasSuffix(".localhost") || name == "localhost.localdomain"
            || name == "ip6-localhost"
    }

    /// The address that a connection to an address reaches: for that of any interface, the loopback address.
    private static func reached(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.allSatisfy({ $0 == 0 }) else { return bytes }
        return bytes.count == 4 ? loopback4 : loopback6
    }

    /// A path without links, `.` and `..`. If the socket does not exist, its directory is resolved. Calls `realpath`.
    private static func resolved(_ path: String) -> String {
        if let whole = real(path) { return whole }
        guard let slash = path.lastIndex(of: "/") else { return (real(".") ?? ".") + "/" + path }
        let directory = slash == path.startIndex ? "/" : String(path[..<slash])
        return (real(directory) ?? directory) + "/" + path[path.index(after: slash)...]
    }

    private static func real(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }
}

/// The pools of a configuration file that list servers that are named directly.
struct ListingPools {
    /// The names of the pools, the strictest first.
    let names: [String]
    /// The settings of the first one, with the marks of all.
    let settings: PoolSettings
    /// The names of the pools in the order of the servers, each with the first server that it lists.
    let members: [(pool: String, server: ServerAddress)]

    /// Finds the pools that list any of some servers.
    ///
    /// Names are looked up only if it matters: for pools whose settings differ from those that apply without a pool,
    /// and for those that cannot be used.
    init(of servers: [WeightedServer], in file: ConfigurationFile) {
        let addresses = servers.map(\.address)
        let pools = file.pools.sorted { $0.key < $1.key }
        var places = ServerPlaces()
        let special = pools.filter {
            $0.value.unsupportedNeed != nil || $0.value.settings.over(file.defaults) != file.defaults
        }
        var needed: [ServerAddress] = []
        for address in addresses {
            guard case .tcp(_, let port) = address.endpoint else { continue }
            let listed = special.flatMap(\.value.addresses).filter { other in
                guard case .tcp(_, let otherPort) = other.endpoint else { return false }
                return port == otherPort
            }
            guard !listed.isEmpty else { continue }
            let names = ([address] + listed).filter { ServerPlaces.name(of: $0) != nil }
            // A name that is listed exactly as written is already known, unless another pool lists its address.
            needed += names
        }
        if !needed.isEmpty { places = ServerPlaces(lookingUp: needed) }
        var found: [(name: String, pool: NamedPool)] = []
        var members: [(pool: String, server: ServerAddress)] = []
        var hasUnlisted = false
        for address in addresses {
            var listing = pools.filter { $0.value.addresses.contains { places.areSame($0, address) } }
            if listing.isEmpty {
                listing = pools.filter { $0.value.addresses.contains { places.areBothLocal($0, address) } }
            }
            if listing.isEmpty { hasUnlisted = true }
            for (name, pool) in listing where !found.contains(where: { $0.name == name }) {
                found.append((name, pool))
                members.append((name, address))
            }
        }
        self.members = members
        let effective = found.map { (name: $0.name, settings: $0.pool.settings.over(file.defaults)) }
        let sorted = effective.enumerated().sorted { one, other in
            let (left, right) = (ListingPools.rank(one.element.settings), ListingPools.rank(other.element.settings))
            return (right, one.element.name) < (left, other.element.name)
        }.map(\.element)
        names = sorted.map(\.name)
        var settings = sorted.first?.settings ?? file.defaults
        let all = sorted.map(\.settings) + (hasUnlisted ? [file.defaults] : [])
        if all.contains(where: { $0.stage == .production }) { settings.stage = .production }
        if all.contains(where: { $0.isReadOnly == true }) { settings.isReadOnly = true }
        self.settings = settings
    }

    /// How strict settings are: production comes before read-only, and that before all others.
    private static func rank(_ settings: PoolSettings) -> Int {
        (settings.stage == .production ? 2 : 0) + (settings.isReadOnly == true ? 1 : 0)
    }
}
