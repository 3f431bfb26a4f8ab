import Synchronization

/// Lets in so many at a time. Swift Testing starts all cases of a table at once, which is too much where each case starts
/// processes of its own.
package final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    /// - Parameter places: How many may be inside at a time.
    package init(_ places: Int) {
        state = Mutex(State(free: places))
    }

    /// Runs the body when there is a place, first come, first served.
    package func run<Answer>(_ body: () async throws -> Answer) async rethrows -> Answer {
        await enter()
        defer { leave() }
        return try await body()
    }

    private func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            // A place that is handed on does not become free in between.
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
