/// Chooses servers as python-memcached does.
///
/// Each server stands `weight` times in a list of buckets, in the order given; the hash of the key, or the number given
/// in its place, divided by the number of buckets leaves the bucket. When that server cannot be used, the hash of the
/// decimal digits of the last hash and of the number of tries before, joined, takes the place of the hash, and so on.
///
/// The walk may come to servers it has been at, and it ends after ten tries as in python-memcached: with few buckets
/// alive some keys find no server (of weights 9 and 1 with the first one dead, about every third). More tries help such
/// keys and change nothing for the others, but python-memcached does not find what is stored that way.
public struct PythonMemcachedSelector: ServerSelector {
    /// The number of tries python-memcached makes.
    public static let pythonMemcachedTries = 10

    /// Which hash of the key is used, and of the digits in further tries.
    public enum HashFunction: Hashable, Sendable {
        /// Fifteen bits of the CRC-32: release 1.60 and later.
        case crc15
        /// The same, with 1 in the place of 0: releases up to 1.59. One key in 32,768 differs.
        case crc15WithoutZero
        /// The whole CRC-32: after `useOldServerHashFunction()` under Python 3.
        case crc32
        /// The whole CRC-32 as a number with sign: after `useOldServerHashFunction()` under Python 2.
        case signedCRC32
    }

    /// Which hash is used.
    public let hashFunction: HashFunction
    /// How many servers are tried for a key.
    public let maximumTries: Int

    /// For each server, the first bucket that is not its own: the sum of the weights so far. A server without weight
    /// has the same number as the one before it.
    private let bucketEnds: [UInt64]
    private let bucketCount: UInt64
    /// Whether every server has exactly one bucket.
    private let isUnweighted: Bool

    /// A selector over servers with these weights.
    ///
    /// - Parameters:
    ///   - weights: One for each server. 0 or less gives a server no keys.
    ///   - hashFunction: Which hash is used.
    ///   - maximumTries: How many servers are tried for a key; ten in python-memcached.
    public init(
        weights: [Int], hashFunction: HashFunction = .crc15,
        maximumTries: Int = PythonMemcachedSelector.pythonMemcachedTries
    ) {
        self.hashFunction = hashFunction
        self.maximumTries = maximumTries
        var end: UInt64 = 0
        // The buckets themselves are not built, so that a large weight costs nothing. Below 2^32, no sum overflows.
        bucketEnds = weights.map { weight in
            end += UInt64(UInt32(clamping: weight))
            return end
        }
        bucketCount = end
        isUnweighted = weights.allSatisfy { $0 == 1 }
    }

    /// The bucket of the key's hash, or of the hash made of the earlier one. nil after ``maximumTries`` choices.
    public func choice(for key: Span<UInt8>, after previous: ServerChoice?) -> ServerChoice? {
        if let previous { return next(after: previous) }
        guard bucketCount > 0, maximumTries > 0 else { return nil }
        return choice(of: hash(ofCRC32: KeyHash.crc32(key)), tries: 1)
    }

    /// The bucket of the number, or of the hash made of it. nil after ``maximumTries`` choices.
    public func choice(for number: RoutingNumber, after previous: ServerChoice?) -> ServerChoice? {
        guard let previous else {
            guard bucketCount > 0, maximumTries > 0 else { return nil }
            return ServerChoice(server: server(inBucket: number.remainder(dividingBy: bucketCount)), tries: 1)
        }
        guard previous.tries == 1 else { return next(after: previous) }
        // Only here the hash so far is the number itself, which may exceed 64 bits.
        var crc = CRC32()
        crc.update(Array(number.description.utf8).span)
        return next(after: previous, hashed: crc)
    }

    /// The next step, where the last one kept its hash.
    private func next(after previous: ServerChoice) -> ServerChoice? {
        var crc = CRC32()
        crc.update(decimal: previous.state)
        return next(after: previous, hashed: crc)
    }

    /// The next step, once the digits of the last hash were taken in.
    private func next(after previous: ServerChoice, hashed digits: CRC32) -> ServerChoice? {
        guard bucketCount > 0, previous.tries < maximumTries else { return nil }
        var crc = digits
        crc.update(decimal: Int64(previous.tries - 1))
        return choice(of: hash(ofCRC32: crc.checksum), tries: previous.tries + 1)
    }

    /// - Parameter hash: At most 32 bits and a sign.
    private func choice(of hash: Int64, tries: Int) -> ServerChoice {
        let magnitude = UInt32(truncatingIfNeeded: hash.magnitude)
        // Division of 32 bits is several times faster than of 64.
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

    /// The server whose buckets include this one.
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
