import MemcacheCore
import Testing

@testable import mcsh

/// The first lines of a session.
@Suite struct GreetingTests {
    private static func answer(
        _ server: String, _ fields: KeyValuePairs<String, String>
    ) -> Greeting.Answer {
        Greeting.Answer(
            server: server,
            result: .success(fields.map { Statistic(name: Array($0.key.utf8), value: Array($0.value.utf8)) }))
    }

    private static func failure(_ server: String) -> Greeting.Answer {
        Greeting.Answer(
            server: server,
            result: .failure(MemcacheError(.cannotConnect, "cannot connect: connection refused")))
    }

    private static func lines(
        _ name: String, _ answers: Greeting.Answer..., isProduction: Bool = false, width: Int = 200
    ) -> [String] {
        Greeting(name: name, isProduction: isProduction, answers: answers).lines(width: width).map(\.text)
    }

    @Test func `one server is described in one line, and the next one says how to get help`() {
        let answer = Self.answer(
            "a",
            [
                "version": "1.6.18", "uptime": "7500", "curr_items": "12345", "get_hits": "970", "get_misses": "30",
            ])
        #expect(
            Self.lines("a:11211", answer) == [
                "a:11211: memcached 1.6.18, up 2h 5m, 12,345 items, 97.0% hits", "Type help for help, quit to leave.",
            ])
    }

    @Test func `a server with a usual address and large numbers takes one line of 80 columns, and two of 60`() {
        let answer = Self.answer(
            "127.0.0.1:11211",
            ["version": "1.6.18", "uptime": "1075500", "curr_items": "1234567", "get_hits": "8", "get_misses": "1"])
        #expect(
            Self.lines("127.0.0.1:11211", answer, width: 80) == [
                "127.0.0.1:11211: memcached 1.6.18, up 12d 10h, 1,234,567 items, 88.9% hits",
                "Type help for help, quit to leave.",
            ])
        #expect(
            Self.lines("127.0.0.1:11211", answer, width: 60) == [
                "127.0.0.1:11211: memcached 1.6.18, up 12d 10h, 1,234,567", "  items, 88.9% hits",
                "Type help for help, quit to leave.",
            ])
    }

    @Test(arguments: [20, 40, 60, 80])
    func `no line is longer than the window, whatever the server`(width: Int) {
        let answer = Self.answer(
            "2001:db8::1", ["version": "1.6.18", "uptime": "99999999", "curr_items": "18446744073709551615"])
        let lines = Self.lines("[2001:db8::1]:11211", answer, isProduction: true, width: width)
        #expect(lines.allSatisfy { $0.utf8.count <= width }, "\(lines)")
    }

    @Test func `a server without reads has no ratio, and a long line is wrapped`() {
        let answer = Self.answer(
            "a", ["version": "1.6.18", "uptime": "3", "curr_items": "1", "get_hits": "0", "get_misses": "0"])
        #expect(
            Self.lines("a:11211", answer, width: 46) == [
                "a:11211: memcached 1.6.18, up 3s, 1 item, no", "  reads", "Type help for help, quit to leave.",
            ])
    }

    @Test func `several servers are summed up, and one that is down is named`() {
        let one = Self.answer(
            "a",
            ["version": "1.6.18", "uptime": "86400", "curr_items": "1000", "get_hits": "10", "get_misses": "0"])
        let two = Self.answer(
            "b", ["version": "1.6.9", "uptime": "60", "curr_items": "500", "get_hits": "0", "get_misses": "10"])
        #expect(
            Self.lines("@s", one, Self.failure("c:11211"), two, isProduction: true) == [
                "@s (production): 3 servers, 2 of them answer, memcached 1.6.18 and 1.6.9, up 1m or longer, 1,500 items, "
                    + "50.0% hits",
                "c:11211: cannot connect: connection refused; it is tried again later",
                "Type help for help, quit to leave.",
            ])
    }

    @Test func `a server that cannot be reached is reported with the reason`() {
        #expect(
            Self.lines("a:11211", Self.failure("a")) == [
                "a:11211: cannot connect: connection refused; the next command tries again",
                "Type help for help, quit to leave.",
            ])
    }

    @Test func `a server's text is escaped, and optional`() {
        #expect(
            Self.lines("a:11211", Self.answer("a", ["version": "\u{1b}[2J", "uptime": "x", "curr_items": "-1"])) == [
                "a:11211: memcached \\e[2J, 0 items, no reads", "Type help for help, quit to leave.",
            ])
    }
}
