import MemcacheCore
import Synchronization

/// The CAS tokens that the last `gets` of each key saw, for a `cas` that names none.
final class CASTokens: Sendable {
    /// So many keys are remembered; a session that reads more forgets them all and begins anew.
    private static let limit = 10_000

    private struct Memory {
        var tokens: [[UInt8]: UInt64] = [:]
    }

    private let memory = Mutex(Memory())

    /// Remembers what a `gets` saw.
    func remember(_ token: UInt64, of key: [UInt8]) {
        memory.withLock {
            if $0.tokens.count >= CASTokens.limit { $0.tokens.removeAll() }
            $0.tokens[key] = token
        }
    }

    /// What the last `gets` of a key saw; nil when there was none, or it missed.
    func token(of key: [UInt8]) -> UInt64? {
        memory.withLock { $0.tokens[key] }
    }

    /// Forgets everything, for the keys are on other servers now.
    func forgetAll() {
        memory.withLock { $0.tokens.removeAll() }
    }

    /// Forgets a key that a `gets` did not find.
    func forget(_ key: [UInt8]) {
        memory.withLock { _ = $0.tokens.removeValue(forKey: key) }
    }
}
