import MemcacheCore

/// Renders answers into one buffer and hands it to standard output when it is full, or when nothing more has arrived.
///
/// It belongs to the connection's thread; see ``AnswerReceiver``.
final class AnswerPrinter {
    /// The server's name in messages and machine formats.
    let server: String

    private let output: OutputSink
    private let presentation: Presentation
    private var buffer: [UInt8] = []
    private var renderers: [OutputFormat: any AnswerRenderer] = [:]
    private var current: (any AnswerRenderer)
    private var currentFormat: OutputFormat

    private static let limit = 65_536

    init(server: String, output: OutputSink, presentation: Presentation) {
        self.server = server
        self.output = output
        self.presentation = presentation
        currentFormat = presentation.format
        current = AnswerPrinter.makeRenderer(presentation.format, presentation)
    }

    func status(_ word: StaticString, key: KeyPosition, of batch: PreparedBatch, _ command: PreparedCommand) {
        select(command.format)
        current.status(
            word, key: batch.encoder.bytes.span.extracting(key.range), context(of: command), to: &buffer)
        flushIfFull()
    }

    func number(_ number: UInt64, key: KeyPosition, of batch: PreparedBatch, _ command: PreparedCommand) {
        select(command.format)
        current.number(
            number, key: batch.encoder.bytes.span.extracting(key.range), context(of: command), to: &buffer)
        flushIfFull()
    }

    func item(
        _ item: AnsweredItem, key: KeyPosition, value: Span<UInt8>, of batch: PreparedBatch, _ command: PreparedCommand
    ) {
        select(command.format)
        current.item(
            item, key: batch.encoder.bytes.span.extracting(key.range), value: value, context(of: command), to: &buffer)
        flushIfFull()
    }

    func miss(key: KeyPosition, of batch: PreparedBatch, _ command: PreparedCommand) {
        select(command.format)
        current.miss(key: batch.encoder.bytes.span.extracting(key.range), context(of: command), to: &buffer)
        flushIfFull()
    }

    func existence(_ exists: Bool, key: KeyPosition, of batch: PreparedBatch, _ command: PreparedCommand) {
        select(command.format)
        current.existence(
            exists, key: batch.encoder.bytes.span.extracting(key.range), context(of: command), to: &buffer)
        flushIfFull()
    }

    func timeToLive(_ seconds: Int64?, key: KeyPosition, of batch: PreparedBatch, _ command: PreparedCommand) {
        select(command.format)
        current.timeToLive(
            seconds, key: batch.encoder.bytes.span.extracting(key.range), context(of: command), to: &buffer)
        flushIfFull()
    }

    func meta(
        _ status: MetaReply.Status, flags: Span<UInt8>, value: Span<UInt8>, key: KeyPosition, of batch: PreparedBatch,
        _ command: PreparedCommand
    ) {
        select(command.format)
        current.meta(
            status, flags: flags, value: value, key: batch.encoder.bytes.span.extracting(key.range),
            context(of: command), to: &buffer)
        flushIfFull()
    }

    func text(_ text: Span<UInt8>, named name: StaticString, of batch: PreparedBatch, _ command: PreparedCommand) {
        select(command.format)
        current.text(text, named: name, context(of: command), to: &buffer)
        flushIfFull()
    }

    func statistics(
        _ reply: Reply, _ request: StatisticsRequest, of batch: PreparedBatch, _ command: PreparedCommand
    ) {
        select(command.format)
        current.statistics(reply, request, context(of: command), to: &buffer)
        flushIfFull()
    }

    /// Hands over what there is.
    func flush() {
        guard !buffer.isEmpty else { return }
        output.write(buffer)
        buffer.removeAll(keepingCapacity: buffer.capacity <= 4 * AnswerPrinter.limit)
    }

    private func flushIfFull() {
        if buffer.count >= AnswerPrinter.limit { flush() }
    }

    private func context(of command: PreparedCommand) -> AnswerContext {
        AnswerContext(
            name: command.name, server: server, endsValues: presentation.endsValues, isMany: command.keyCount > 1)
    }

    /// A renderer is kept for each format in use: CSV remembers its header.
    private func select(_ format: OutputFormat) {
        guard format != currentFormat else { return }
        renderers[currentFormat] = current
        current = renderers[format] ?? AnswerPrinter.makeRenderer(format, presentation)
        currentFormat = format
    }

    private static func makeRenderer(_ format: OutputFormat, _ presentation: Presentation) -> any AnswerRenderer {
        switch format {
        case .human: HumanRenderer(style: presentation.style, width: presentation.width)
        case .plain: PlainRenderer()
        case .json: JSONRenderer()
        case .csv: DelimitedRenderer(style: .csv)
        case .tsv: DelimitedRenderer(style: .tsv)
        case .raw: RawRenderer()
        }
    }
}
