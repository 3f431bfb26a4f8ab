import MemcacheCore

/// Prepared batches on their way: sent as they come, answered in order, held back when too much is unanswered.
///
/// It belongs to the main thread. The prompt and a one-liner are pipelines of depth one: they wait after each command.
final class CommandPipeline {
    /// A batch is sent when it has grown to this, even when more input is at hand.
    static let batchBytes = 65_536

    private let session: Session
    private let printer: AnswerPrinter
    private let window: SubmissionWindow

    init(client: MemcacheClient, session: Session) {
        self.session = session
        window = SubmissionWindow(client: client, maximumBytes: 1 << 20)
        printer = AnswerPrinter(
            server: client.configuration.firstServerName, output: session.output,
            presentation: session.presentation)
    }

    /// Sends a batch. Waits while too much is unanswered. After a loss the batch belongs to what was lost.
    func submit(_ batch: PreparedBatch) {
        guard let first = batch.commands.first, let last = batch.commands.last else { return }
        let isSubmitted = window.submit(batch.encoder.bytes, expecting: batch.shapes, isLost: { session.hasLoss }) {
            AnswerReceiver(batch: batch, printer: printer, session: session, onFinish: $0)
        }
        if !isSubmitted { session.extendLoss(from: first.line, to: last.line) }
    }

    /// Waits until everything sent is answered, or never will be.
    func drain() {
        window.drain()
    }
}
