import MemcacheCore
import Testing

@Suite struct ReplyParserTests {
    private func elements(_ text: String) -> [String] {
        let bytes = Wire.bytes(text)
        let feed = ParserFeed.all([bytes[...]])
        #expect(feed.fault == nil)
        return feed.elements.map(\.description) + (feed.failure.map { ["\($0)"] } ?? [])
    }

    @Test(arguments: [
        ("STORED", "stored"), ("NOT_STORED", "notStored"), ("EXISTS", "exists"), ("NOT_FOUND", "notFound"),
        ("DELETED", "deleted"), ("TOUCHED", "touched"), ("OK", "ok"), ("RESET", "reset"), ("END", "end"),
        ("MN", "metaNoop"),
        ("0", "number(0)"), ("18446744073709551615", "number(18446744073709551615)"),
        ("VERSION 1.6.18", "version 1.6.18"),
        ("HD", "meta done  "), ("HD t-1 c2", "meta done t-1 c2 "), ("EN", "meta miss  "),
        ("NF O7", "meta notFound O7 "),
        ("NS", "meta notStored  "), ("EX", "meta exists  "), ("ME a exp=-1", "debug a exp=-1"),
        ("STAT pid 1", "statistic pid 1"), ("STAT a", "statistic a "),
        ("STAT version 1.6 x", "statistic version 1.6 x"),
        ("ITEM a [1 b; 0 s]", "cachedKey a [1 b; 0 s]"), ("PREFIX a get 1", "prefix a get 1"),
        ("ERROR", "refusal error ERROR"), ("ERROR a b", "refusal error ERROR a b"),
        ("ERROR: shutdown not enabled", "refusal error ERROR: shutdown not enabled"),
        ("SERVER_ERROR: shutdown not enabled", "refusal serverError SERVER_ERROR: shutdown not enabled"),
        ("Error TLS not enabled", "refusal error Error TLS not enabled"),
        ("CLIENT_ERROR", "refusal clientError CLIENT_ERROR"),
        ("CLIENT_ERROR bad", "refusal clientError CLIENT_ERROR bad"),
        ("SERVER_ERROR oom", "refusal serverError SERVER_ERROR oom"),
        ("BUSY currently processing crawler request", "refusal unavailable BUSY currently processing crawler request"),
        ("BADCLASS invalid class id", "refusal unavailable BADCLASS invalid class id"),
        ("NOSPARE source", "refusal unavailable NOSPARE source"), ("SAME src", "refusal unavailable SAME src"),
        ("NOTSTARTED no items to crawl", "refusal unavailable NOTSTARTED no items to crawl"),
        ("MEMLIMIT_TOO_SMALL x", "refusal unavailable MEMLIMIT_TOO_SMALL x"),
        ("MEMLIMIT_ADJUST_FAILED x", "refusal unavailable MEMLIMIT_ADJUST_FAILED x"),
        ("WATCHER_TOO_MANY x", "refusal unavailable WATCHER_TOO_MANY x"),
        ("WATCHER_FAILED x", "refusal unavailable WATCHER_FAILED x"),
        ("", "unknown "), ("STOREDX", "unknown STOREDX"), ("stored", "unknown stored"), ("ERRORS", "unknown ERRORS"),
        ("18446744073709551616", "unknown 18446744073709551616"), ("12 ", "unknown 12 "), ("-1", "unknown -1"),
        ("HDX", "unknown HDX"), ("END Z", "unknown END Z"),
        ("HTTP/1.1 400 Bad Request", "unknown HTTP/1.1 400 Bad Request"),
        ("VALUE", "unknown VALUE"), ("VERSION", "unknown VERSION"), ("STORED ", "unknown STORED "),
    ])
    func `a line is recognized by its first word`(line: String, element: String) {
        #expect(elements(line + "\r\n") == [element])
        #expect(elements(line + "\n") == [element])
    }

    @Test(arguments: [
        ("VALUE a 5 5\r\nhello\r\n", "value a 5 - hello"), ("VALUE a 5 5 1\r\nhello\r\n", "value a 5 1 hello"),
        ("VALUE a 0 0\r\n\r\n", "value a 0 - "), ("VALUE a 0 7\r\nEND\r\nxx\r\n", #"value a 0 - END\r\nxx"#),
        ("VALUE a 4294967295 1 18446744073709551615\r\nx\r\n", "value a 4294967295 18446744073709551615 x"),
        ("VALUE a 18446744073709551615 1\r\nx\r\n", "value a 18446744073709551615 - x"),
        ("VA 2\r\nhi\r\n", "meta value  hi"), ("VA 2 k1 W\r\nhi\r\n", "meta value k1 W hi"),
        ("VA 0 Z\r\n\r\n", "meta value Z "), ("VA 2 \r\nhi\r\n", "meta value  hi"),
    ])
    func `a value is as long as it says`(text: String, element: String) {
        #expect(elements(text) == [element])
    }

    @Test(arguments: [
        "VALUE a 5\r\n", "VALUE a 5 x\r\n", "VALUE a 5 -1\r\n", "VALUE a x 1\r\n", "VALUE a 18446744073709551616 1\r\n",
        "VALUE  5 5\r\n", "VALUE a 5 5 x\r\n", "VALUE a 5 5 1 1\r\n", "VALUE a 5 5 18446744073709551616\r\n",
        "VALUE a 5 18446744073709551616\r\n", "VALUE \r\n", "VA x\r\n", "VA -1\r\n", "VA \r\n", "STAT  x\r\n",
        "STAT \r\n",
    ])
    func `a malformed line is thrown`(text: String) {
        let feed = ParserFeed.all([Wire.bytes(text)[...]])
        guard case .malformed(let line)? = feed.failure else {
            Issue.record("\(feed.elements) \(String(describing: feed.failure))")
            return
        }
        #expect(line == Wire.bytes(String(text.dropLast())))
    }

    @Test(arguments: [
        "VALUE a 0 4\r\nhello\r\nEND\r\n", "VALUE a 0 6\r\nhello\r\nEND\r\n", "VA 1\r\nhi\r\nxx", "VA 0\r\nhi\r\n",
    ])
    func `a wrong length is noticed`(text: String) {
        #expect(ParserFeed.all([Wire.bytes(text)[...]]).failure == .valueNotTerminated)
    }

    @Test func `a value over the limit is rejected before it is read`() {
        var feed = ParserFeed(maximumValueBytes: 1000)
        feed.feed(Wire.bytes("VALUE a 0 1001\r\n"))
        #expect(feed.failure == .valueTooLong(bytes: 1001, limit: 1000))
        feed = ParserFeed(maximumValueBytes: 1000)
        feed.feed(Wire.bytes("VA 18446744073709551615\r\n"))
        #expect(feed.failure == .valueTooLong(bytes: .max, limit: 1000))
        feed = ParserFeed(maximumValueBytes: 1000)
        feed.feed(Wire.bytes("VALUE a 0 1000\r\n"))
        #expect(feed.failure == nil)
    }

    @Test func `a line without an end is abandoned at the limit`() {
        var feed = ParserFeed(maximumLineBytes: 100)
        feed.feed(Array(repeating: UInt8(ascii: "x"), count: 100) + [13])
        #expect(feed.failure == nil)
        feed.feed([UInt8(ascii: "x")])
        #expect(feed.failure == .lineTooLong(limit: 100))
        feed = ParserFeed(maximumLineBytes: 100)
        feed.feed(Array(repeating: UInt8(ascii: "x"), count: 101) + [13, 10])
        #expect(feed.failure == .lineTooLong(limit: 100))
    }

    @Test func `an incomplete value says how much it needs`() throws {
        var parser = ReplyParser()
        var position = 0
        let bytes = Wire.bytes("STORED\r\nVALUE a 0 1000\r\nxxx")
        let first = try parser.next(in: bytes.span, at: &position)
        #expect(first == .stored)
        let second = try parser.next(in: bytes.span, at: &position)
        #expect(second == nil)
        #expect(position == 8)
        #expect(parser.neededBytes == 16 + 1000 + 2)
    }

    @Test func `replies in one packet are read one after the other`() {
        #expect(
            elements("END\r\nVALUE b 0 1\r\nx\r\nEND\r\nSTORED\r\nMN\r\nVERSION 1.6.18\r\n")
                == ["end", "value b 0 - x", "end", "stored", "metaNoop", "version 1.6.18"])
    }

    @Test(arguments: [
        "CONFIG cluster 0 147\r\n12\nhost|10.0.0.1|11211 h2||11211\n\r\nEND\r\n",
        "CONFIG cluster 0 40\r\n12\r\nhost|10.0.0.1|11211 h2||11211\r\n\r\nEND\r\n",
    ])
    func `the announced length of a cluster's configuration is ignored`(text: String) throws {
        let bytes = Wire.bytes(text)
        for cut in 0...bytes.count {
            let feed = ParserFeed.all([bytes[..<cut], bytes[cut...]])
            #expect(feed.elements.count == 2)
            #expect(feed.elements.last?.description == "end")
            #expect(feed.unused == 0)
            #expect(feed.fault == nil)
        }
    }
}

/// Section 0 of the protocol notes: unexpected behaviour of servers, as far as bytes can show it.
@Suite struct SurprisingReplyTests {
    @Test func `1.6.18 executes the block of a rejected set as commands, and the connection is not used again`() throws
    {
        let bytes = Wire.bytes("CLIENT_ERROR bad command line format\r\nERROR\r\nVERSION 1.6.18\r\n")
        let found = try Wire.reply(bytes, shape: .storage)
        guard case .refused(let refusal)? = found?.0 else {
            Issue.record("no refusal")
            return
        }
        let line = refusal.line
        let losesStep = ReplyShape.storage.losesStep(after: refusal.kind, line: line.span, 0..<line.count)
        #expect(losesStep)
    }

    @Test func `1.6.45 sends an empty line after the error for a long key`() {
        let bytes = Wire.bytes("CLIENT_ERROR bad command line format\r\n\r\nVERSION 1.6.45\r\n")
        for cut in 0...bytes.count {
            let feed = ParserFeed.all([bytes[..<cut], bytes[cut...]])
            #expect(
                feed.elements.map(\.description) == [
                    "refusal clientError CLIENT_ERROR bad command line format", "version 1.6.45",
                ])
        }
    }

    @Test func `an empty line anywhere else is not a reply`() {
        let feed = ParserFeed.all([Wire.bytes("STORED\r\n\r\n")[...]])
        #expect(feed.elements.map(\.description) == ["stored", "unknown "])
        let second = ParserFeed.all([Wire.bytes("CLIENT_ERROR bad\r\n\r\n\r\n")[...]])
        #expect(second.elements.map(\.description) == ["refusal clientError CLIENT_ERROR bad", "unknown "])
    }

    @Test func `stats sizes_enable has one line and no END`() throws {
        let found = try Wire.reply(Wire.bytes("STAT sizes_status enabled\r\n"), shape: .statisticsWithoutEnd)
        #expect(found?.0 == .statistics([Statistic(name: Wire.bytes("sizes_status"), value: Wire.bytes("enabled"))]))
        #expect(found?.used == 27)
    }

    @Test func `a binary key returned unencoded forges lines, which are not taken for a reply`() throws {
        // mg bWd2DQpFTkQ= b k, for a key created by vivify: it contains a line end.
        let bytes = Wire.bytes("HD kmgv\r\nEND Z\r\n")
        let found = try Wire.reply(bytes, shape: .meta)
        #expect(found?.used == 9)
        let rest = Array(bytes[9...])
        #expect(throws: ReplyParser.Failure.unexpected(line: Wire.bytes("END Z"))) {
            try Wire.reply(rest, shape: .values)
        }
        #expect(throws: ReplyParser.Failure.unexpected(line: Wire.bytes("END Z"))) {
            try Wire.reply(rest, shape: .line)
        }
    }

    @Test func `an error in the middle of a get drops its values, and they are not in the next answer`() throws {
        let bytes = Wire.bytes(
            "VALUE a 0 1\r\nx\r\nSERVER_ERROR out of memory writing get response\r\nVALUE b 0 1\r\ny\r\nEND\r\n")
        var parser = ReplyParser()
        var collector = ReplyCollector()
        var position = 0
        var replies: [Reply] = []
        while let element = try parser.next(in: bytes.span, at: &position) {
            if let reply = try collector.collect(element, of: bytes.span, shape: .values) { replies.append(reply) }
        }
        #expect(
            replies == [
                .refused(
                    Refusal(kind: .serverError, line: Wire.bytes("SERVER_ERROR out of memory writing get response"))),
                .items([Item(key: "b", value: Wire.bytes("y"))]),
            ])
    }

    @Test func `refresh_certs reports errors in mixed case`() throws {
        #expect(throws: MemcacheError.self) {
            try Wire.outcome(of: Command.RefreshCertificates(), from: "Error TLS not enabled\r\n")
        }
    }

    @Test(arguments: ["ERROR: shutdown not enabled\r\n", "SERVER_ERROR: shutdown not enabled\r\n", "ERROR\r\n"])
    func `shutdown is rejected with a colon`(text: String) {
        #expect(Wire.code { try Wire.outcome(of: Command.Shutdown(), from: text) } != nil)
    }

    @Test func `a counter's stored text may end with spaces, its answer does not`() throws {
        #expect(try Wire.outcome(of: Command.Decrement("n"), from: "99\r\n") == .value(99))
        #expect(
            try Wire.outcome(of: Command.Get("n"), from: "VALUE n 0 3\r\n99 \r\nEND\r\n")?.value == Wire.bytes("99 "))
    }

    @Test func `append past the limit is not an error`() throws {
        #expect(try Wire.outcome(of: Command.Append("a", value: [1]), from: "NOT_STORED\r\n") == .notStored)
    }

    @Test func `a server without CAS gives the token 0`() throws {
        #expect(
            try Wire.outcome(of: Command.Gets("a"), from: "VALUE a 0 1 0\r\nx\r\nEND\r\n")?.cas == CASToken(rawValue: 0)
        )
    }

    @Test func `a login lost in a pipeline leaves one answer`() throws {
        #expect(
            Wire.code { _ = try Wire.outcome(of: Command.Version(), from: "CLIENT_ERROR unauthenticated\r\n") }
                == .unauthenticated)
    }

    @Test func `HTTP is recognized`() throws {
        do {
            _ = try Wire.reply(Wire.bytes("HTTP/1.1 400 Bad Request\r\n\r\n"), shape: .line)
            Issue.record("accepted")
        } catch let error as ReplyParser.Failure {
            #expect(MemcacheError(error).message.contains("speaks HTTP"))
        }
    }
}

/// Every exchange that was recorded with real servers, split in all ways.
@Suite struct RecordedExchangeTests {
    @Test func `there are recordings`() {
        #expect(Recording.exchanges.count >= 300)
    }

    @Test func `every reply is read the same whole, byte by byte, and split at each position`() {
        for exchange in Recording.exchanges {
            let reply = exchange.replyBytes
            let whole = ParserFeed.all([reply[...]])
            #expect(whole.failure == nil, "\(exchange)")
            #expect(whole.fault == nil, "\(exchange): \(whole.fault ?? "")")
            #expect(whole.unused == 0, "\(exchange)")
            let single = ParserFeed.all(reply.indices.map { reply[$0...$0] })
            #expect(single.elements == whole.elements, "\(exchange)")
            #expect(single.fault == nil, "\(exchange): \(single.fault ?? "")")
            for cut in reply.indices {
                let halves = ParserFeed.all([reply[..<cut], reply[cut...]])
                if halves.elements != whole.elements || halves.fault != nil {
                    Issue.record("\(exchange) cut at \(cut): \(halves.elements) \(halves.fault ?? "")")
                }
            }
        }
    }

    /// Lines that are not a reply to a request: those of dumps, and those that a key forges.
    @Test func `only dumps and forged lines are unknown`() {
        for exchange in Recording.exchanges {
            let request = String(decoding: exchange.requestBytes, as: UTF8.self)
            let isDump = request.contains("metadump") || request.contains("mgdump")
            let isForged = exchange.name == "binary-vivified-key-response-splitting"
            let whole = ParserFeed.all([exchange.replyBytes[...]])
            let unknown = whole.elements.filter { $0.description.hasPrefix("unknown") }
            #expect(unknown.isEmpty || isDump || isForged, "\(exchange): \(unknown)")
        }
    }

    /// The shape of the reply to the first line of a request; nil if there is none or it is something else.
    private func shape(of request: String) -> ReplyShape? {
        let lines = request.split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = lines[0].split(separator: " ").map(String.init)
        guard let first = words.first, !words.contains("noreply"), !words.contains("q") else { return nil }
        switch first {
        case "set", "add", "replace", "append", "prepend", "cas": return .storage
        case "get", "gets", "gat", "gats", "bget": return .values
        case "mg", "md", "ma": return .meta
        case "ms": return .metaStorage
        case "stats": return (words.last ?? "").hasPrefix("sizes_") ? .statisticsWithoutEnd : .statistics
        case "config": return .configuration
        case "watch", "quit": return nil
        case "lru_crawler" where words.count > 1 && words[1].hasSuffix("dump"): return nil
        case "shutdown": return .close
        default: return .line
        }
    }

    @Test func `every reply has the shape of its command`() throws {
        var count = 0
        for exchange in Recording.exchanges where !exchange.reply.isEmpty {
            let request = String(decoding: exchange.requestBytes, as: UTF8.self)
            guard let shape = shape(of: request) else { continue }
            let found = try Wire.reply(exchange.replyBytes, shape: shape)
            #expect(found != nil, "\(exchange)")
            let isAlone = request.split(separator: "\r\n").count <= (shape == .storage || shape == .metaStorage ? 2 : 1)
            guard let (reply, used) = found, isAlone else { continue }
            var isTrusted = true
            if case .refused(let refusal) = reply {
                isTrusted = !shape.losesStep(after: refusal.kind, line: refusal.line.span, 0..<refusal.line.count)
            }
            let rest = exchange.replyBytes[used...]
            let isForged = exchange.name == "binary-vivified-key-response-splitting"
            let hasSecondLine = shape == .statisticsWithoutEnd || rest == [13, 10]
            #expect(rest.isEmpty || !isTrusted || isForged || hasSecondLine, "\(exchange)")
            count += 1
        }
        #expect(count > 200)
    }
}

/// Bytes that no server sends.
@Suite struct RandomReplyTests {
    /// The same numbers every time (SplitMix64).
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }

    static let pieces: [[UInt8]] = [
        "VALUE ", "VA ", "STAT ", "END\r\n", "STORED\r\n", "HD ", "EN\r\n", "ME ", "MN\r\n", "ERROR", "CLIENT_ERROR ",
        "SERVER_ERROR ", "CONFIG cluster 0 ", "ITEM ", "PREFIX ", "VERSION ", "OK\r\n", "\r\n", "\r", "\n", " ", "  ",
        "0",
        "1", "12", "18446744073709551615", "18446744073709551616", "9223372036854775807", "-1", "a", "key", "\0",
        "\u{1b}",
        "BUSY ", "[1 b; 0 s]", "get 1 hit 2 set 3 del 4",
    ].map { Array($0.utf8) }

    private func randomBytes(_ generator: inout Generator, recorded: [[UInt8]]) -> [UInt8] {
        switch Int.random(in: 0..<3, using: &generator) {
        case 0:
            return (0..<Int.random(in: 0..<80, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
        case 1:
            return (0..<Int.random(in: 1..<12, using: &generator))
                .flatMap { _ in Self.pieces.randomElement(using: &generator) ?? [] }
        default:
            var bytes = recorded.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
                let index = Int.random(in: bytes.indices, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(contentsOf: Self.pieces.randomElement(using: &generator) ?? [], at: index)
                default: bytes.removeSubrange(index...)
                }
            }
            return bytes
        }
    }

    @Test func `100,000 strings of random and mutated bytes are read or rejected, whole and in pieces alike`() {
        var generator = Generator(state: 0x6d63_7368)
        let recorded = Recording.exchanges.map(\.replyBytes).filter { (1..<300).contains($0.count) }
        var elements = 0
        var failures = 0
        for round in 0..<100_000 {
            let bytes = randomBytes(&generator, recorded: recorded)
            // A limit that is often reached must not make a difference either.
            let limit = round.isMultiple(of: 4) ? 12 : 65_536
            let whole = ParserFeed.all([bytes[...]], maximumLineBytes: limit)
            var pieces: [ArraySlice<UInt8>] = []
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + Int.random(in: 1...16, using: &generator))
                pieces.append(bytes[start..<end])
                start = end
            }
            let cut = ParserFeed.all(pieces, maximumLineBytes: limit)
            if let fault = whole.fault ?? cut.fault {
                Issue.record("round \(round): \(fault): \(bytes)")
            }
            // A line without an end may be abandoned before or after its last byte, depending on the pieces.
            let isGivenUp = limit == 12 && (whole.failure ?? cut.failure) == .lineTooLong(limit: limit)
            if whole.elements != cut.elements || (whole.failure != cut.failure && !isGivenUp) {
                Issue.record("round \(round): whole and in pieces differ: \(bytes)")
            }
            elements += whole.elements.count
            failures += whole.failure == nil ? 0 : 1
        }
        // Both results occur often enough to be meaningful.
        #expect(elements > 50_000)
        #expect(failures > 2_000)
    }

    @Test func `random bytes make replies of every shape, or are rejected`() {
        var generator = Generator(state: 1)
        let recorded = Recording.exchanges.map(\.replyBytes).filter { (1..<300).contains($0.count) }
        for _ in 0..<10_000 {
            let bytes = randomBytes(&generator, recorded: recorded)
            for shape in ReplyShapeTests.shapes {
                do {
                    if let (_, used) = try Wire.reply(bytes, shape: shape) { #expect(used <= bytes.count) }
                } catch {
                    #expect(error is ReplyParser.Failure)
                }
            }
        }
    }

    @Test func `random lines are events and entries, or are not`() {
        var generator = Generator(state: 2)
        let lines = Recording.streams.values.flatMap { Recording.lines(of: $0).prefix(40) }
        for _ in 0..<20_000 {
            let bytes = randomBytes(&generator, recorded: lines)
            _ = ListedItem(line: bytes)
            _ = WatchLine(line: bytes)
            _ = Key(dumpedLine: bytes)
            _ = MetaDebugRecord(line: bytes)
            _ = ClusterConfiguration(bytes)
            _ = ServerVersion(bytes)
            _ = try? MetaFlag<Command.MetaGet>(wire: bytes)
        }
    }
}
