import MemcachePlatform
import NIOCore
import NIOPosix

/// A thread that runs an event loop until the program ends. Starting it does not block; only using it does.
///
/// If the system provides no thread or no descriptors, the next use tries again.
///
/// An event loop group would wait for its threads, which takes a third of the time to a first connection.
///
/// The network library ends the program if it gets no descriptors for a loop. Therefore this checks first whether there
/// are enough.
final class LoopThread: Sendable {
    private let state = Monitor(State.idle)

    private enum State {
        case idle
        case starting
        case running(any EventLoop)
        case failed(MemcacheError)
    }

    /// A loop takes three descriptors; the others are for what the rest of the program may open at the same time.
    private static let descriptors = 6
    /// The size of the thread's stack, regardless of the system's default: values are decoded and log handlers run on
    /// it.
    private static let stackBytes = 8 << 20

    /// Starts the thread, which retains this object, unless it is running.
    private func startIfIdle(_ state: inout State) {
        guard case .idle = state else { return }
        state = .starting
        let code = Threads.start(stackBytes: LoopThread.stackBytes) { self.run() }
        if code != 0 { state = .failed(.noThread(code)) }
    }

    /// The loop, as soon as it runs.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``.
    func loop() throws(MemcacheError) -> any EventLoop {
        let outcome: Result<any EventLoop, MemcacheError> = state.wait { state in
            startIfIdle(&state)
            switch state {
            case .idle, .starting: return nil
            case .running(let loop): return .success(loop)
            case .failed(let error):
                state = .idle
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private func run() {
        LocalResources.beginTurn()
        if let reason = LocalResources.shortage(ofDescriptors: LoopThread.descriptors) {
            LocalResources.endTurn()
            let error = MemcacheError(.localResource, "no connection can be made: \(reason)")
            return state.withLock { $0 = .failed(error) }
        }
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { loop in
            LocalResources.endTurn()
            self.state.withLock { $0 = .running(loop) }
        }
    }
}
