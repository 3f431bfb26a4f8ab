/// The direction of bytes.
package enum TraceDirection: Hashable, Sendable {
    /// To the server.
    case sent
    /// From the server.
    case received
}

/// A closure called with every byte of a connection as it is passed to the system or received from it, in pieces of any
/// size.
///
/// Called on the connection's own thread, which waits for it.
package typealias WireTrace = @Sendable (TraceDirection, Span<UInt8>) -> Void
