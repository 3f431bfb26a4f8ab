import Synchronization

/// Lets one task wait until another one signals that there is something to look at.
///
/// A signal without a waiting task is kept for the next wait; two signals count as one. A wait may end with nothing
/// new: the task looks, and waits again.
final class WakeUp: Sendable {
    private enum State {
        case quiet
        case raised
        case awaited(CheckedContinuation<Bool, Never>)
    }

    private let state = Mutex(State.quiet)

    /// Signals that there is something to look at.
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

    /// Waits for a signal. In a cancelled task, this and all further waits end at once.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument`` if another task is already
    ///   waiting.
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
