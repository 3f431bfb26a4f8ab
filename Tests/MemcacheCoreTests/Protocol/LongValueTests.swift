import MemcacheCore
import Testing

@Suite struct LongValueTests {
    /// Takes a value of five bytes and its line end, from bytes split at a position.
    private func taken(_ text: String, cutAt cut: Int) throws(ReplyParser.Failure) -> (pieces: String, rest: String) {
        let bytes = Wire.bytes(text)
        var value = LongValue(header: .end, start: 0, count: 5)
        var pieces: [UInt8] = []
        var rest: [UInt8] = []
        for part in [Array(bytes[..<cut]), Array(bytes[cut...])] {
            var position = 0
            if !value.isComplete { pieces += part[try value.take(from: part.span, at: &position)] }
            rest += part[position...]
        }
        return (String(decoding: pieces, as: UTF8.self), String(decoding: rest, as: UTF8.self))
    }

    @Test(arguments: 0...12)
    func `a value ends where its length says, wherever it is split`(cut: Int) throws {
        let (pieces, rest) = try taken("he\r\nl\r\nEND\r\n", cutAt: cut)
        #expect(pieces == "he\r\nl")
        #expect(rest == "END\r\n")
    }

    @Test(arguments: 0...7)
    func `a wrong length is noticed`(cut: Int) {
        #expect(throws: ReplyParser.Failure.valueNotTerminated) { _ = try taken("helloEND", cutAt: cut) }
        #expect(throws: ReplyParser.Failure.valueNotTerminated) { _ = try taken("hello\rND", cutAt: cut) }
    }

    @Test func `the parser reports a long item that is not complete`() throws {
        var parser = ReplyParser()
        parser.longValueBytes = 4
        var position = 0
        let bytes = Wire.bytes("VALUE k 7 5 9\r\nhell")
        #expect(try parser.next(in: bytes.span, at: &position) == nil)
        #expect(position == 0)
        let value = try #require(parser.longValue)
        #expect(value.start == 15)
        #expect(value.header == .value(key: 6..<7, flags: 7, cas: 9, data: 15..<15))
    }

    @Test(arguments: ["VALUE k 7 4\r\nhel", "VA 5 k\r\nhell", "VALUE k 7 5", "VALUE k 7 5\r\nhello\r\nEN", "STO"])
    func `nothing else is a long item`(text: String) throws {
        var parser = ReplyParser()
        parser.longValueBytes = 4
        var position = 0
        let bytes = Wire.bytes(text)
        while try parser.next(in: bytes.span, at: &position) != nil {}
        #expect(parser.longValue == nil)
    }
}
