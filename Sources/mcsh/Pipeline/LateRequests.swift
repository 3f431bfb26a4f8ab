import MemcacheCore

/// Requests that may have come too late for their connection: the server had closed it before any of them was sent. They
/// can go to the next connection, where nothing is executed twice.
///
/// Requests that are sent again in the order in which they failed keep their order, because all of them fail first.
struct LateRequests: Sendable {
    let bytes: [UInt8]
    let longValues: [RequestEncoder.LongValue]
    let shapes: [ReplyShape]
    let client: MemcacheClient
    let position: Int
    /// Called with the next connection before it is used.
    let whenConnected: (@Sendable (Connection) -> Void)?
    /// How often they were sent again.
    private(set) var attempts = 0

    /// How often a server may close the connection first.
    static let maximumAttempts = 8

    init(
        bytes: [UInt8], longValues: [RequestEncoder.LongValue], shapes: [ReplyShape], client: MemcacheClient,
        position: Int, whenConnected: (@Sendable (Connection) -> Void)?
    ) {
        (self.bytes, self.longValues, self.shapes) = (bytes, longValues, shapes)
        (self.client, self.position, self.whenConnected) = (client, position, whenConnected)
    }

    /// The same requests on their next attempt; nil if an error does not say that nothing of them was sent, or there
    /// were too many attempts.
    func next(after error: MemcacheError) -> LateRequests? {
        guard error.code == .connectionLost, !error.mayHaveTakenEffect, attempts < Self.maximumAttempts else {
            return nil
        }
        var next = self
        next.attempts += 1
        return next
    }

    /// Sends them on the server's next connection.
    ///
    /// - Throws: ``MemcacheError`` if there is none.
    func send(to receiver: any ReplyReceiver) throws(MemcacheError) {
        let connection = try client.connection(to: position)
        whenConnected?(connection)
        connection.submit(
            bytes, with: longValues, expecting: shapes, timeout: client.configuration.replyTimeout, to: receiver)
    }
}
