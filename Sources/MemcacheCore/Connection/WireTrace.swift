/// Which way bytes went.
package enum TraceDirection: Hashable, Sendable {
    /// To the server.
    case sent
    /// From the server.
    case received
}

/// Is shown every byte of a connection as it is handed to the system or comes from it, in pieces of any size.
///
/// Called on the connection's own thread, which waits for it.
package typealias WireTrace = @Sendable (TraceDirection, Span<UInt8>) -> Void
