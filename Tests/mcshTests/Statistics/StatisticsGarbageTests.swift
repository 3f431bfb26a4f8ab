import MemcacheCore
import Testing

@testable import mcsh

/// Whatever the statistics contain, the views return, keep to the width and let no control character through.
@Suite struct StatisticsGarbageTests {
    private static let requests: [StatisticsRequest] = [
        .general, .items, .slabs, .sizes, .settings, .conns, .extstore, .proxy, .other("proxyfuncs"), .other("x"),
    ]
    private static let values: [[UInt8]] = [
        [], Array("0".utf8), Array("18446744073709551615".utf8), Array("99999999999999999999999".utf8),
        Array("-5".utf8),
        Array("1.5".utf8), Array("....".utf8), Array("nan".utf8), Array("1e400".utf8), Array("(null)".utf8),
        [0x1B, 0x5B, 0x32, 0x4A], [0xFF, 0xFE, 0x00], Array("a b  c   d".utf8), Array(repeating: 0x41, count: 300),
        Array("\u{202E}evil\u{4F60}\u{597D}".utf8),
    ]

    @Test(arguments: 0..<values.count)
    func `any value in any field`(index: Int) {
        let value = Self.values[index]
        let names = Set(
            StatisticField.all.flatMap { field -> [String] in
                switch field.group {
                case .items: ["items:1:\(field.name)", "items:18446744073709551615:\(field.name)"]
                case .slabs, .conns, .extstore: ["1:\(field.name)", field.name, "18446744073709551615:\(field.name)"]
                default: [field.name]
                }
            } + ["", ":", "1:", "items:", "items::", "32", "18446744073709551615", "99999999999999999999"])
        check(names.sorted().map { Statistic(name: Array($0.utf8), value: value) })
    }

    @Test func `random names and values`() {
        var random = SplitMix(state: 7)
        for _ in 0..<100 {
            check(
                (0..<20).map { _ in
                    Statistic(name: random.field(upTo: 40), value: random.field(upTo: 60))
                })
        }
    }

    @Test func `wide characters are counted as two cells`() {
        let reply = [Statistic(name: Array("名前".utf8), value: Array(String(repeating: "値", count: 100).utf8))]
        for width in [20, 33, 80, 200] {
            let lines = StatisticsView.lines(for: .general, reply, width: width, style: .plain) {
                String(decoding: $0, as: UTF8.self)
            }
            #expect(lines.allSatisfy { $0.displayWidth <= width })
            #expect(lines.joined().filter { $0 == "値" }.count == 100)
        }
    }

    private func check(_ statistics: [Statistic]) {
        for request in Self.requests {
            for width in [.min, 20, 47, 80, .max] {
                let lines = StatisticsView.lines(
                    for: request, statistics, width: width, style: .plain, escape: StatisticsFixtures.escape)
                #expect(lines.allSatisfy { $0.displayWidth <= max(width, 20) }, "\(request) at \(width)")
                #expect(lines.allSatisfy { !$0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E } })
            }
        }
    }
}

extension SplitMix {
    /// Random bytes, most of them digits, colons and the letters of names.
    fileprivate mutating func field(upTo count: UInt64) -> [UInt8] {
        let choices = Array("0123456789:itemsnubr_".utf8)
        return (0..<next() % count).map { _ in
            let word = next()
            return word % 4 == 0
                ? UInt8(truncatingIfNeeded: word >> 8) : choices[Int(word >> 8 & 0xFFFF) % choices.count]
        }
    }
}
