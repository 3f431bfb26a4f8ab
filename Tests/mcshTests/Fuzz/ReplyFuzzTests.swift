import MemcacheCore
import Testing

@testable import mcsh

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Random replies with extreme numbers, through everything that reads them.
@Suite(.enabled(if: Fuzz.count != nil, "make fuzz-quick")) struct ReplyFuzzTests {
    private static let commands: [any MemcacheCommand] = {
        let key: Key = "a"
        let slabClass = try? SlabClass(1)
        return [
            Command.Set(key, value: []), Command.Add(key, value: []), Command.Replace(key, value: []),
            Command.Append(key, value: []),
            Command.Prepend(key, value: []), Command.CompareAndSwap(key, value: [], cas: CASToken(rawValue: 1)),
            Command.Get(key), Command.Gets(key),
            Command.GetMany([key, "bb"]), Command.GetsMany([key, "bb"]), Command.GetAndTouch(key, expiration: .never),
            Command.GetAndTouchWithCAS(key, expiration: .never),
            Command.GetAndTouchMany([key, "bb"], expiration: .never),
            Command.GetAndTouchManyWithCAS([key, "bb"], expiration: .never), Command.Delete(key),
            Command.Touch(key, expiration: .never),
            Command.Increment(key), Command.Decrement(key), Command.MetaGet(key), Command.MetaSet(key, value: []),
            Command.MetaDelete(key),
            Command.MetaArithmetic(key), Command.MetaNoop(), Command.MetaDebug(key), Command.Statistics(),
            Command.Statistics(.slabs), Command.ResetStatistics(),
            Command.SetPrefixStatistics(isOn: true), Command.PrefixStatistics(), Command.Version(), Command.FlushAll(),
            Command.Verbosity(0),
            Command.CacheMemoryLimit(megabytes: 64), Command.Shutdown(), Command.Quit(), Command.RefreshCertificates(),
            Command.GetClusterConfiguration(),
            Command.GetClusterConfiguration(from: .legacyKey), Command.ReassignSlabs(from: nil, to: nil),
            Command.TuneSlabAutomove(.on),
            Command.TuneLRU(.flat), Command.TuneFlash(.dropUnread(true)), Command.TuneCrawler(.enable),
            Command.StartCrawl(),
            Command.WithoutReply(Command.Delete(key)),
        ] + (slabClass.map { [Command.CacheDump($0)] } ?? [])
    }()

    private static let lines = [
        "get a bb user:1", "gets a bb user:1", "gat 60 a bb", "get a bb --decode", "set a 1", "add a 1", "cas a 1 0 5",
        "delete a", "touch a 60", "incr a", "exists a bb", "ttl a bb", "mg a v t f c s h l", "ms a 1", "md a", "ma a",
        "me a", "mn", "version", "verbosity 1", "stats", "stats items", "stats slabs", "stats sizes",
        "stats settings", "stats conns", "stats extstore", "stats proxy", "stats cachedump 1", "stats detail dump",
        "config get cluster",
    ]

    private static let formats: [OutputFormat] = [.human, .plain, .json, .csv, .tsv, .raw]

    private static let requests: [StatisticsRequest] = [
        .general, .items, .slabs, .sizes, .settings, .conns, .extstore, .proxy, .other("x"),
    ]

    /// The number of results of each kind, to show that the cases are of all kinds.
    private static func read(_ reply: [UInt8]) -> String? {
        let shapes: Set<ReplyShape> = Set(commands.map { $0.replyShape.shape ?? .untilFence })
        for shape in shapes.sorted(by: { $0.rawValue < $1.rawValue }) {
            var parser = ReplyParser()
            parser.maximumValueBytes = .max
            var collector = ReplyCollector()
            var position = 0
            do throws(ReplyParser.Failure) {
                while let element = try parser.next(in: reply.span, at: &position) {
                    guard let whole = try collector.collect(element, of: reply.span, shape: shape) else { continue }
                    for command in commands where command.replyShape.shape ?? .untilFence == shape {
                        interpret(command, whole)
                    }
                    if case .statistics(let statistics) = whole {
                        _ = SlabStatistics(statistics)
                        if let fault = view(statistics) { return fault }
                    }
                }
            } catch {
                _ = MemcacheError(error).message
            }
        }
        return nil
    }

    private static func interpret<Request: MemcacheCommand>(_ command: Request, _ reply: Reply) {
        _ = Result { () throws(MemcacheError) in try command.interpret(reply) }
    }

    private static func view(_ statistics: [Statistic]) -> String? {
        for request in requests {
            for width in [20, 80] {
                let lines = StatisticsView.lines(
                    for: request, statistics, width: width, style: .plain, escape: { EscapedText.string($0) })
                if let line = lines.first(where: { $0.displayWidth > width }) {
                    return "\(request) is wider than \(width): \(line)"
                }
            }
        }
        return nil
    }

    /// Lines of streams: dumps, watched events, keys.
    private static func readAsStreams(_ random: inout SplitMix) {
        let numbers = (0..<8).map { _ in random.extremeNumber() }
        let item =
            "key=a exp=\(numbers[0]) la=\(numbers[1]) cas=\(numbers[2]) fetch=yes cls=\(numbers[3]) size=\(numbers[4]) "
            + "flags=\(numbers[5]) ext_page=\(numbers[6]) ext_offset=\(numbers[7])"
        _ = ListedItem(line: Array(item.utf8))
        let event =
            "ts=\(numbers[0]).\(numbers[1]) gid=\(numbers[2]) type=item_get key=a status=hit clsid=\(numbers[3]) "
            + "cfd=\(numbers[4]) size=\(numbers[5])"
        if case .event(let read)? = WatchLine(line: Array(event.utf8)) { _ = (read.clientDescriptor, read.key) }
        _ = WatchLine(line: Array("skipped=\(numbers[6])".utf8))
        _ = ServerVersion(Array("\(numbers[0]).\(numbers[1]).\(numbers[2])".utf8))
    }

    @Test func `random replies are read by every command`() async {
        let faults = await Fuzz.run("replies, read by every command") { random in
            var replies = RandomReply(random: random)
            let reply = replies.bytes()
            random = replies.random
            Self.readAsStreams(&random)
            return Self.read(reply)
        }
        #expect(faults == [])
    }

    @Test func `random replies are shown in every format`() async throws {
        let descriptor = open("/dev/null", O_WRONLY)
        defer { close(descriptor) }
        let output = OutputSink(descriptor: descriptor)
        let sessions = Self.formats.map {
            Session(
                output: output, presentation: Presentation(format: $0, style: .plain, width: 80, endsValues: true))
        }
        let faults = await Fuzz.run("replies, shown in every format") { random in
            var replies = RandomReply(random: random)
            let reply = replies.bytes()
            random = replies.random
            let session = sessions[random.below(sessions.count)]
            return Self.show(reply, to: random.pick(Self.lines), session)
        }
        #expect(faults == [])
    }

    private static func show(_ reply: [UInt8], to line: String, _ session: Session) -> String? {
        do {
            var planned = PlannedLines(format: session.presentation.format)
            _ = try planned.plan(line)
            let round = planned.builder.takeRound()
            let batch = round.batches[0]
            // What is confirmed first is sent later.
            guard !batch.isEmpty else { return nil }
            let printer = AnswerWriter(server: "cache:1", output: session.output, presentation: session.presentation)
            let receiver = BatchReplyReceiver(
                batch: batch, statistics: round.statistics, printer: printer, session: session,
                lostReads: LostReads()
            ) {}
            var answered = 0
            do throws(ReplyParser.Failure) {
                try Conversation.feed(reply, batch.shapes, receiver, &answered)
                receiver.finish(answered < batch.shapes.count ? MemcacheError(.timedOut, "x") : nil, answered: answered)
            } catch {
                receiver.finish(MemcacheError(error), answered: answered)
            }
            _ = session.takeLosses()
            return nil
        } catch {
            return "\(line) cannot be planned: \(error)"
        }
    }
}
