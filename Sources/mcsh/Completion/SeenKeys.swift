import MemcachePlatform

/// Keys that were seen in a session, for completion: a bounded number, in contiguous memory that is searched quickly.
struct SeenKeys {
    /// The keys with a given prefix.
    struct Matches: Hashable, Sendable {
        /// Some of them, in order.
        var keys: [[UInt8]] = []
        var total = 0
        /// Their longest common prefix.
        var common: [UInt8] = []
    }

    /// The limit; beyond it the oldest are forgotten.
    static let maximumCount = 100_000

    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var seen: Set<[UInt8]> = []
    /// The number of forgotten keys at the beginning, whose bytes are still there.
    private var forgotten = 0

    var count: Int { ends.count - forgotten }

    /// Adds a key.
    mutating func insert(_ key: [UInt8]) {
        guard !key.isEmpty, key.count <= 250, seen.insert(key).inserted else { return }
        bytes += key
        ends.append(bytes.count)
        if count > Self.maximumCount { forgetOldest() }
    }

    /// Where the first known key begins.
    private var start: Int { forgotten == 0 ? 0 : ends[forgotten - 1] }

    private mutating func forgetOldest() {
        seen.remove(Array(bytes[start..<ends[forgotten]]))
        forgotten += 1
        // Moving all the others is expensive: it is done for many at once.
        guard forgotten > Self.maximumCount / 4 else { return }
        let start = start
        bytes.removeFirst(start)
        ends = ends[forgotten...].map { $0 - start }
        forgotten = 0
    }

    /// The keys that begin with some bytes, the first `limit` of them in full. Calls `memcmp`.
    func matches(_ prefix: [UInt8], limit: Int) -> Matches {
        var matches = Matches()
        bytes.withUnsafeBytes { all in
            prefix.withUnsafeBytes { prefix in
                guard let base = all.baseAddress else { return }
                var first = 0..<0
                var common = 0
                var start = start
                for end in ends[forgotten...] {
                    let key = start..<end
                    start = end
                    guard key.count >= prefix.count else { continue }
                    if let wanted = prefix.baseAddress, memcmp(base + key.lowerBound, wanted, prefix.count) != 0 {
                        continue
                    }
                    matches.total += 1
                    if matches.total == 1 {
                        first = key
                        common = key.count
                    } else {
                        var length = prefix.count
                        let shorter = min(common, key.count)
                        while length < shorter, all[first.lowerBound + length] == all[key.lowerBound + length] {
                            length += 1
                        }
                        common = length
                    }
                    if matches.keys.count < limit { matches.keys.append(Array(all[key])) }
                }
                matches.common = Array(all[first.lowerBound..<first.lowerBound + common])
            }
        }
        matches.keys.sort { $0.lexicographicallyPrecedes($1) }
        return matches
    }
}
