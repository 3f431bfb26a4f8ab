import Synchronization

/// Lets one task wait until somebody else says that there is something to look at.
///
/// What is said while nobody waits is kept for the next wait; saying it twice is saying it once. A wait may end with
/// nothing to see: the task looks, and waits again.
final class WakeUp: Sendable {
    private enum State {
        case quiet
        case raised
        case awaited(CheckedContinuation<Bool, Never>)
    }

    private let state = Mutex(State.quiet)

    /// There is something to look at.
    func raise() {
        let continuation = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard case .awaited(let continuation) = state else {
                state = .raised
                return nil
            }
            state = .quiet
            return continuation
        }
        continuation?.resume(returning: true)
    }

    /// Waits. Ends at once, and from then on, in a task that is cancelled.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument`` where another task waits already.
    func wait() async throws(MemcacheError) {
        let isAlone = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    switch state {
                    case .quiet:
                        state = .awaited(continuation)
                        return nil
                    case .raised:
                        state = .quiet
                        return true
                    case .awaited:
                        return false
                    }
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            raise()
        }
        guard isAlone else { throw MemcacheError(.invalidArgument, "a stream is read by one task at a time") }
    }
}
