import MemcacheCore
import Testing

@testable import mcsh

@Suite struct RepeatTests {
    private func second(_ first: String, _ second: String, style: TextStyle = .plain) -> String {
        var differ = RunDiffer(style: style)
        #expect(differ.marked(first) == first)
        return differ.marked(second)
    }

    @Test(arguments: [
        ("a 1\nb 2\n", "a 1\nb 2\n", "a 1\nb 2\n"),
        ("a 1\nb 2\n", "a 1\nb 3\n", "a 1\nb 3*\n"),
        ("a 1  5 B\n", "a 2  5 B\n", "a 2* 5 B\n"),
        ("yes\n", "no\n", "no*\n"),
        ("a 1\nb 2\n", "new 5\na 1\nb 2\n", "new 5*\na 1\nb 2\n"),
        ("a 1\nnew 5\nb 2\n", "a 1\nb 7\n", "a 1\nb 7*\n"),
        ("a 1\n", "a 1  +2/s\n", "a 1  +2/s\n"),
        ("a 1  9% of it\n", "a 1  +2/s\n", "a 1  +2/s\n"),
        ("", "a\n", "a*\n"),
        ("a\n", "", ""),
        ("é 値 1", "é 値 2", "é 値 2*"),
    ])
    func `changes are marked in place`(first: String, next: String, marked: String) {
        #expect(second(first, next) == marked)
    }

    @Test func `with colours the mark is reverse video, and colours do not count as a change`() {
        #expect(second("a 1", "\u{1B}[2ma\u{1B}[0m 1", style: .colored) == "\u{1B}[2ma\u{1B}[0m 1")
        #expect(
            second("\u{1B}[32ma 1\u{1B}[0m", "\u{1B}[32ma 2\u{1B}[0m", style: .colored)
                == "\u{1B}[32ma \u{1B}[7m2\u{1B}[27m\u{1B}[0m")
    }

    @Test func `any output comes out with all its characters`() {
        var random = SplitMix(state: 9)
        var differ = RunDiffer(style: .colored)
        let pieces = ["a", "1", " ", "  ", "\n", "\u{1B}[1m", "\u{1B}[0m", "値", "\u{1B}", "+3/s"]
        for _ in 0..<2000 {
            let text = (0..<random.below(12)).map { _ in random.pick(pieces) }.joined()
            let marked = differ.marked(text)
            #expect(marked.replacing("\u{1B}[7m", with: "").replacing("\u{1B}[27m", with: "") == text)
        }
    }

    @Test func `numbers are shown with their change per second`() {
        let comparison = StatisticsComparison()
        let start = ContinuousClock.now
        func rates(_ text: String, after seconds: Double) -> [String: String] {
            comparison.rates(
                of: StatisticsFixtures.parse(text), .general, from: "cache:1", now: start + .seconds(seconds))
        }
        #expect(rates("cmd_get 1", after: 0) == [:])
        #expect(rates("cmd_get 9", after: 1) == [:])
        comparison.begin()
        #expect(rates("cmd_get 10\ncurr_items 5\nbytes_read 0\nuptime 3\ntime 1790000000\nversion 1", after: 2) == [:])
        #expect(
            rates("cmd_get 34\ncurr_items 4\nbytes_read 4096\nuptime 5\ntime 1790000002\nversion 2", after: 4)
                == ["cmd_get": "+12/s", "curr_items": "-0.5/s", "bytes_read": "+2KiB/s"])
        #expect(comparison.rates(of: StatisticsFixtures.parse("cmd_get 1"), .general, from: "b:1") == [:])
        comparison.end()
        #expect(rates("cmd_get 99", after: 9) == [:])
    }

    @Test func `the statistics for people show the change per second`() {
        let lines = StatisticsView.lines(
            for: .general, StatisticsFixtures.parse("cmd_get 34\nuptime 100"), rates: ["cmd_get": "+12/s"], width: 80,
            style: .plain, escape: StatisticsFixtures.escape)
        #expect(lines.contains { $0.contains("cmd_get") && $0.hasSuffix("34  +12/s") })
    }
}
