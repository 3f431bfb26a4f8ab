import NIOCore

/// Delivers bytes and keeps those that are not consumed.
final class TransportHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let delegate: any TransportDelegate
    private let trace: WireTrace?
    /// Bytes that were not consumed.
    private var rest = ByteBuffer()
    private var needed = 0
    private var failure: (any Error)?

    init(delegate: any TransportDelegate, trace: WireTrace?) {
        self.delegate = delegate
        self.trace = trace
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var incoming = unwrapInboundIn(data)
        if let trace { incoming.withUnsafeReadableBytes { trace(.received, $0.bindMemory(to: UInt8.self).span) } }
        guard rest.readableBytes == 0 else {
            makeRoom(for: incoming.readableBytes)
            rest.writeBuffer(&incoming)
            deliver(&rest)
            // Releases the memory that a long value took.
            if rest.readableBytes == 0, rest.capacity > 1 << 20 { rest = ByteBuffer() }
            return
        }
        deliver(&incoming)
        if incoming.readableBytes > 0 {
            rest.clear()
            makeRoom(for: incoming.readableBytes)
            rest.writeBuffer(&incoming)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        delegate.transportReceivedAll()
    }

    func channelInactive(context: ChannelHandlerContext) {
        let ending: TransportEnding = failure.map { .broken(NIOTransport.reason($0), underlying: $0) } ?? .closed
        delegate.transportEnded(ending)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = error
        context.close(promise: nil)
    }

    private func deliver(_ buffer: inout ByteBuffer) {
        let (used, needed) = buffer.withUnsafeReadableBytes { bytes in
            let readable = bytes.bindMemory(to: UInt8.self)
            return delegate.transportReceived(readable.span)
        }
        buffer.moveReaderIndex(forwardBy: used)
        self.needed = needed
    }

    /// Reserves space after the remaining bytes. The buffer for a long value grows by half as its bytes arrive, so that
    /// a wrong length takes no memory.
    private func makeRoom(for count: Int) {
        guard rest.writableBytes < count else { return }
        rest.discardReadBytes()
        let size = rest.readableBytes + count
        rest.reserveCapacity(max(size, min(needed, size * 2)))
    }
}
