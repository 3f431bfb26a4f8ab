import MemcacheCore
import Testing

@testable import mcsh

/// Newer servers accept the beginning of a word for the whole (`stats r` resets), so words are checked here.
@Suite struct StatisticsPlanningTests {
    @Test(arguments: [
        ("stats", "stats\r\n", StatisticsRequest.general), ("stats items", "stats items\r\n", .items),
        ("stats slabs", "stats slabs\r\n", .slabs), ("stats sizes", "stats sizes\r\n", .sizes),
        ("stats settings", "stats settings\r\n", .settings), ("stats conns", "stats conns\r\n", .conns),
        ("stats extstore", "stats extstore\r\n", .extstore), ("stats proxy", "stats proxy\r\n", .proxy),
        ("stats proxyfuncs", "stats proxyfuncs\r\n", .other("proxyfuncs")),
        ("stats proxybe", "stats proxybe\r\n", .other("proxybe")),
        ("stats detail dump", "stats detail dump\r\n", .other("detail")),
        ("stats cachedump 1", "stats cachedump 1 100\r\n", .other("cachedump")),
        ("stats cachedump 5 0", "stats cachedump 5 0\r\n", .other("cachedump")),
    ])
    func `a group of statistics is requested by its own word`(
        line: String, bytes: String, request: StatisticsRequest
    ) throws {
        var lines = PlannedLines()
        _ = try lines.plan(line)
        let round = lines.builder.takeRound()
        let batch = round.batches[0]
        #expect(String(decoding: batch.encoder.bytes, as: UTF8.self) == bytes)
        #expect(batch.shapes == [.statistics])
        #expect(round.statistics == [request])
    }

    @Test func `no other word reaches the server`() {
        let known = Set([
            "items", "slabs", "sizes", "settings", "conns", "extstore", "proxy", "proxyfuncs", "proxybe", "reset",
            "detail", "cachedump",
        ])
        var words = Set(known.flatMap { word in (1...word.count).map { String(word.prefix($0)) } })
        words.formUnion(known.map { $0 + "x" })
        words.formUnion(known.map { $0.uppercased() })
        words.formUnion(["malloc", "noreply", "-", "\u{fffd}", "sizes_enable", "sizes_disable", "i tems"])
        for word in words.subtracting(known) {
            var lines = PlannedLines()
            var isRefused = false
            do throws(Diagnostic) {
                _ = try lines.plan("stats \"\(word)\"")
            } catch {
                isRefused = true
            }
            #expect(isRefused, "\(word)")
            #expect(lines.builder.round.batches[0].isEmpty, "\(word)")
        }
    }

    @Test(arguments: [
        ("stats item", "stats has no group \"item\"; did you mean items?"),
        ("stats reset now", "unexpected word; write stats reset"),
        ("stats items 1", "unexpected word; write stats items"),
        (
            "stats evictions",
            "stats has no group \"evictions\"; it is a statistic: stats | grep evictions, or help stat evictions"
        ),
        ("stats detail", "a word is missing; write stats detail on, off or dump"),
        ("stats detail maybe", "stats detail takes on, off or dump"),
        ("stats cachedump", "stats cachedump takes a class and a limit; write stats cachedump CLASS [LIMIT]"),
        ("stats cachedump 64", "\"64\" is not a slab class; write a whole number from 0 to 63"),
        ("stats cachedump 1 x", "\"x\" is not a limit; write a whole number from 0 to 4294967295"),
    ])
    func `a wrong word is reported`(line: String, sentence: String) {
        #expect(PlannedLines.fault(line)?.sentence == sentence)
    }

    @Test(arguments: ["stats sizes_enable", "stats sizes_disable"])
    func `a command that can crash a server is refused for safety`(_ line: String) {
        #expect(PlannedLines.fault(line)?.status == .unsafe)
    }
}
