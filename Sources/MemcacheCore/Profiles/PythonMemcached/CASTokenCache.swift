import Synchronization

/// The CAS tokens that reads brought, up to a number of them; beyond it the oldest are forgotten.
final class CASTokenCache: Sendable {
    private struct State {
        var tokens: [[UInt8]: (token: CASToken, turn: Int)] = [:]
        /// The keys in the order in which they came. One that came again is in it twice; only its last place counts.
        var order: [(key: [UInt8], turn: Int)] = []
        var start = 0
        var turn = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: How many tokens are remembered; more than there can be is no limit.
    init(capacity: Int) { self.capacity = min(max(capacity, 0), 1 << 40) }

    /// Whether any token is remembered at all.
    var isOff: Bool { capacity <= 0 }

    /// Takes the token of an item that was read, in the place of an older one.
    func remember(_ item: Item) {
        guard !isOff, let token = item.cas else { return }
        state.withLock { state in
            state.turn += 1
            state.tokens[item.key.bytes] = (token, state.turn)
            state.order.append((item.key.bytes, state.turn))
            while state.tokens.count > capacity {
                let (key, turn) = state.order[state.start]
                state.start += 1
                if state.tokens[key]?.turn == turn { state.tokens[key] = nil }
            }
            if state.order.count > 2 * capacity + 16 {
                state.order = state.order[state.start...].filter { state.tokens[$0.key]?.turn == $0.turn }
                state.start = 0
            }
        }
    }

    /// The token that the last read of a key brought. It stays until another takes its place.
    func token(for key: Key) -> CASToken? {
        state.withLock { $0.tokens[key.bytes]?.token }
    }

    /// Forgets all tokens.
    func reset() {
        state.withLock { $0 = State() }
    }
}

/// Compare-and-swap with the tokens that the client remembers. See ``ClientConfiguration/rememberedCASTokens``.
