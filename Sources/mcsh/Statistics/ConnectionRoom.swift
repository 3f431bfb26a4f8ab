import MemcacheCore

/// The number of a server's descriptors in use, from its `stats conns`.
///
/// memcached refuses a connection by the number of its descriptor, and the lowest free descriptor is used first: what
/// counts is how many there are, including the server's own. `reserved_fds` is only an estimate of those.
struct ConnectionRoom: Hashable, Sendable {
    /// The number of descriptors in use.
    var taken: UInt64

    /// Reads the reply; nil if it contains no connections.
    init?(_ connections: [Statistic]) {
        var numbers: Set<UInt64> = []
        for statistic in connections {
            guard let colon = statistic.name.firstIndex(of: UInt8(ascii: ":")),
                let number = ASCIINumber.parseUnsigned(Array(statistic.name[..<colon]))
            else { continue }
            numbers.insert(number)
        }
        guard let lowest = numbers.min() else { return nil }
        taken = [lowest, UInt64(numbers.count)].saturatingSum()
    }

    /// The maximum number of descriptors, by the limit `-c`.
    static func descriptors(limit: UInt64) -> UInt64 { limit > 0 ? limit - 1 : 0 }

    /// The number of further clients that can connect.
    func left(limit: UInt64) -> UInt64 {
        let most = Self.descriptors(limit: limit)
        return most > taken ? most - taken : 0
    }
}
