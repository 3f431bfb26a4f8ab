import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Lets a limited number in at a time. Swift Testing starts all cases of a table at once, which is too much if each
/// case starts processes of its own.
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

    /// Runs the closure when there is a place, first come, first served.
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
            // A place that is passed on does not become free in between.
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}

/// The tests that start servers or programs take turns, a few at a time, so that each has its share of the machine.
private let turnstile = Turnstile(max(4, min(16, 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN)))))

/// Runs a test when it is its turn, and ends it if it hangs.
///
/// A time limit of the testing library would count the time before the turn as well.
package func inTurn(_ test: @escaping @Sendable @concurrent () async throws -> Void) async throws {
    try await turnstile.run {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await test() }
            group.addTask {
                try await Task.sleep(for: .seconds(3600))
                throw TestSupportFailure("the test still runs after an hour")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
