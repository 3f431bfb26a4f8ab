import MemcacheCore

/// Selects keys of a list: those with the pool's prefix that match the patterns.
struct KeyFilter: Sendable {
    /// The prefix of every key of the pool, which is not part of what is matched and shown.
    let prefix: [UInt8]
    let glob: Glob?
    let expression: RegularExpression?

    init(prefix: [UInt8], glob: Glob?, expression: RegularExpression? = nil) {
        self.prefix = prefix
        self.glob = glob
        self.expression = expression
    }

    /// Whether a key is wanted. It is given as the server stores it, with the prefix.
    func accepts(_ key: Span<UInt8>) -> Bool {
        if !prefix.isEmpty {
            guard key.count > prefix.count, key.equals(prefix.span, 0..<prefix.count, in: 0..<prefix.count) else {
                return false
            }
        }
        guard glob != nil || expression != nil else { return true }
        let name = key.extracting(prefix.count...)
        return glob?.matches(name) != false && expression?.matches(name) != false
    }
}
