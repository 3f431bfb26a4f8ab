import Synchronization

/// Lets one task wait until somebody else says that there is something to look at.
///
/// What is said while nobody waits is kept for the next wait; saying it twice is saying it once. A wait may end with
/// nothing to see: the task looks, and waits again.
final class WakeUp: Sendable {
    private enum State {
        case quiet
        case raised
        case awaited(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.quiet)

    /// There is something to look at.
    func raise() {
        let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard case .awaited(let continuation) = state else {
                state = .raised
                return nil
            }
            state = .quiet
            return continuation
        }
        continuation?.resume()
    }

    /// Waits. Ends at once, and from then on, in a task that is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isRaised = state.withLock { state in
                    switch state {
                    case .quiet:
                        state = .awaited(continuation)
                        return false
                    case .raised:
                        state = .quiet
                        return true
                    case .awaited:
                        preconditionFailure("a stream is read by one task at a time")
                    }
                }
                if isRaised { continuation.resume() }
            }
        } onCancel: {
            raise()
        }
    }
}
