import MemcacheCore
import Testing

@testable import mcsh

/// Numbers that a server may send, wherever something is computed from them.
@Suite struct ExtremeNumberTests {
    private static let extremes = [
        "0", "1", "-1", "2147483647", "2147483648", "-2147483649", "4294967295", "4294967297", "9007199254740991",
        "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "18446744073709551615", "18446744073709551616", "1000000000000000000000000000000", "nan", "inf", "-inf",
        "1e400",
        "", "x", "1.5", "0.0000001",
    ]
    private static let groups: [(StatisticField.Group, StatisticsRequest)] = [
        (.general, .general), (.items, .items), (.slabs, .slabs), (.settings, .settings), (.conns, .conns),
        (.extstore, .extstore),
    ]

    @Test func `the contents of servers are added up without an overflow`() {
        let full = StatisticsReading([
            Statistic(name: Array("curr_items".utf8), value: Array("18446744073709551615".utf8)),
            Statistic(name: Array("bytes".utf8), value: Array("18446744073709551615".utf8)),
        ])
        let one = StatisticsReading([Statistic(name: Array("curr_items".utf8), value: Array("1".utf8))])
        #expect(Shell.holdings(of: [full, full, one]) == " (18,446,744,073,709,551,615 items, 16 EiB)")
        #expect(Shell.holdings(of: [one]) == " (1 item, 0 B)")
        #expect(Shell.holdings(of: []) == "")
    }

    @Test(
        arguments: [
            (Int64.max, nil, Expiration.never), (2_147_483_647, nil, .never), (-1, nil, .never),
            (60, "@1060", .after(.seconds(60))), (2_147_482_646, "@2147483646", .after(.seconds(2_147_482_646))),
        ] as [(Int64, String?, Expiration)])
    func `an item keeps its deadline, whatever lifetime a server reports`(
        seconds: Int64, word: String?, expiration: Expiration
    ) {
        let now = ContinuousClock.now
        let lifetime = ReadLifetime(timeToLive: seconds < 0 ? .unlimited : .remaining(.seconds(seconds)), readAt: now)
        #expect(lifetime.word(at: now, now: 1000) == word)
        #expect(lifetime.expiration(at: now, now: 1000) == expiration)
        #expect(ReadLifetime(timeToLive: .remaining(.zero), readAt: now).expiration(at: now, now: 1000) == nil)
    }

    @Test(arguments: extremes) func `every statistics view accepts any number in every field`(number: String) {
        for (group, request) in Self.groups {
            let names = StatisticField.all.filter { $0.group == group }.map(\.name)
            let statistics = names.flatMap { name -> [Statistic] in
                ["", "1:", "2:", "items:1:", "items:2:", "18446744073709551615:"].map {
                    Statistic(name: Array(($0 + name).utf8), value: Array(number.utf8))
                }
            }
            for width in [20, 80, 300] {
                let lines = StatisticsView.lines(
                    for: request, statistics, width: width, style: .plain, escape: { EscapedText.string($0) })
                #expect(lines.allSatisfy { $0.displayWidth <= width })
            }
        }
        let sizes = Self.extremes.map { Statistic(name: Array($0.utf8), value: Array(number.utf8)) }
        _ = StatisticsView.lines(for: .sizes, sizes, width: 80, style: .plain, escape: { EscapedText.string($0) })
    }

    @Test(arguments: extremes) func `dumps, events, items and answers accept any number`(number: String) {
        let item = "key=a exp=\(number) la=\(number) cas=\(number) fetch=yes cls=\(number) size=\(number)"
        for format in OutputFormat.allCases {
            if let entry = ListedItem(line: Array(item.utf8)) {
                var rows = ListingRows(format: format, style: .plain)
                _ = rows.rendered([entry], from: "cache:1")
            }
            var rows = WatchRows(format: format, style: .plain)
            for type in ["item_get", "item_store", "eviction", "conn_new", "deleted"] {
                let event =
                    "ts=\(number).\(number) gid=\(number) type=\(type) key=a ttl=\(number) size=\(number)"
                    + " clsid=\(number) cfd=\(number) la=\(number)"
                if let line = WatchLine(line: Array(event.utf8)) { _ = rows.rendered(line, from: "cache:1") }
            }
            if let line = WatchLine(line: Array("skipped=\(number)".utf8)) { _ = rows.rendered(line, from: "cache:1") }
            let flags = "t\(number) f\(number) s\(number) l\(number) h\(number) c\(number)"
            let reply = MetaReply(
                status: .value, value: [0x61], flags: MetaReturnFlag.parse(Array(flags.utf8).span, 0..<flags.utf8.count)
            )
            _ = ItemDescription(key: [0x61], result: MetaResult(reply), debug: .missing, server: "cache:1")
                .rendered(format, style: .plain)
        }
    }
}
