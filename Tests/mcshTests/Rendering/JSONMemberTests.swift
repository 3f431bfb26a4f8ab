import MemcacheCore
import Testing

@testable import mcsh

/// Names and values of a server as members of JSON objects.
@Suite struct JSONMemberTests {
    private static let context = AnswerContext(
        name: "mg", server: "cache:1", namesServer: false, endsValues: true, isMany: false)

    private static func statistics(_ members: (String, [UInt8])...) -> String {
        var out: [UInt8] = []
        let statistics = members.map { Statistic(name: Array($0.0.utf8), value: $0.1) }
        JSONRenderer().statistics(.statistics(statistics), .general, context, to: &out)
        return String(decoding: out.dropLast(), as: UTF8.self)
    }

    private static func flags(_ flags: [UInt8]) -> String {
        var out: [UInt8] = []
        JSONRenderer().meta(.done, flags: flags.span, value: [UInt8]().span, key: [UInt8]().span, context, to: &out)
        return String(decoding: out.dropLast(), as: UTF8.self)
    }

    @Test func `a value that is not UTF-8 has a name with _b64`() {
        #expect(Self.statistics(("a", [0xff])) == #"{"server":"cache:1","stats":{"a_b64":"/w=="}}"#)
    }

    @Test func `a name that is there already goes into a list`() {
        #expect(
            Self.statistics(("a", [0x31]), ("a", [0x32]), ("a", [0xff]), ("a_b64", [0x33]))
                == #"{"server":"cache:1","stats":{"a":1,"a_b64":"/w==","others":[{"name":"a","value":2},"#
                + #"{"name":"a_b64","value":3}]}}"#)
        #expect(
            Self.statistics(("others", [0x31]))
                == #"{"server":"cache:1","stats":{"others":[{"name":"others","value":1}]}}"#)
    }

    @Test func `keys and opaque words that are not UTF-8 are base64`() {
        #expect(
            Self.flags(Array("k".utf8) + [0xff, 0xfe] + Array(" O".utf8) + [0x01, 0x41])
                == #"{"command":"mg","status":"HD","flags":{"k_b64":"//4=","O":"\u0001A"}}"#)
        #expect(
            Self.flags(Array(#"k\xff"#.utf8)) == #"{"command":"mg","status":"HD","flags":{"k":"\\xff"}}"#)
        #expect(
            Self.flags(Array("t1 t2 W".utf8))
                == #"{"command":"mg","status":"HD","flags":{"t":1,"W":true,"others":[{"flag":"t2"}]}}"#)
    }

    @Test func `an event's attributes never repeat a member`() throws {
        let line = "ts=1.2 gid=3 type=item_get key=a type=x a=1 a=2"
        var rows = WatchRows(format: .json, style: .plain)
        let event = try #require(WatchLine(line: Array(line.utf8)))
        #expect(
            String(decoding: rows.rendered(event, from: "cache:1"), as: UTF8.self)
                == #"{"time":1.000002,"gid":3,"type":"item_get","key":"a","a":1,"#
                + #""others":[{"name":"type","value":"x"},{"name":"a","value":2}]}"# + "\n")
    }

    @Test func `terminal control sequences are escaped in every string`() {
        let text = "\u{7f}\u{85}\u{9b}\u{ad}\u{200b}\u{202e}\u{2028}\u{2029}\u{2066}\u{feff}\u{e0041}é🙂"
        let escaped = #"\u007f\u0085\u009b\u00ad\u200b\u202e\u2028\u2029\u2066\ufeff\udb40\udc41é🙂"#
        var out: [UInt8] = []
        JSONText.append(string: text, to: &out)
        #expect(String(decoding: out, as: UTF8.self) == "\"\(escaped)\"")
        #expect(ErrorObject.text(text, code: "x") == #"{"error":"\#(escaped)","code":"x"}"#)
        #expect(
            Self.statistics((text, Array(text.utf8)))
                == #"{"server":"cache:1","stats":{"\#(escaped)":"\#(escaped)"}}"#)
        #expect(EscapedText.message("a\u{9b}\u{202e}\nb\\") == "a\\u{9b}\\u{202e}\nb\\")
    }
}
