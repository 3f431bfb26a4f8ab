import MemcacheCore
import Testing

@Suite struct RequestEncoderTests {
    private func text(_ write: (inout RequestEncoder) -> Void) -> String {
        var encoder = RequestEncoder()
        write(&encoder)
        return String(decoding: encoder.bytes, as: UTF8.self)
    }

    @Test func `a line has single spaces between its words and ends with CR LF`() {
        #expect(
            text {
                $0.line("touch", .key("a"), .expiration(.after(.seconds(60))))
                $0.line("x", .number(UInt64.max), .number(Int64(-1)), .fraction(0.1), .checked(Wire.bytes("w")))
                $0.line("mn")
            } == "touch a 60\r\nx 18446744073709551615 -1 0.1 w\r\nmn\r\n")
    }

    @Test(arguments: [
        (RequestEncoder.StorageVerb.set, "set k 7 -1 3\r\nabc\r\n"), (.add, "add k 7 -1 3\r\nabc\r\n"),
        (.replace, "replace k 7 -1 3\r\nabc\r\n"), (.append, "append k 7 -1 3\r\nabc\r\n"),
        (.prepend, "prepend k 7 -1 3\r\nabc\r\n"), (.cas, "cas k 7 -1 3\r\nabc\r\n"),
    ])
    func `a storage command announces the length of the bytes that follow`(
        verb: RequestEncoder.StorageVerb, expected: String
    ) {
        #expect(
            text {
                $0.storage(verb, key: Wire.bytes("k").span, flags: 7, expiration: -1, value: Wire.bytes("abc").span)
            } == expected)
    }

    @Test func `the token of cas comes before noreply`() {
        #expect(
            text {
                $0.storage(
                    .cas, key: Wire.bytes("k").span, flags: .max, expiration: 0, value: [UInt8]().span, cas: .max,
                    noreply: true)
            } == "cas k 18446744073709551615 0 0 18446744073709551615 noreply\r\n\r\n")
    }

    @Test func `noreply ends the lines of the other commands`() {
        #expect(
            text {
                $0.delete(Wire.bytes("k").span, noreply: true)
                $0.touch(Wire.bytes("k").span, expiration: 5, noreply: true)
                $0.arithmetic(increments: true, key: Wire.bytes("k").span, delta: 1, noreply: true)
                $0.arithmetic(increments: false, key: Wire.bytes("k").span, delta: 0)
            } == "delete k noreply\r\ntouch k 5 noreply\r\nincr k 1 noreply\r\ndecr k 0\r\n")
    }

    @Test func `a value may hold line ends and zero bytes`() {
        var encoder = RequestEncoder()
        encoder.storage(
            .set, key: Wire.bytes("k").span, flags: 0, expiration: 0, value: ([0, 13, 10, 255] as [UInt8]).span)
        #expect(encoder.bytes == Wire.bytes("set k 0 0 4\r\n") + [0, 13, 10, 255, 13, 10])
    }

    @Test func `a long value is not copied, and stays between what precedes and follows it`() {
        let long = [UInt8](repeating: 7, count: 1_048_577)
        let other = long + [8]
        var encoder = RequestEncoder()
        encoder.line("mn")
        encoder.storage(.set, key: Wire.bytes("k").span, flags: 0, expiration: 0, value: long)
        #expect(encoder.chunks == [Wire.bytes("mn\r\nset k 0 0 1048577\r\n"), long, Wire.bytes("\r\n")])
        encoder.meta("ms", "m" as Key, value: other, flags: [] as [MetaFlag<Command.MetaSet>])
        encoder.line("version")
        #expect(
            encoder.chunks == [
                Wire.bytes("mn\r\nset k 0 0 1048577\r\n"), long, Wire.bytes("\r\nms m 1048578\r\n"), other,
                Wire.bytes("\r\nversion\r\n"),
            ])
        let isShared = encoder.chunks[1].withUnsafeBufferPointer { chunk in
            long.withUnsafeBufferPointer { $0.baseAddress == chunk.baseAddress }
        }
        #expect(isShared)
    }

    @Test func `a value of a mebibyte and a request without a value are one chunk`() {
        let value = [UInt8](repeating: 7, count: 1_048_576)
        var encoder = RequestEncoder()
        #expect(encoder.chunks == [[]])
        encoder.storage(.add, key: Wire.bytes("k").span, flags: 0, expiration: 0, value: value)
        #expect(encoder.chunks == [Wire.bytes("add k 0 0 1048576\r\n") + value + Wire.bytes("\r\n")])
    }
}
