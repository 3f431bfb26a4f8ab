/// What carries the bytes of connections.
package enum Sockets: Sendable {
    /// swift-nio's event loops.
    case nio
    /// Plain sockets and `poll`, which a program that runs for a moment has at once.
    case poll

    /// Starts what the connections of commands live on, and waits for it.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``, when the system has no thread or
    ///   no descriptor left.
    func prepare() throws(MemcacheError) {
        switch self {
        case .nio: try NIOTransport.waitForCommandThread()
        case .poll: try PollLoop.commands.prepare()
        }
    }

    /// Has the connections of commands that use ``poll`` live on the threads that wait for them, in
    /// ``wait(for:until:)``, as long as no thread is started: a program that sends one command needs no second one.
    package static func livesInWaiters() { PollLoop.commands.runsInWaiters() }

    /// Has the connections of commands that use ``poll`` live on a thread of their own from here on.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``, when the system gives no thread.
    package static func startThread() throws(MemcacheError) { try PollLoop.commands.startThread() }

    /// Waits until a condition, which may change the value, gives an answer.
    ///
    /// Where the connections live in those who wait, the answer must be brought about by what a connection receives, or
    /// by its time limits.
    package static func wait<Value, Answer>(
        for monitor: Monitor<Value>, until condition: (inout Value) -> Answer?
    ) -> Answer {
        PollLoop.wait(for: monitor, until: condition)
    }
}

extension Connection.Options {
    /// A transport that is not connected.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``.
    func makeTransport(on thread: TransportThread) throws(MemcacheError) -> any Transport {
        if let network { return network.makeTransport() }
        switch sockets {
        case .nio: return try NIOTransport(on: thread)
        case .poll:
            switch thread {
            case .commands: return try PollTransport(on: .commands)
            case .streams: return try PollTransport(on: .streams)
            }
        }
    }
}
