import MemcacheCore
import Synchronization

/// The CAS tokens that the last `gets` of each key saw, for a `cas` that names none.
final class CASTokens: Sendable {
    /// So many keys are remembered; a session that reads more forgets them all and begins anew.
    private static let limit = 10_000

    private let tokens = Mutex<[[UInt8]: UInt64]>([:])

    /// Remembers what a `gets` saw.
    func remember(_ token: UInt64, of key: [UInt8]) {
        tokens.withLock {
            if $0.count >= CASTokens.limit { $0.removeAll() }
            $0[key] = token
        }
    }

    /// What the last `gets` of a key saw; nil when there was none, or it missed.
    func token(of key: [UInt8]) -> UInt64? {
        tokens.withLock { $0[key] }
    }

    /// Forgets everything, for the keys are on other servers now.
    func forgetAll() {
        tokens.withLock { $0.removeAll() }
    }

    /// Forgets a key that a `gets` did not find.
    func forget(_ key: [UInt8]) {
        tokens.withLock { _ = $0.removeValue(forKey: key) }
    }
}
