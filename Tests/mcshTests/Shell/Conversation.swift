import Testing

@testable import MemcacheCore
@testable import mcsh

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Lines and recorded replies of a server, and the resulting output of the session.
struct Conversation {
    var output: String
    var status: ExitStatus
    var session: Session
    /// The number of complete replies.
    var answered: Int

    /// Plans the lines as one batch and has its answers received.
    ///
    /// - Parameter ending: Why the connection ends after the replies, if it does.
    init(
        _ lines: [String], replies: String, format: OutputFormat = .plain, endsValues: Bool = true,
        ending: MemcacheError? = nil
    ) throws {
        var planned = PlannedLines(format: format)
        for (index, line) in lines.enumerated() {
            planned.builder.line = index + 1
            _ = try planned.plan(line)
        }
        let round = planned.builder.takeRound()
        let batch = round.batches[0]
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        session = Session(
            output: OutputSink(descriptor: ends[1]),
            presentation: Presentation(format: format, style: .plain, width: 80, endsValues: endsValues))
        answered = 0
        do {
            defer { close(ends[1]) }
            let printer = AnswerWriter(server: "cache:1", output: session.output, presentation: session.presentation)
            let receiver = BatchReplyReceiver(
                batch: batch, statistics: round.statistics, printer: printer, session: session,
                lostReads: LostReads()
            ) {}
            try Conversation.feed(Array(replies.utf8), batch.shapes, receiver, &answered)
            receiver.finish(ending, answered: answered)
        }
        output = String(decoding: try FileDescriptors.readAll(ends[0]).get(), as: UTF8.self)
        status = session.status
    }

    /// Passes elements on as the connection does, which keeps the answers to fences to itself.
    static func feed(
        _ bytes: [UInt8], _ shapes: [ReplyShape], _ receiver: BatchReplyReceiver, _ answered: inout Int
    ) throws(ReplyParser.Failure) {
        var machine = ConnectionStateMachine<Int>()
        let now = ContinuousClock.now
        _ = machine.submit(.init(id: 0, shapes: shapes, timeout: .seconds(60), submitted: now, receiver: 0))
        machine.opened(at: now)
        var parser = ReplyParser()
        var position = 0
        let span = bytes.span
        while !machine.isIdle {
            let start = position
            guard let element = try parser.next(in: span, at: &position) else { break }
            switch machine.receive(element) {
            case .violation: throw .unexpected(line: Array(bytes[start..<position]))
            case .drop: break
            case .deliver(let delivery):
                try receiver.receive(
                    element, at: start..<position, of: span, shape: delivery.shape,
                    completesReply: delivery.completesReply)
                if delivery.completesReply { answered += 1 }
            }
        }
    }
}
