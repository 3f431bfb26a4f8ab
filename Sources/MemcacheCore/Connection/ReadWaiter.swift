import Synchronization

/// A task that waits for the item of one key. When it is cancelled, it stops waiting at once; its place among the
/// others stays, and its item is dropped.
///
/// `@unchecked Sendable`: `item` is only touched on the connection's thread.
final class ReadWaiter: @unchecked Sendable {
    typealias Answer = Result<Reply, MemcacheError>

    private struct State {
        var continuation: UnsafeContinuation<Void, Never>?
        var answer: Answer?
    }

    let key: Key
    /// The item that has arrived, until the waiter is notified.
    var item: Item?

    private let state = Mutex(State())

    init(_ key: Key) {
        self.key = key
    }

    /// The result, once the wait has ended; nil if the read must be sent again, alone.
    var answer: Answer? { state.withLock { $0.answer } }

    /// Stores the continuation.
    ///
    /// - Returns: Whether to wait; false if the task was cancelled before.
    func begin(_ continuation: UnsafeContinuation<Void, Never>) -> Bool {
        state.withLock { state in
            guard state.answer == nil else { return false }
            state.continuation = continuation
            return true
        }
    }

    /// Ends the wait, unless it has ended already. Whoever takes the continuation out resumes it.
    ///
    /// - Parameter unsent: The result for a wait that has not begun.
    func finish(_ answer: @autoclosure () -> Answer, unsent: @autoclosure () -> Answer? = nil) {
        let continuation = state.withLock { state -> UnsafeContinuation<Void, Never>? in
            guard state.answer == nil else { return nil }
            let continuation = state.continuation.take()
            state.answer = continuation == nil ? unsent() ?? answer() : answer()
            return continuation
        }
        continuation?.resume()
    }

    /// Ends the wait, unless it has ended already, without a result: the caller must send the read alone.
    func release() {
        state.withLock { $0.continuation.take() }?.resume()
    }
}
