import MemcacheCore

/// How many descriptors of a server are taken, from its `stats conns`.
///
/// memcached refuses a connection by the number of its descriptor, and descriptors are given out from below: what counts
/// is how many there are, those of its own among them. `reserved_fds` is only a guess of those.
struct ConnectionRoom: Hashable, Sendable {
    /// How many descriptors are taken.
    var taken: UInt64

    /// Reads the reply; nil where there are no connections in it.
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

    /// How many can be taken at most, by the limit `-c`.
    static func descriptors(limit: UInt64) -> UInt64 { limit > 0 ? limit - 1 : 0 }

    /// How many clients more can connect.
    func left(limit: UInt64) -> UInt64 {
        let most = Self.descriptors(limit: limit)
        return most > taken ? most - taken : 0
    }
}
