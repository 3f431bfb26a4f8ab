import MemcacheCore
import Testing

@testable import mcsh

@Suite struct StatisticsViewTests {
    @Test(arguments: StatisticsFixtures.requests.map(\.name), [80, 200])
    func `a recorded reply gives the expected screen`(name: String, width: Int) throws {
        let request = try #require(StatisticsFixtures.requests.first { $0.name == name }).request
        let lines = StatisticsView.lines(
            for: request, try StatisticsFixtures.reply(name), width: width, style: .plain,
            escape: StatisticsFixtures.escape)
        #expect(try lines == StatisticsFixtures.screen("\(name)-\(width).txt", recording: lines))
    }

    @Test(arguments: StatisticsFixtures.requests.map(\.name))
    func `no line is wider than the terminal, and colour changes no character`(name: String) throws {
        let request = try #require(StatisticsFixtures.requests.first { $0.name == name }).request
        let reply = try StatisticsFixtures.reply(name)
        for width in Array(stride(from: 20, through: 132, by: 7)) + [200, 260, 1000] {
            let plain = StatisticsView.lines(
                for: request, reply, width: width, style: .plain, escape: StatisticsFixtures.escape)
            #expect(plain.allSatisfy { $0.displayWidth <= width && !$0.contains("\u{1B}") && !$0.hasSuffix(" ") })
            let colored = StatisticsView.lines(
                for: request, reply, width: width, style: .colored, escape: StatisticsFixtures.escape)
            #expect(colored.map(Self.withoutColor) == plain)
        }
    }

    @Test func `every general statistic of a reply is on the screen`() throws {
        let reply = try StatisticsFixtures.reply("general")
        let lines = StatisticsView.lines(
            for: .general, reply, width: 80, style: .plain, escape: StatisticsFixtures.escape)
        let words = Set(lines.flatMap { $0.split(separator: " ").map(String.init) })
        for statistic in reply { #expect(words.contains(String(decoding: statistic.name, as: UTF8.self))) }
    }

    @Test func `the whole of a small reply`() {
        let reply = """
            STAT version 1.4.13
            STAT uptime 1052345
            STAT curr_connections 990
            STAT max_connections 1024
            STAT reserved_fds 20
            STAT get_hits 900
            STAT get_misses 100
            STAT evictions 0
            STAT malloc_fails 3
            STAT vendor_cost 1048576
            """
        #expect(
            StatisticsFixtures.lines(.general, reply) == [
                "memcached 1.4.13, up 12d 4h",
                "",
                "hit ratio    90.0%  ▕██████████████████  ▏  900 of 1,000 gets",
                "connections  98.6%  ▕███████████████████▊▏  990 of 1,004",
                "",
                "Attention",
                "! 990 of 1,004 connections are in use.",
                "! Memory could not be had 3 times: the host is out of it.",
                "",
                "Server",
                "  version            1.4.13",
                "  uptime             12d 4h  1,052,345 s",
                "",
                "Connections",
                "! curr_connections      990",
                "  max_connections     1,024",
                "  reserved_fds           20  not for clients",
                "",
                "Commands and hits",
                "  get_hits              900  90.0% of gets",
                "  get_misses            100  10.0% of gets",
                "",
                "Items and memory",
                "! malloc_fails            3  0.25/d",
                "",
                "Evictions and LRU",
                "  evictions               0",
                "",
                "Other",
                "  vendor_cost       1048576",
            ])
    }

    @Test(arguments: [
        ("accepting_conns 0", "! New connections are not accepted: the limit (-c) is reached."),
        ("evicted_active 1", "! 1 item was evicted though read recently: the cache is too small."),
        ("listen_disabled_num 2", "! The connection limit stopped the listener 2 times."),
        ("rejected_connections 1234", "! 1,234 connections were refused at the limit (-c)."),
        ("store_no_memory 2", "! 2 stores were refused for lack of memory: see stats items."),
        ("badcrc_from_extstore 1", "! 1 item read from flash had a bad checksum: suspect the disk."),
        ("auth_errors 5", "! 5 logins failed."),
    ])
    func `what an operator must know is said`(statistic: String, sentence: String) {
        let lines = StatisticsFixtures.lines(.general, "uptime 100\n" + statistic)
        #expect(lines.first == "Attention")
        #expect(lines.dropFirst().first == sentence)
    }

    @Test(arguments: [
        (StatisticsRequest.general, "The server sent no statistics."),
        (.items, "No slab class has items: the cache is empty."),
        (.slabs, "No slab class has a page: nothing was stored yet."), (.sizes, "No items."),
        (.settings, "The server sent no settings."), (.conns, "No client connections."),
        (.extstore, "The server has no flash (extstore)."), (.proxy, "Nothing to show."),
        (.other("x"), "Nothing to show."),
    ])
    func `an empty reply is a sentence`(request: StatisticsRequest, sentence: String) {
        #expect(StatisticsFixtures.lines(request, "") == [sentence])
    }

    private static func withoutColor(_ text: String) -> String {
        var result = ""
        var isEscape = false
        for scalar in text.unicodeScalars {
            if scalar == "\u{1B}" { isEscape = true }
            if !isEscape { result.unicodeScalars.append(scalar) }
            if isEscape, scalar == "m" { isEscape = false }
        }
        return result
    }

    @Test(arguments: [15, 25, 40, 56, 63, 64, 76, 77, 107])
    func `a long value stands in its column where there is room, else below its name`(length: Int) throws {
        let path = "/" + String(repeating: "p", count: length - 1)
        let lines = StatisticsFixtures.lines(
            .settings, "maxbytes 67108864\ntcpport 11211\ndomain_socket \(path)\numask 700\n")
        #expect(lines.allSatisfy { $0.displayWidth <= 80 })
        let index = try #require(lines.firstIndex { $0.hasPrefix("  domain_socket") })
        if length <= 63 {
            #expect(lines[index].hasPrefix("  domain_socket  \(path)"))
        } else {
            #expect(lines[index] == "  domain_socket")
            #expect(lines[index + 1] == "    " + path.prefix(76))
            if length > 76 { #expect(lines[index + 2] == "    " + path.dropFirst(76)) }
        }
    }
}
