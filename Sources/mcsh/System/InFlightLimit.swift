import MemcacheCore

/// How much is on its way, with waiting for it to become less.
final class InFlightLimit: Sendable {
    private struct State {
        var size = 0
        var entries = 0
    }

    private let state = Monitor(State())

    /// Adds an entry of a size, after waiting until the sum is below the limit.
    ///
    /// - Returns: Whether it is the only entry.
    @discardableResult
    func add(_ size: Int, waitingBelow limit: Int) -> Bool {
        Sockets.wait(for: state) { state in
            guard state.size < limit else { return nil }
            state.size += size
            state.entries += 1
            return state.entries == 1
        }
    }

    /// Removes an entry.
    func remove(_ size: Int) {
        state.withLock { state in
            state.size -= size
            state.entries -= 1
        }
    }

    /// Waits until nothing is outstanding.
    func waitUntilEmpty() {
        Sockets.wait(for: state) { $0.entries == 0 ? () : nil }
    }
}
