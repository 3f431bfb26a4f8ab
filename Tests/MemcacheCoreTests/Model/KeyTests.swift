import MemcacheCore
import Testing

@Suite struct KeyTests {
    @Test(arguments: ["a", "user:42", "été", "日本", "a%b", String(repeating: "k", count: 250)])
    func `a key that memcached accepts is used unchanged`(text: String) throws {
        let key = Key(text)
        #expect(try Key(text.utf8) == key)
        #expect(Wire.code { try Command.Get(key).validate(within: RequestLimits()) } == nil)
        #expect(key.bytes == Wire.bytes(text))
        #expect(!key.isBase64)
    }

    @Test(arguments: [
        ("", MemcacheError.Code.keyEmpty), (String(repeating: "k", count: 251), .keyTooLong),
        ("a b", .keyCharacter), ("a\r\nflush_all", .keyCharacter), ("a\nb", .keyCharacter), ("a\tb", .keyCharacter),
        ("a\0b", .keyCharacter), ("\u{7f}", .keyCharacter), ("\u{1b}[31m", .keyCharacter),
        (String(repeating: " ", count: 251), .keyTooLong),
    ])
    func `a key that the command line cannot carry is rejected`(text: String, code: MemcacheError.Code) {
        #expect(Wire.code { _ = try Key(text.utf8) } == code)
        #expect(Wire.code { try Command.Get(Key(text)).validate(within: RequestLimits()) } == code)
        #expect(Wire.code { try Command.GetMany(["a", Key(text)]).validate(within: RequestLimits()) } == code)
        #expect(Wire.code { try Command.MetaGet(Key(text)).validate(within: RequestLimits()) } == code)
        #expect(Wire.code { try Command.Set(Key(text), value: []).validate(within: RequestLimits()) } == code)
    }

    @Test func `keys are made of any text, computed or interpolated, and equal by their bytes`() throws {
        func key(_ key: Key) -> Key { key }
        let id = 42
        #expect(key("user:\(id)") == "user:42")
        #expect(key("user:\(id)") == (try Key(Wire.bytes("user:42"))))
        #expect(Key("user:42".dropFirst(5)) == 42)
        #expect(Set([key("user:\(id)"), try Key(Wire.bytes("user:42"))]).count == 1)
        #expect(
            Wire.code { try Command.Get("abcdef").validate(within: RequestLimits(maximumKeyBytes: 5)) } == .keyTooLong)
        let long = Command.Get(Key(String(repeating: "k", count: 251)))
        #expect(Wire.code { try long.validate(within: RequestLimits(maximumKeyBytes: nil)) } == .keyTooLong)
        #expect(Wire.code { try long.validate(within: RequestLimits(maximumKeyBytes: 300)) } == nil)
    }

    @Test func `the message names the key, escaped, and the place`() {
        do {
            _ = try Key(Wire.bytes("a\u{1b}b"))
            Issue.record("accepted")
        } catch {
            #expect(error.message.contains(#""a\eb""#))
            #expect(error.message.contains("at byte 2"))
            #expect(!error.message.contains("\u{1b}"))
        }
    }

    @Test func `an explicit limit replaces the default one`() {
        #expect(Wire.code { _ = try Key(Wire.bytes("abcdef"), maximumBytes: 5) } == .keyTooLong)
        #expect(Wire.code { _ = try Key(String(repeating: "k", count: 300), maximumBytes: 300) } == nil)
    }

    @Test func `any bytes go in base64, up to 187`() throws {
        let key = try Key(base64Encoding: Wire.bytes("a b"))
        #expect(key.bytes == Wire.bytes("YSBi"))
        #expect(key.isBase64)
        #expect(try Key(base64Encoding: Array(repeating: 0, count: 186)).bytes.count == 248)
        #expect(Wire.code { _ = try Key(base64Encoding: []) } == .keyEmpty)
        #expect(Wire.code { _ = try Key(base64Encoding: Array(repeating: 0, count: 188)) } == .keyTooLong)
    }

    @Test func `a key of any bytes is plain where possible`() throws {
        #expect(try Key(anyBytes: Wire.bytes("plain")) == "plain")
        #expect(try Key(anyBytes: Wire.bytes("a b")) == Key(base64Encoding: Wire.bytes("a b")))
        #expect(Wire.code { _ = try Key(anyBytes: []) } == .keyEmpty)
        #expect(Wire.code { _ = try Key(anyBytes: Array(repeating: 0x61, count: 251)) } == .keyTooLong)
        #expect(Wire.code { _ = try Key(anyBytes: Array(repeating: 0x20, count: 250)) } == .keyTooLong)
    }

    @Test func `a number is a key, by its decimal digits`() throws {
        #expect((42 as Key).bytes == Wire.bytes("42"))
        #expect(Key(42) == "42")
        #expect(Key(-7 as Int8) == "-7")
        #expect(Key(UInt64.max) == "18446744073709551615")
        #expect(Key(Int128.min) == "-170141183460469231731687303715884105728")
        #expect(([42: 1, "b": 2] as [Key: Int])["42"] == 1)
    }

    @Test func `a value with a description is a key if its description is`() throws {
        #expect(try Key(describing: 1.5) == "1.5")
        #expect(try Key(describing: true) == "true")
        #expect(try Key(describing: 42) == 42)
        #expect(Wire.code { _ = try Key(describing: ["x", "y"]) } == .keyCharacter)
        #expect(Wire.code { _ = try Key(describing: "") } == .keyEmpty)
    }

    @Test func `a key is shown escaped`() {
        #expect(Key(received: [0x61, 0x1b, 0xff]).description == #"a\e\xff"#)
    }
}
