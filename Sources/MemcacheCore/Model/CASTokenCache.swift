import DequeModule
import Synchronization

/// A bounded cache of the CAS tokens that reads returned; when it is full, the oldest are dropped.
package final class CASTokenCache: Sendable {
    private struct State {
        var tokens: [[UInt8]: (token: CASToken, turn: Int)] = [:]
        /// The keys in order of arrival. A key that was read again appears twice; only its last entry counts.
        var order: Deque<(key: [UInt8], turn: Int)> = []
        var turn = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: The maximum number of tokens kept. Very large numbers mean no limit.
    package init(capacity: Int) { self.capacity = min(max(capacity, 0), 1 << 40) }

    /// Whether no tokens are kept at all.
    var isOff: Bool { capacity <= 0 }

    /// Stores the token of an item that was read, replacing an older one.
    func remember(_ item: Item) {
        if let token = item.cas { remember(token, of: item.key.bytes) }
    }

    /// Stores the token of a key that was read, replacing an older one.
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

    /// The token from the last read of a key. It stays until another one replaces it.
    package func token(of key: [UInt8]) -> CASToken? {
        state.withLock { $0.tokens[key]?.token }
    }

    /// Removes a key's token.
    package func forget(_ key: [UInt8]) {
        state.withLock { _ = $0.tokens.removeValue(forKey: key) }
    }

    /// Removes all tokens.
    package func forgetAll() {
        state.withLock { $0 = State() }
    }
}
