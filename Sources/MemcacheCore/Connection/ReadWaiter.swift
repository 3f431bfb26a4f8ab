import Synchronization

/// A task that waits for what is found of one key. When it is cancelled it gives up at once; its place among the others
/// stays, and what comes for it is dropped.
///
/// `@unchecked Sendable`: `item` is only touched on the connection's thread.
final class ReadWaiter: @unchecked Sendable {
    typealias Answer = Result<Reply, MemcacheError>

    private struct State {
        var continuation: UnsafeContinuation<Void, Never>?
        var answer: Answer?
    }

    let key: Key
    /// What has come, for those who tell of it.
    var item: Item?

    private let state = Mutex(State())

    init(_ key: Key) {
        self.key = key
    }

    /// What came of it, once the wait is over; nil when only asking alone can tell.
    var answer: Answer? { state.withLock { $0.answer } }

    /// Stores who waits.
    ///
    /// - Returns: Whether there is anything to wait for; not when the task was cancelled before.
    func begin(_ continuation: UnsafeContinuation<Void, Never>) -> Bool {
        state.withLock { state in
            guard state.answer == nil else { return false }
            state.continuation = continuation
            return true
        }
    }

    /// Ends the wait, if it has not ended by then. The continuation is resumed by the one who takes it out.
    ///
    /// - Parameter unsent: The answer for a wait that has not begun.
    func finish(_ answer: @autoclosure () -> Answer, unsent: @autoclosure () -> Answer? = nil) {
        let continuation = state.withLock { state -> UnsafeContinuation<Void, Never>? in
            guard state.answer == nil else { return nil }
            let continuation = state.continuation.take()
            state.answer = continuation == nil ? unsent() ?? answer() : answer()
            return continuation
        }
        continuation?.resume()
    }

    /// Ends the wait, if it has not ended by then, without an answer: the caller is to ask alone.
    func release() {
        state.withLock { $0.continuation.take() }?.resume()
    }
}
