import Testing

@testable import MemcacheCore

/// Feeds a framing with bytes in pieces, as a connection does, and records what it returns.
private struct Feed {
    var lines: [UInt8] = []
    var refusal: String?
    var failure: ReplyParser.Failure?
    var isOver = false
    var hasBegun = false

    init(_ form: StreamFraming.Form, _ pieces: [ArraySlice<UInt8>]) {
        var framing = StreamFraming(form)
        var rest: [UInt8] = []
        for piece in pieces where !isOver && refusal == nil && failure == nil {
            rest += piece
            do throws(ReplyParser.Failure) {
                let step = try framing.take(rest.span)
                lines += rest[step.lines]
                refusal = step.refusal?.text
                isOver = step.isOver
                rest.removeFirst(step.used)
            } catch {
                failure = error
            }
        }
        hasBegun = framing.hasBegun
    }

    init(_ form: StreamFraming.Form, _ text: String) { self.init(form, [Array(text.utf8)[...]]) }
}

@Suite struct StreamFramingTests {
    static let metadump = StreamFraming.Form.list(linePrefix: "key=", lastLine: "END")
    static let mgdump = StreamFraming.Form.list(linePrefix: "mg ", lastLine: "EN")

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var form: StreamFraming.Form
        var sent: String
        var lines: String
        var isOver = true
    }

    static let cases = [
        Case(
            testDescription: "metadump of 1.6.18", form: metadump,
            sent: "key=a exp=-1 la=1 cas=1 fetch=no cls=1 size=63\nkey=b%20 exp=5\nEND\r\n",
            lines: "key=a exp=-1 la=1 cas=1 fetch=no cls=1 size=63\nkey=b%20 exp=5\n"),
        Case(
            testDescription: "metadump of 1.6.45", form: metadump,
            sent: "OK\r\nkey=a exp=-1 flags=0 \nkey=END exp=5 \nEND\r\n",
            lines: "key=a exp=-1 flags=0 \nkey=END exp=5 \n"),
        Case(testDescription: "empty metadump", form: metadump, sent: "END\r\n", lines: ""),
        Case(testDescription: "empty metadump after OK", form: metadump, sent: "OK\r\nEND\r\n", lines: ""),
        Case(
            testDescription: "mgdump", form: mgdump, sent: "mg a\r\nmg YQ== b\r\nmg EN\r\nEN\r\n",
            lines: "mg a\r\nmg YQ== b\r\nmg EN\r\n"),
        Case(testDescription: "empty mgdump", form: mgdump, sent: "EN\r\n", lines: ""),
        Case(
            testDescription: "watch", form: .endless, sent: "OK\r\nts=1.2 gid=1 type=x\nEND\r\nskipped=4\n",
            lines: "ts=1.2 gid=1 type=x\nEND\r\nskipped=4\n", isOver: false),
    ]

    @Test(arguments: cases)
    func `a stream is the same however its bytes are split`(_ test: Case) {
        let bytes = Array(test.sent.utf8)
        var ways: [[ArraySlice<UInt8>]] = [[bytes[...]], bytes.indices.map { bytes[$0...$0] }]
        ways += bytes.indices.map { [bytes[..<$0], bytes[$0...]] }
        for pieces in ways {
            let feed = Feed(test.form, pieces)
            #expect(String(decoding: feed.lines, as: UTF8.self) == test.lines)
            #expect(feed.isOver == test.isOver)
            #expect(feed.refusal == nil && feed.failure == nil && feed.hasBegun)
        }
    }

    @Test(arguments: [
        "ERROR", "CLIENT_ERROR watch commands not allowed", "WATCHER_TOO_MANY log watcher limit reached",
        "BUSY currently processing crawler request", "ERROR metadump not allowed", "CLIENT_ERROR lru crawler disabled",
        "ERROR locked try again later", "BADCLASS invalid class id",
    ])
    func `an error reply is reported for every command`(_ line: String) {
        for form in [Self.metadump, Self.mgdump, .endless] {
            let bytes = Array("\(line)\r\n".utf8)
            for cut in bytes.indices {
                let feed = Feed(form, [bytes[..<cut], bytes[cut...]])
                #expect(feed.refusal == line)
                #expect(feed.lines.isEmpty && !feed.isOver && !feed.hasBegun)
            }
        }
    }

    @Test func `an item whose key looks like the end is not the end`() {
        let feed = Feed(Self.metadump, "key=END exp=-1\nkey=x END\nEN\r\nENDS\n END\n")
        #expect(!feed.isOver)
    }

    @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n", "\r\n", "STORED\r\n", "\u{16}\u{3}\n", "key\n", "OK fine\r\n"])
    func `an unknown beginning of a stream is rejected`(_ text: String) {
        #expect(Feed(Self.metadump, text).failure != nil)
        #expect(Feed(.endless, text).failure != nil)
    }

    @Test func `an endless line is rejected at its limit`() {
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: StreamFraming.maximumLineBytes + 1)
        #expect(Feed(Self.metadump, [long[...]]).failure == .lineTooLong(limit: 65_536))
        #expect(Feed(Self.metadump, [Array("OK\r\n".utf8)[...], long[...]]).failure == .lineTooLong(limit: 65_536))
        let feed = Feed(.endless, [Array("OK\r\nts\n".utf8)[...], long.dropLast()])
        #expect(feed.failure == nil && feed.lines == Array("ts\n".utf8))
    }

    @Test func `random bytes are accepted or rejected`() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("OK\r\nEND key=mg ERROR\0\u{7f}".utf8) + [0xff]
        for _ in 0..<2000 {
            let count = Int.random(in: 0...60, using: &random)
            let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            for form in [Self.metadump, Self.mgdump, .endless] { _ = Feed(form, [bytes[...], bytes[...]]) }
        }
    }

    @Test func `a cursor finds lines with either kind of line end`() {
        var cursor = LineCursor(Array("a\r\n\nb c\n\r\nlast".utf8))
        var lines: [String] = []
        while let line = cursor.next() { lines.append(String(decoding: cursor.bytes[line], as: UTF8.self)) }
        #expect(lines == ["a", "", "b c", "", "last"])
        var empty = LineCursor()
        #expect(empty.next() == nil)
    }
}
