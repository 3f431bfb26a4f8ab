/// Chooses servers as python-memcached does.
///
/// Each server occurs `weight` times in a list of buckets, in the given order. The hash of the key, or the number given
/// instead of it, modulo the number of buckets gives the bucket. If that server cannot be used, the next hash is that
/// of the decimal digits of the last hash followed by the number of earlier tries, and so on.
///
/// The walk may return to servers it has visited, and it ends after ten tries as in python-memcached: if few buckets
/// are alive, some keys find no server (with weights 9 and 1 and the first server dead, about every third key). More
/// tries help such keys and change nothing for the others, but python-memcached does not find what is stored that way.
public struct PythonMemcachedSelector: ServerSelector {
    /// The number of tries that python-memcached makes.
    public static let pythonMemcachedTries = 10

    /// The hash of the key, and of the digits in further tries.
    public enum HashFunction: Hashable, Sendable {
        /// Fifteen bits of the CRC-32: release 1.60 and later.
        case crc15
        /// The same, with 1 instead of 0: releases up to 1.59. One key in 32,768 differs.
        case crc15WithoutZero
        /// The whole CRC-32: after `useOldServerHashFunction()` under Python 3.
        case crc32
        /// The whole CRC-32 as a signed number: after `useOldServerHashFunction()` under Python 2.
        case signedCRC32
    }

    /// The hash function.
    public let hashFunction: HashFunction
    /// How many servers are tried for a key.
    public let maximumTries: Int

    /// For each server, the end of its range of buckets: the sum of the weights so far. A server of weight 0 has the
    /// same number as the one before it.
    private let bucketEnds: [UInt64]
    private let bucketCount: UInt64
    /// Whether every server has exactly one bucket.
    private let isUnweighted: Bool

    /// Creates a selector for servers with these weights.
    ///
    /// - Parameters:
    ///   - weights: One for each server. 0 or less gives a server no keys.
    ///   - hashFunction: The hash function.
    ///   - maximumTries: How many servers are tried for a key; ten in python-memcached.
    public init(
        weights: [Int], hashFunction: HashFunction = .crc15,
        maximumTries: Int = PythonMemcachedSelector.pythonMemcachedTries
    ) {
        self.hashFunction = hashFunction
        self.maximumTries = maximumTries
        var end: UInt64 = 0
        // No list of buckets is built, so that a large weight costs nothing. Weights are below 2^32, so no sum
        // overflows.
        bucketEnds = weights.map { weight in
            end += UInt64(UInt32(clamping: weight))
            return end
        }
        bucketCount = end
        isUnweighted = weights.allSatisfy { $0 == 1 }
    }

    /// Returns the bucket of the key's hash, or of the hash derived from the earlier one; nil after ``maximumTries``
    /// choices.
    public func choice(for key: Span<UInt8>, after previous: ServerChoice?) -> ServerChoice? {
        if let previous { return next(after: previous) }
        guard bucketCount > 0, maximumTries > 0 else { return nil }
        return choice(of: hash(ofCRC32: KeyHash.crc32(key)), tries: 1)
    }

    /// Returns the bucket of the number, or of the hash derived from it; nil after ``maximumTries`` choices.
    public func choice(for number: RoutingNumber, after previous: ServerChoice?) -> ServerChoice? {
        guard let previous else {
            guard bucketCount > 0, maximumTries > 0 else { return nil }
            return ServerChoice(server: server(inBucket: number.remainder(dividingBy: bucketCount)), tries: 1)
        }
        guard previous.tries == 1 else { return next(after: previous) }
        // Only here is the hash so far the number itself, which may exceed 64 bits.
        var crc = CRC32()
        crc.update(Array(number.description.utf8).span)
        return next(after: previous, hashed: crc)
    }

    /// Returns the next step, if the last one stored its hash.
    private func next(after previous: ServerChoice) -> ServerChoice? {
        var crc = CRC32()
        crc.update(decimal: previous.state)
        return next(after: previous, hashed: crc)
    }

    /// Returns the next step, once the digits of the last hash have been processed.
    private func next(after previous: ServerChoice, hashed digits: CRC32) -> ServerChoice? {
        guard bucketCount > 0, previous.tries < maximumTries else { return nil }
        var crc = digits
        crc.update(decimal: Int64(previous.tries - 1))
        return choice(of: hash(ofCRC32: crc.checksum), tries: previous.tries + 1)
    }

    /// - Parameter hash: At most 32 bits and a sign.
    private func choice(of hash: Int64, tries: Int) -> ServerChoice {
        let magnitude = UInt32(truncatingIfNeeded: hash.magnitude)
        // A 32-bit division is several times faster than a 64-bit one.
        let rest = UInt32(exactly: bucketCount).map { UInt64(magnitude % $0) } ?? UInt64(magnitude)
        let bucket = hash < 0 && rest > 0 ? bucketCount - rest : rest
        return ServerChoice(server: server(inBucket: bucket), tries: tries, state: hash)
    }

    private func hash(ofCRC32 crc: UInt32) -> Int64 {
        switch hashFunction {
        case .crc15: Int64(KeyHash.crc15(ofCRC32: crc))
        case .crc15WithoutZero: Int64(max(KeyHash.crc15(ofCRC32: crc), 1))
        case .crc32: Int64(crc)
        case .signedCRC32: Int64(Int32(bitPattern: crc))
        }
    }

    /// Returns the server whose buckets include this one.
    private func server(inBucket bucket: UInt64) -> Int {
        if isUnweighted { return Int(bucket) }
        var low = 0
        var high = bucketEnds.count - 1
        while low < high {
            let middle = (low + high) / 2
            if bucketEnds[middle] > bucket { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
