import MemcacheCore

/// Prepared batches on their way: sent as they come, answered in order, held back when too much is unanswered.
///
/// It belongs to the main thread. The prompt and a one-liner are pipelines of depth one: they wait after each command.
final class CommandPipeline {
    /// So many bytes of requests may be unanswered before reading waits.
    private static let maximumBytesInFlight = 1 << 20
    /// A batch is sent when it has grown to this, even when more input is at hand.
    static let batchBytes = 65_536

    private let client: MemcacheClient
    private let session: Session
    private let printer: AnswerPrinter
    private let inFlight = InFlightCounter()

    init(client: MemcacheClient, session: Session) {
        self.client = client
        self.session = session
        printer = AnswerPrinter(
            server: client.configuration.server.description, output: session.output,
            presentation: session.presentation)
    }

    /// Sends a batch. Waits while too much is unanswered.
    func submit(_ batch: PreparedBatch) {
        guard !batch.isEmpty else { return }
        let size = batch.encoder.bytes.count
        inFlight.add(size, waitingBelow: CommandPipeline.maximumBytesInFlight)
        let receiver = AnswerReceiver(batch: batch, printer: printer, session: session) { [inFlight] in
            inFlight.remove(size)
        }
        do throws(MemcacheError) {
            let connection = try client.connection()
            connection.submit(
                batch.encoder.bytes, expecting: batch.shapes, timeout: client.configuration.replyTimeout, to: receiver)
        } catch {
            receiver.finish(error, answered: 0)
        }
    }

    /// Waits until everything sent is answered, or never will be.
    func drain() {
        inFlight.waitUntilEmpty()
    }
}
