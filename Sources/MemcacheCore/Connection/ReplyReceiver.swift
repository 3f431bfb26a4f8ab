/// Takes in the replies of one submission.
///
/// Every method is called on the connection's own thread, in the order of the bytes. A receiver may take its time: the
/// connection does not read meanwhile, which holds the server back, and its deadlines wait.
package protocol ReplyReceiver: AnyObject, Sendable {
    /// An element of a reply has arrived. Its ranges point into `bytes`, which are gone afterwards.
    ///
    /// - Parameters:
    ///   - range: Where the element stands in `bytes`, with its line ends.
    ///   - shape: The shape of the reply that it belongs to.
    ///   - completesReply: Whether that reply is complete with it.
    /// - Throws: ``ReplyParser/Failure`` when the element cannot answer what was asked; the connection is then closed.
    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) throws(ReplyParser.Failure)

    /// An item with a long value begins to arrive: its line is there, its data is empty.
    ///
    /// - Returns: Whether the value is wanted piece by piece. Otherwise it is received whole, as it is where this says
    ///   nothing; then this has changed nothing, for it may be asked again.
    func beginValue(_ header: ReplyElement, of bytes: Span<UInt8>) -> Bool

    /// The next bytes of that value.
    func continueValue(_ piece: Span<UInt8>)

    /// The value is complete. Where it never will be, ``finish(_:answered:)`` follows in place of this.
    func endValue()

    /// What had arrived is used up, and more is awaited: a good moment to show what there is.
    func paused()

    /// Nothing follows: all replies are complete, or the rest will never come.
    ///
    /// - Parameter answered: How many replies were complete.
    func finish(_ error: MemcacheError?, answered: Int)
}

extension ReplyReceiver {
    package func beginValue(_ header: ReplyElement, of bytes: Span<UInt8>) -> Bool { false }
    package func continueValue(_ piece: Span<UInt8>) {}
    package func endValue() {}
}
