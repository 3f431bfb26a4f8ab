import Foundation
import MemcacheCore
import Testing

@testable import mcsh

/// Whatever bytes a server has, only text is sent to a terminal, and escaped output can be pasted back.
@Suite struct HostileBytesTests {
    private static let server = AnswerContext(
        name: "get", server: "cache:1", namesServer: false, endsValues: true, isMany: true)

    /// Bytes that some terminal interprets, and random ones.
    private static func bytes(_ random: inout SplitMix) -> [UInt8] {
        let pieces: [[UInt8]] = [
            [0x1b], Array("\u{1b}[2J".utf8), Array("\u{1b}]0;x\u{7}".utf8), [0x9b], Array("\u{9b}".utf8), [0xc2],
            [0x0d], [0x0a],
            Array("\u{202e}".utf8), Array("\u{2066}".utf8), Array("\u{200b}".utf8), Array("\u{feff}".utf8), [0x7f],
            [0x00],
            Array("{\"a\":\"".utf8), Array("\\".utf8), Array("\"".utf8), Array("é値🙂".utf8), Array("\u{e000}".utf8),
            [0x09],
            Array("text ".utf8), Array("\u{ad}".utf8), Array("\u{2028}".utf8), Array("\u{e0041}".utf8),
            Array("]}".utf8),
        ]
        var bytes: [UInt8] = []
        for _ in 0..<random.below(8) {
            bytes += random.below(3) == 0 ? random.bytes(count: random.below(12)) : random.pick(pieces)
        }
        return bytes
    }

    @Test func `the human format prints nothing unsafe for a terminal`() {
        var random = SplitMix(state: 11)
        let renderer = HumanRenderer(style: .plain, width: 80)
        for _ in 0..<2000 {
            let (key, value) = (Self.bytes(&random), Self.bytes(&random))
            var out: [UInt8] = []
            renderer.item(AnsweredItem(flags: 0), key: key.span, value: value.span, Self.server, to: &out)
            renderer.status("STORED", key: key.span, Self.server, to: &out)
            renderer.miss(key: key.span, Self.server, to: &out)
            renderer.existence(true, key: key.span, Self.server, to: &out)
            renderer.timeToLive(5, key: key.span, Self.server, to: &out)
            renderer.meta(.value, flags: key.span, value: value.span, key: key.span, Self.server, to: &out)
            renderer.text(value.span, named: "me", Self.server, to: &out)
            renderer.statistics(
                .statistics([Statistic(name: key, value: value)]), .other("x"), Self.server, to: &out)
            renderer.statistics(.cachedKeys([CachedKey(key: key, valueBytes: 1)]), .other("x"), Self.server, to: &out)
            if !TerminalSafety.isSafe(out) {
                Issue.record("\(EscapedText.string(key)) and \(EscapedText.string(value)): \(EscapedText.string(out))")
            }
        }
    }

    @Test func `show, dumps and watch print nothing unsafe`() throws {
        var random = SplitMix(state: 12)
        var watch = WatchRows(format: .human, style: .plain)
        var dump = ListingRows(format: .human, style: .plain)
        for _ in 0..<2000 {
            let (key, value) = (Self.bytes(&random), Self.bytes(&random))
            let result = MetaResult(MetaReply(status: .value, value: value, flags: []))
            var out = ItemDescription(key: key, result: result, debug: .missing, server: "cache:1")
                .rendered(.human, style: .plain)
            if let line = WatchLine(line: Array("ts=1.2 gid=3 type=".utf8) + key + Array(" key=k x=".utf8) + value) {
                out += watch.rendered(line, from: "cache:1")
            }
            if let entry = ListedItem(line: Array("key=".utf8) + key.filter { $0 != 0x20 && $0 != 0x0d }) {
                out += dump.rendered([entry], from: "cache:1")
            }
            if !TerminalSafety.isSafe(out) { Issue.record("\(EscapedText.string(out))") }
        }
    }

    @Test func `the escaped output of plain is read back as the same bytes`() throws {
        var random = SplitMix(state: 13)
        var tokenizer = Tokenizer()
        for index in 0..<5000 {
            let value = index % 2 == 0 ? Self.bytes(&random) : random.bytes(count: random.below(40))
            let key = random.bytes(count: random.below(20))
            var out: [UInt8] = []
            PlainRenderer().item(AnsweredItem(flags: 0), key: key.span, value: value.span, Self.server, to: &out)
            let fields = out.dropLast().split(separator: 0x09, omittingEmptySubsequences: false)
            guard out.last == 0x0a, fields.count == 2, !out.dropLast().contains(0x0a) else {
                Issue.record("\(EscapedText.string(out)) is not a line of two fields")
                continue
            }
            let line = Array("set \"".utf8) + fields[0] + Array("\" \"".utf8) + fields[1] + [0x22]
            try tokenizer.tokenize(line.span)
            let bytes = tokenizer.isDecoded ? tokenizer.decoded : line
            let words = tokenizer.words.map { Array(bytes[$0.range]) }
            if words != [Array("set".utf8), key, value] { Issue.record("\(EscapedText.string(line))") }
        }
    }

    @Test func `JSON is well-formed and has the same bytes`() throws {
        var random = SplitMix(state: 14)
        for _ in 0..<1000 {
            let (key, value) = (Self.bytes(&random), Self.bytes(&random))
            var out: [UInt8] = []
            JSONRenderer().item(AnsweredItem(flags: 0), key: key.span, value: value.span, Self.server, to: &out)
            JSONRenderer().meta(.value, flags: key.span, value: value.span, key: key.span, Self.server, to: &out)
            JSONRenderer().statistics(
                .statistics([Statistic(name: key, value: value)]), .general, Self.server, to: &out)
            let lines = out.split(separator: 0x0a)
            #expect(lines.count == 3)
            for line in lines {
                let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
                guard let object, object["size"] != nil, object["found"] != nil else { continue }
                let text = (object["value"] as? String).map { Array($0.utf8) }
                let base64 = (object["value_b64"] as? String).flatMap { Data(base64Encoded: $0) }.map { [UInt8]($0) }
                // Foundation drops U+FEFF from strings.
                let isReadWhole = !String(decoding: value, as: UTF8.self).unicodeScalars.contains("\u{feff}")
                if isReadWhole, text ?? base64 != value { Issue.record("\(EscapedText.string(Array(line)))") }
            }
        }
    }

    @Test func `CSV is read back by its rules as the same bytes`() {
        var random = SplitMix(state: 15)
        for _ in 0..<2000 {
            let value = random.below(2) == 0 ? Self.bytes(&random) : Array("a\"b,c\r\nd".utf8.prefix(random.below(9)))
            var field: [UInt8] = []
            DelimitedText.append(field: value.span, .csv, to: &field)
            if field.first == 0x22 {
                var read: [UInt8] = []
                var index = 1
                while index < field.count - 1 {
                    if field[index] == 0x22 { index += 1 }
                    read.append(field[index])
                    index += 1
                }
                if read != value || field.last != 0x22 { Issue.record("\(EscapedText.string(field))") }
            } else if field != value || value.contains(where: { [0x2c, 0x22, 0x0a, 0x0d].contains($0) }) {
                Issue.record("\(EscapedText.string(field))")
            }
        }
    }
}
