import MemcacheCore
import Testing

@testable import mcsh

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

@Suite struct SessionTests {
    private static func session() -> Session {
        Session(
            output: OutputSink(descriptor: -1),
            presentation: Presentation(format: .plain, style: .plain, width: 80, endsValues: true))
    }

    @Test func `statuses are ordered from the worst to the best`() {
        #expect(
            ExitStatus.worstFirst.map(\.rawValue) == [8, 4, 5, 6, 9, 3, 7, 2, 1, 0])
    }

    @Test func `a session ends with the worst that it has seen, in whatever order`() {
        for (index, worse) in ExitStatus.worstFirst.enumerated() {
            for better in ExitStatus.worstFirst[index...] {
                let rising = Self.session()
                rising.note(better)
                rising.note(worse)
                #expect(rising.status == worse)
                let falling = Self.session()
                falling.note(worse)
                falling.note(better)
                #expect(falling.status == worse)
            }
        }
    }

    @Test(arguments: [
        (MemcacheError.Code.keyTooLong, ExitStatus.usage), (.invalidArgument, .usage), (.error, .refused),
        (.clientError, .refused), (.serverError, .refused), (.unavailable, .refused), (.timedOut, .timedOut),
        (.unreadableReply, .notMemcached), (.localFile, .localFailure), (.connectionLost, .disconnected),
        (.cancelled, .disconnected),
    ])
    func `each kind of error has its status`(code: MemcacheError.Code, status: ExitStatus) {
        #expect(MemcacheError(code, "x").exitStatus == status)
    }

    @Test func `losses of a server are reported as one, with all unanswered lines`() {
        let session = Self.session()
        session.note(Self.loss(.timedOut, of: "a:1", 7...9))
        session.note(Self.loss(.connectionLost, of: "a:1", 3...8))
        session.note(Self.loss(.connectionLost, of: "b:1", 4...4))
        #expect(session.hasLoss)
        #expect(session.status == .disconnected)
        let losses = session.takeLosses()
        #expect(losses.map(\.server) == ["a:1", "b:1"])
        #expect(losses.map(\.error.code) == [.timedOut, .connectionLost])
        #expect(losses.map(\.unanswered.firstLine) == [3, 4])
        #expect(losses.map(\.unanswered.lastLine) == [9, 4])
        #expect(!session.hasLoss)
        #expect(session.status == .disconnected)
    }

    @Test(arguments: [
        [MemcacheError.Code.timedOut, .connectionLost], [.connectionLost, .timedOut], [.timedOut, .timedOut],
        [.connectionLost, .timedOut, .connectionLost],
    ])
    func `the error that ended a connection counts, and not those that followed from it`(codes: [MemcacheError.Code]) {
        let session = Self.session()
        for code in codes { session.note(Self.loss(code, of: "a:1", 1...2)) }
        #expect(session.status == .timedOut)
        #expect(session.takeLosses().map(\.error.code) == [.timedOut])
        #expect(session.status == .timedOut)
    }

    @Test func `lines that were never sent count to the loss of their own server`() {
        let session = Self.session()
        session.note(Self.loss(.connectionLost, of: "a:1", 3...4))
        session.note(Self.loss(.connectionLost, of: "b:1", 5...6))
        session.extendLoss(of: "b:1", by: LostReplies.Unanswered(firstLine: 9, lastLine: 12))
        session.extendLoss(of: "c:1", by: LostReplies.Unanswered(firstLine: 7, lastLine: 8))
        let losses = session.takeLosses()
        #expect(losses.map(\.unanswered.firstLine) == [3, 5])
        #expect(losses.map(\.unanswered.lastLine) == [8, 12])
    }

    private static func loss(
        _ code: MemcacheError.Code, of server: String, _ lines: ClosedRange<Int>
    ) -> LostReplies {
        LostReplies(
            error: MemcacheError(code, "x"), server: server,
            unanswered: LostReplies.Unanswered(firstLine: lines.lowerBound, lastLine: lines.upperBound))
    }
}

@Suite struct LineReaderTests {
    private static func lines(_ reader: consuming LineReader) -> [String] {
        var lines: [String] = []
        while let line = reader.next(beforeWaiting: {}) {
            lines.append(String(decoding: reader.bytes[line], as: UTF8.self))
        }
        return lines
    }

    @Test(arguments: [
        ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("a\n\nb\n", ["a", "", "b"]), ("\n", [""]),
        ("a\r\nb\r\n", ["a", "b"]), ("a\rb\n", ["a\rb"]), ("\r\n", [""]), ("a\r", ["a"]), ("a\r\r\n", ["a\r"]),
    ])
    func `lines end with a newline, or with the input`(text: String, lines: [String]) {
        #expect(Self.lines(LineReader(bytes: Array(text.utf8))) == lines)
    }

    @Test(.timeLimit(.minutes(10))) func `a line that comes in pieces is one line, and each wait is announced`() throws
    {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        var pieces = ["ge", "t a\nget b\r", "\nse", "t c \"", "x\"\n", "last"]
        let writer = ends[1]
        var reader = LineReader(descriptor: ends[0])
        var lines: [String] = []
        var waits = 0
        func wait() {
            waits += 1
            if pieces.isEmpty {
                close(writer)
            } else {
                _ = FileDescriptors.write(Array(pieces.removeFirst().utf8), to: writer)
            }
        }
        while let line = reader.next(beforeWaiting: wait) {
            lines.append(String(decoding: reader.bytes[line], as: UTF8.self))
        }
        #expect(lines == ["get a", "get b", "set c \"x\"", "last"])
        #expect(waits == 7)
        #expect(reader.error == nil)
    }

    @Test func `a descriptor that cannot be read is an error and not an empty script`() throws {
        let directory = FileDescriptors.open(Array("/".utf8), flags: O_RDONLY)
        try #require(directory >= 0)
        defer { close(directory) }
        var reader = LineReader(descriptor: directory)
        #expect(reader.next(beforeWaiting: {}) == nil)
        #expect(reader.error?.code == EISDIR)
    }
}

@Suite struct HelpTests {
    private static func text(_ topic: String..., width: Int = 80) -> [String] {
        switch Help.text(for: topic, width: width, style: .plain) {
        case .success(let lines): lines
        case .failure(let unknown): [unknown.sentence]
        }
    }

    @Test func `help about a command is its syntax, what it does, its options and examples`() {
        #expect(
            Self.text("incr") == [
                "incr KEY [N] [--hash N] [--noreply]",
                "  add to a counter.",
                "  The item's value is an unsigned number of 64 bits in digits; it wraps around",
                "  at 2^64.",
                "  KEY         1 to 250 bytes without spaces or control characters",
                "  N           by how much; 1 unless given",
                "  --hash N    choose the server by this number instead of the key's hash",
                "  --noreply   send noreply: no answer is shown unless the server refuses",
                "  Cost: One request; O(1). The number is changed in place, so that parallel",
                "    clients lose no step.",
                "  On the wire: incr KEY N",
                "  Example:",
                "    incr hits 10",
                "        prints the new number",
            ])
    }

    @Test func `help lists the commands in columns, group by group`() {
        let lines = Self.text()
        #expect(lines.first == "Reading")
        #expect(lines.contains("  get             print the values of keys"))
        #expect(lines.contains("  cache_memlimit  set the server's memory limit"))
        #expect(lines.last == "help COMMAND or help TOPIC explains one; help stat NAME explains a statistic.")
        for group in CommandSpec.Group.allCases { #expect(lines.contains(group.rawValue)) }
    }

    @Test func `dangerous commands say so`() {
        #expect(Self.text("flush_all").contains { $0.hasPrefix("  Dangerous: ") })
        #expect(!Self.text("get").contains { $0.hasPrefix("  Dangerous: ") })
    }

    @Test(arguments: [
        ("gte", "there is no help about \"gte\"; did you mean get?"),
        ("xyzzy", "there is no help about \"xyzzy\"; help lists what there is"),
        ("\u{1b}[2J", "there is no help about \"\\e[2J\"; help lists what there is"),
    ])
    func `an unknown topic is reported`(topic: String, sentence: String) {
        #expect(Self.text(topic) == [sentence])
    }

    @Test func `statistics are explained`() {
        #expect(Self.text("stat", "curr_items").joined().contains("curr_items"))
        #expect(Self.text("evictions").joined().contains("evictions"))
        #expect(Self.text("stat", "curr_itms") == ["no statistic is called \"curr_itms\"; did you mean curr_items?"])
    }
}
