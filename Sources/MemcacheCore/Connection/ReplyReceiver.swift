/// Receives the replies of one submission.
///
/// Every method is called on the connection's own thread, in the order of the bytes. A receiver may take its time: the
/// connection does not read while it works, which holds the server back, and its deadlines wait.
package protocol ReplyReceiver: AnyObject, Sendable {
    /// Receives an element of a reply. Its ranges refer to `bytes`, which are invalid afterwards.
    ///
    /// - Parameters:
    ///   - range: The position of the element in `bytes`, including its line ends.
    ///   - shape: The shape of the reply that it belongs to.
    ///   - completesReply: Whether that reply is complete with it.
    /// - Throws: ``ReplyParser/Failure`` if the element cannot be part of the reply; the connection is then closed.
    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) throws(ReplyParser.Failure)

    /// Called when an item with a long value begins to arrive: its line is complete, its data is empty.
    ///
    /// - Returns: Whether the value is wanted piece by piece. Otherwise it is received whole, which is the default. If
    ///   this returns false it must not change anything, because it may be called again.
    func beginValue(_ header: ReplyElement, of bytes: Span<UInt8>) -> Bool

    /// Receives the next bytes of that value.
    func continueValue(_ piece: Span<UInt8>)

    /// Called when the value is complete. If it never will be, ``finish(_:answered:)`` follows instead.
    func endValue()

    /// Called when everything that had arrived is consumed, and more is awaited: a good time to flush output.
    func paused()

    /// Called at the end: all replies are complete, or the rest will never arrive.
    ///
    /// - Parameter answered: The number of complete replies.
    func finish(_ error: MemcacheError?, answered: Int)
}

extension ReplyReceiver {
    package func beginValue(_ header: ReplyElement, of bytes: Span<UInt8>) -> Bool { false }
    package func continueValue(_ piece: Span<UInt8>) {}
    package func endValue() {}
}
