import MemcacheCore
import Synchronization
import TestSupport
import Testing

@testable import mcsh

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Requests that are sent once more: because nothing of them was sent, or because a read of several keys was refused.
@Suite(.timeLimit(.minutes(3)))
struct RepeatedRequestsTests {
    private static let tooLate = MemcacheError(
        .connectionLost, "the connection was closed before the command was sent")

    private final class Flag: Sendable {
        private let isRaised = Mutex(false)

        func raise() { isRaised.withLock { $0 = true } }

        var value: Bool { isRaised.withLock { $0 } }
    }

    /// Passes retries to the receiver that ends them.
    private final class Holder: @unchecked Sendable {
        let retries: ReadRetries

        init(_ retries: ReadRetries) { self.retries = retries }
    }

    /// A batch of lines, and what reads its answers.
    private struct Batch {
        let batch: ServerBatch
        let session: Session
        let printer: AnswerWriter
        let finished = Flag()

        init(_ lines: String..., retries: ReadRetries? = nil) throws {
            var planned = PlannedLines()
            for (index, line) in lines.enumerated() {
                planned.builder.line = index + 1
                _ = try planned.plan(line)
            }
            batch = planned.builder.takeRound().batches[0]
            session = Session(
                output: OutputSink(descriptor: open("/dev/null", O_WRONLY)),
                presentation: Presentation(format: .plain, style: .plain, width: 80, endsValues: true))
            printer = AnswerWriter(
                server: "cache:1", output: session.output, presentation: session.presentation, retries: retries)
        }

        func receiver(
            of part: ServerBatch? = nil, isRetry: Bool = false, late: LateRequests? = nil,
            _ onFinish: @escaping @Sendable () -> Void = {}
        ) -> BatchReplyReceiver {
            BatchReplyReceiver(
                batch: part ?? batch, printer: printer, session: session, lostReads: LostReads(), isRetry: isRetry,
                late: late
            ) { [finished] in
                onFinish()
                finished.raise()
            }
        }

        func late(_ client: MemcacheClient) -> LateRequests {
            LateRequests(
                bytes: batch.encoder.bytes, longValues: [], shapes: batch.shapes, client: client, position: 0,
                whenConnected: nil)
        }

        func waitForEnd() async throws {
            let finished = finished
            _ = try await eventually { finished.value }
        }
    }

    @Test func `requests of which nothing was sent go to the next connection`() async throws {
        let server = try ScriptedServer([.expect("set a 0 0 1\r\n1\r\n"), .send("STORED\r\n")])
        let client = try MemcacheClient(server: server.address)
        let batch = try Batch("set a 1")
        batch.receiver(late: batch.late(client)).finish(Self.tooLate, answered: 0)
        try await batch.waitForEnd()
        #expect(!batch.session.hasLoss)
        #expect(batch.session.status == .done)
        #expect(server.failures == [])
    }

    @Test(arguments: [
        MemcacheError(.connectionLost, "the server closed the connection", mayHaveTakenEffect: true),
        MemcacheError(.closed, "the client was disconnected"), MemcacheError(.timedOut, "no answer"),
        MemcacheError(.cannotConnect, "cannot connect"),
    ])
    func `requests that may have been sent, or were cancelled, are lost`(_ error: MemcacheError) async throws {
        let server = try ScriptedServer([.silence])
        let client = try MemcacheClient(server: server.address)
        let batch = try Batch("set a 1")
        batch.receiver(late: batch.late(client)).finish(error, answered: 0)
        #expect(batch.session.hasLoss)
        #expect(server.receivedNothing)
    }

    @Test func `after a loss nothing is sent once more`() async throws {
        let server = try ScriptedServer([.silence])
        let client = try MemcacheClient(server: server.address)
        let batch = try Batch("set a 1")
        batch.session.note(
            LostReplies(error: Self.tooLate, server: "b", unanswered: .init(firstLine: 1, lastLine: 1)))
        batch.receiver(late: batch.late(client)).finish(Self.tooLate, answered: 0)
        #expect(server.receivedNothing)
    }

    @Test func `a server that closes first again and again ends the attempts`() throws {
        let client = try MemcacheClient(server: "127.0.0.1:1")
        var late: LateRequests? = try Batch("get a").late(client)
        var attempts = 0
        while let next = late?.next(after: Self.tooLate) {
            late = next
            attempts += 1
        }
        #expect(attempts == LateRequests.maximumAttempts)
    }

    // MARK: Reads that are repeated

    @Test func `answers that wait for repeated reads are bounded, and beyond the bound the reads are unanswered`()
        async throws
    {
        let server = try ScriptedServer([.silence])
        let client = try MemcacheClient(server: server.address)
        let retries = ReadRetries(client, position: 0, maximumBytes: 10_000)
        let holder = Holder(retries)
        let batch = try Batch("get a", retries: retries)
        let alone = batch.batch.readsAlone(0..<1, in: 0..<1)
        retries.begin(alone, to: batch.receiver(of: alone, isRetry: true) { holder.retries.end() })
        let later = try Batch("version", retries: retries)
        let receiver = later.receiver()
        let bytes = [UInt8](repeating: UInt8(ascii: "1"), count: 100)
        // 100 bytes, and 128 for the rest of each.
        for _ in 0..<10_000 / 228 {
            retries.keep(
                .version(0..<100), at: 0..<100, of: bytes.span, shape: later.batch.shapes[0], completesReply: true,
                for: receiver)
        }
        #expect(!batch.finished.value)
        retries.keep(
            .version(0..<100), at: 0..<100, of: bytes.span, shape: later.batch.shapes[0], completesReply: true,
            for: receiver)
        try await batch.waitForEnd()
        #expect(!retries.isActive)
        let loss = try #require(batch.session.takeLosses().first)
        #expect(loss.error.message == "the read was abandoned: more than 10000 bytes of later answers waited for it")
        #expect(loss.unanswered.firstLine == 1)
    }
}
