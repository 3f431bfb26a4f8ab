import MemcacheCore
import Testing

@testable import mcsh

@Suite struct MetaSpecsTests {
    @Test(arguments: [
        "mg k v", "mg k b c f h k l q s t v u O123 N30 R30 T60 E5 Pa Lb C7",
        "ms k v b c F4 T60 I MS C5 E6 N30 k s O1 q",
        "ms k v ME", "ms k v MA", "ms k v MP", "ms k v MR", "ms k v MS", "md k C5 I T30 x E9 k O1 q b",
        "ma k N0 J5 D2 T60 MI v t c C1 E2 O1 k q b", "ma k MD", "ma k M+",
    ])
    func `every flag of a command is accepted`(_ line: String) {
        #expect(PlannedLines.fault(line) == nil)
    }

    @Test(arguments: [
        ("mg k y", "y"), ("mg k V", "V"), ("mg k v1", "v1"), ("mg k Tx", "Tx"), ("mg k T", "T"), ("mg k N-", "N-"),
        ("mg k vt", "vt"), ("mg k \"\"", "\"\""), ("mg k \"v t\"", "\"v t\""),
        ("mg k \"O1\\r\\nflush_all\"", "\"O1\\r\\nflush_all\""),
        ("mg k O12345678901234567890123456789012", "O12345678901234567890123456789012"), ("mg k F4", "F4"),
        ("ms k v MX", "MX"), ("ms k v M", "M"), ("ms k v F18446744073709551616", "F18446744073709551616"),
        ("md k v", "v"),
        ("ma k MX", "MX"), ("ma k D-1", "D-1"), ("mg k v \u{fffd}", "\u{fffd}"), ("mg k bb", "bb"),
        ("mg k v T99999999999", "T99999999999"),
    ])
    func `a flag that the command has not, or of another form, is refused`(line: String, flag: String) throws {
        let fault = try #require(PlannedLines.fault(line))
        #expect(fault.part(of: line) == flag)
    }

    @Test(arguments: [("mg k v t v", 9..<10), ("mg k T1 T2", 8..<10), ("mg k b b", 7..<8), ("mg k q v q", 9..<10)])
    func `a flag is given once`(line: String, range: Range<Int>) throws {
        let fault = try #require(PlannedLines.fault(line))
        #expect(fault.range == range)
        #expect(fault.message.hasSuffix("is given twice"))
    }

    @Test(arguments: ["mg k N30", "mg k v T60", "mg k R5", "mg k E5"])
    func `a read that changes the item is refused in a read-only session`(_ line: String) {
        #expect(PlannedLines.fault(line, isReadOnly: true)?.status == .unsafe)
        #expect(PlannedLines.fault(line) == nil)
    }

    @Test func `a quiet request is closed by a no-op`() throws {
        var lines = PlannedLines()
        _ = try lines.plan("mg k v q")
        _ = try lines.plan("mg k v")
        _ = try lines.plan("ms k v q")
        let batch = lines.builder.takeRound().batches[0]
        #expect(
            String(decoding: batch.encoder.bytes, as: UTF8.self)
                == "mg k v q\r\nversion\r\nmg k v\r\nms k 1 q\r\nv\r\nversion\r\n")
        #expect(batch.shapes == [.untilFence, .meta, .untilFence])
    }

    @Test(arguments: ["mg", "ms", "md", "ma"])
    func `help explains every flag`(name: String) throws {
        guard case .success(let lines) = Help.text(for: [name], width: 80, style: .plain) else {
            Issue.record("there is no help")
            return
        }
        let letters = Set(
            lines.filter { $0.hasPrefix("    ") && $0.dropFirst(5).first.map { "< ".contains($0) } ?? false }
                .compactMap { $0.dropFirst(4).first })
        #expect(letters.isSuperset(of: "bkOqPLCE"))
    }
}
