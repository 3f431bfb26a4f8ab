import MemcacheCore

/// The outstanding requests on one connection, with a bound on their number of bytes.
///
/// While anything is unanswered the connection is not replaced: after a loss nothing that follows may be executed as if
/// the lost requests had been. It belongs to the main thread.
final class InFlightWindow {
    private let client: MemcacheClient
    private let position: Int
    private let maximumBytes: Int
    private let whenConnected: (@Sendable (Connection) -> Void)?
    private let inFlight = InFlightLimit()
    private var connection: Connection?

    /// A window on a server of the client, by its position.
    ///
    /// - Parameter whenConnected: Called with the connection that requests use from here on, before they do.
    init(
        client: MemcacheClient, position: Int = 0, maximumBytes: Int,
        whenConnected: (@Sendable (Connection) -> Void)? = nil
    ) {
        self.whenConnected = whenConnected
        self.client = client
        self.position = position
        self.maximumBytes = maximumBytes
    }

    /// Submits requests, after waiting while too much is unanswered.
    ///
    /// - Parameters:
    ///   - longValues: The long values in them.
    ///   - isLost: Whether answers have been lost in the meantime. Then nothing is sent.
    ///   - makeReceiver: Creates the receiver of the replies. It calls its first argument when nothing follows; with the
    ///     second it may have requests sent again that came too late for their connection.
    /// - Returns: Whether the requests were submitted.
    func submit(
        _ bytes: [UInt8], with longValues: [RequestEncoder.LongValue] = [], expecting shapes: [ReplyShape],
        isLost: () -> Bool,
        makeReceiver: (_ whenFinished: @escaping @Sendable () -> Void, LateRequests) -> any ReplyReceiver
    ) -> Bool {
        let size = longValues.reduce(bytes.count) { $0 + $1.value.count }
        let isAlone = inFlight.add(size, waitingBelow: maximumBytes)
        guard !isLost() else {
            inFlight.remove(size)
            return false
        }
        let late = LateRequests(
            bytes: bytes, longValues: longValues, shapes: shapes, client: client, position: position,
            whenConnected: whenConnected)
        let receiver = makeReceiver({ [inFlight] in inFlight.remove(size) }, late)
        do throws(MemcacheError) {
            // A closed connection accepts nothing, and notifies the receiver.
            let connection: Connection
            if !isAlone, let current = self.connection {
                connection = current
            } else {
                connection = try client.connection(to: position)
            }
            if self.connection !== connection { whenConnected?(connection) }
            self.connection = connection
            connection.submit(
                bytes, with: longValues, expecting: shapes, timeout: client.configuration.replyTimeout, to: receiver)
        } catch {
            // On this thread, which is sound: without a connection no other thread calls this receiver.
            receiver.finish(error, answered: 0)
        }
        return true
    }

    /// Waits until everything is answered, or never will be.
    func drain() {
        inFlight.waitUntilEmpty()
    }
}
