import MemcacheCore

/// A pipeline of prepared rounds: sent as they come, answered in order, held back when too much is unanswered.
///
/// It belongs to the main thread. The prompt and a one-liner are pipelines of depth one: they wait after each command.
final class CommandPipeline {

    /// The approximate number of bytes of requests that may be unanswered; several servers share it, and each may have
    /// a batch.
    private static let windowBytes = 1 << 20

    /// The parts that belong to one server.
    private struct Lane {
        let window: InFlightWindow
        let printer: AnswerWriter
        let merged: AnswerSequencer.Lane?
    }

    private let session: Session
    private let lanes: [Lane]
    private let lostReads = LostReads()
    /// Puts the answers of several servers in order; nil with one server.
    private let merger: AnswerSequencer?

    init(client: MemcacheClient, session: Session, conventions: ValueConventions) {
        self.session = session
        let servers = client.pool.servers
        let merger = servers.count > 1 ? AnswerSequencer(servers: servers.count, session: session) : nil
        self.merger = merger
        let windowBytes = max(CommandPipeline.windowBytes / max(1, servers.count), ServerBatch.fullBytes)
        lanes = servers.indices.map { position in
            let merged = merger?.lane(position)
            var whenConnected: (@Sendable (Connection) -> Void)?
            if let merged { whenConnected = { merged.comes(from: $0) } }
            return Lane(
                window: InFlightWindow(
                    client: client, position: position, maximumBytes: windowBytes, whenConnected: whenConnected),
                printer: AnswerWriter(
                    server: servers[position].address.description, output: session.output,
                    presentation: session.presentation, conventions: conventions, lane: merged,
                    retries: ReadRetries(client, position: position)),
                merged: merged)
        }
    }

    /// Sends a round. Waits while too much is unanswered. After a loss the round counts as lost too.
    func submit(_ round: PoolBatch) {
        // Most commands that cannot be sent are detected before their answers are expected.
        guard !session.hasLoss else {
            for (lane, batch) in zip(lanes, round.batches) where !batch.isEmpty {
                session.extendLoss(of: lane.printer.server, by: batch.unanswered(Array(batch.commands.indices)))
            }
            return
        }
        merger?.expect(round.owners, complaints: round.complaints)
        for (lane, batch) in zip(lanes, round.batches) {
            guard !batch.isEmpty else { continue }
            let isSubmitted = lane.window.submit(
                batch.encoder.bytes, with: batch.encoder.longValues, expecting: batch.shapes,
                isLost: { session.hasLoss }
            ) {
                BatchReplyReceiver(
                    batch: batch, statistics: round.statistics, printer: lane.printer, session: session,
                    lostReads: lostReads, late: $1, onFinish: $0)
            }
            if !isSubmitted {
                session.extendLoss(of: lane.printer.server, by: batch.unanswered(Array(batch.commands.indices)))
                lane.merged?.skip(batch.commands.count)
            }
        }
    }

    /// Waits until everything sent is answered, or never will be.
    func drain() {
        for lane in lanes { lane.window.drain() }
    }

    /// Returns the reads that should be repeated without meta commands, and forgets them.
    func takeLostReads() -> [LostRead] { lostReads.takeAll() }
}
