import DequeModule
import Synchronization

/// The CAS tokens that reads brought, up to a number of them; beyond it the oldest are forgotten.
package final class CASTokenCache: Sendable {
    private struct State {
        var tokens: [[UInt8]: (token: CASToken, turn: Int)] = [:]
        /// The keys in the order in which they came. One that came again is in it twice; only its last place counts.
        var order: Deque<(key: [UInt8], turn: Int)> = []
        var turn = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: How many tokens are remembered; more than there can be is no limit.
    package init(capacity: Int) { self.capacity = min(max(capacity, 0), 1 << 40) }

    /// Whether any token is remembered at all.
    var isOff: Bool { capacity <= 0 }

    /// Remembers the token of an item that was read, instead of an older one.
    func remember(_ item: Item) {
        if let token = item.cas { remember(token, of: item.key.bytes) }
    }

    /// Remembers the token of a key that was read, instead of an older one.
    package func remember(_ token: CASToken, of key: [UInt8]) {
        guard !isOff else { return }
        state.withLock { state in
            state.turn += 1
            state.tokens[key] = (token, state.turn)
            state.order.append((key, state.turn))
            while state.tokens.count > capacity, let (oldest, turn) = state.order.popFirst() {
                if state.tokens[oldest]?.turn == turn { state.tokens[oldest] = nil }
            }
            if state.order.count > 2 * capacity + 16 {
                state.order.removeAll { state.tokens[$0.key]?.turn != $0.turn }
            }
        }
    }

    /// The token that the last read of a key brought. It stays until another takes its place.
    package func token(of key: [UInt8]) -> CASToken? {
        state.withLock { $0.tokens[key]?.token }
    }

    /// Forgets a key.
    package func forget(_ key: [UInt8]) {
        state.withLock { _ = $0.tokens.removeValue(forKey: key) }
    }

    /// Forgets all tokens.
    package func forgetAll() {
        state.withLock { $0 = State() }
    }
}
