import Synchronization

/// Reads for people that were lost or refused as meta commands, until they are repeated as plain ones.
final class LostReads: Sendable {
    private let reads = Mutex<[LostRead]>([])

    func add(_ more: [LostRead]) {
        reads.withLock { $0 += more }
    }

    /// Removes and returns all of them.
    func takeAll() -> [LostRead] {
        reads.withLock { reads in
            guard !reads.isEmpty else { return [] }
            defer { reads = [] }
            return reads
        }
    }
}
