import MemcacheCore
import Testing

@testable import mcsh

@Suite struct StatisticsViewTests {
    @Test(arguments: StatisticsFixtures.requests.map(\.name), [80, 200])
    func `a recorded reply produces the expected screen`(name: String, width: Int) throws {
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
                "Rates and ratios are on average since start.",
                "",
                "Attention",
                "! 990 of 1,004 connections are in use.",
                "! Memory allocation failed 3 times: the host is out of memory.",
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
        ("evicted_active 1", "! 1 item that was read recently was evicted: the cache is too small."),
        ("listen_disabled_num 2", "! The server stopped accepting connections 2 times: the limit (-c) was reached."),
        ("rejected_connections 1234", "! 1,234 connections were refused at the limit (-c)."),
        (
            "version 1.5.23\nrejected_connections 80\ntotal_connections 200",
            "! 80 connections were refused at the limit (-c)."
        ),
        ("store_no_memory 2", "! 2 stores were refused for lack of memory: see stats items."),
        ("badcrc_from_extstore 1", "! 1 item read from flash had a bad checksum: suspect the disk."),
        ("auth_errors 5", "! 5 logins failed."),
    ])
    func `findings that an operator must know are shown`(statistic: String, sentence: String) throws {
        let lines = StatisticsFixtures.lines(.general, "uptime 100\n" + statistic)
        let attention = try #require(lines.firstIndex(of: "Attention"))
        #expect(lines[attention + 1] == sentence)
    }

    @Test(arguments: [
        // Evictions by stores, in this case all of them.
        "direct_reclaims 5000\ntotal_items 5001\ncurr_items 1",
        // These releases count every connection as refused.
        "version 1.5.22\nrejected_connections 83\ntotal_connections 300",
        "version 1.5.11\nrejected_connections 83\ntotal_connections 300",
        "rejected_connections 83\ntotal_connections 84", "rejected_connections 1000\ntotal_connections 980",
    ])
    func `findings without meaning are not shown`(statistics: String) {
        let lines = StatisticsFixtures.lines(.general, "uptime 100\n" + statistics)
        #expect(lines.contains("Nothing needs attention."), "\(lines)")
    }

    @Test func `a cache that evicts is full, before its memory is`() {
        let reply = "uptime 100\nbytes 48900\nlimit_maxbytes 100000\nevictions 5\nslab_global_page_pool 0"
        let lines = StatisticsFixtures.lines(.general, reply)
        #expect(
            lines[0].hasPrefix("memory     48.9%") && lines[0].hasSuffix(", full, evicting"), "\(lines)"
        )
        let free = StatisticsFixtures.lines(.general, reply.replacing("pool 0", with: "pool 3"))
        #expect(!free[0].contains("full"), "\(free)")
    }

    @Test func `averages are marked as since start, and reset counters have none`() {
        let reply = """
            uptime 1000
            curr_connections 4
            total_connections 9
            lru_maintainer_juggles 1200
            cmd_get 600
            cmd_set 400
            get_hits 500
            get_misses 100
            bytes_read 1024000
            bytes_written 0
            evictions 50
            """
        let lines = StatisticsFixtures.lines(.general, reply)
        #expect(lines.contains("Rates and ratios are on average since start."), "\(lines)")
        #expect(lines.contains { $0.hasPrefix("requests ") && $0.contains(" 1/s  gets and stores") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("evictions ") && $0.contains(" 50 since start") }, "\(lines)")
        for reset in [
            reply.replacing("juggles 1200", with: "juggles 7"),
            reply.replacing("total_connections 9", with: "total_connections 0"),
            reply + "\ncurr_items 70\ntotal_items 60",
        ] {
            let lines = StatisticsFixtures.lines(.general, reset)
            #expect(!lines.contains { $0.contains("since start") || $0.contains("/s") }, "\(lines)")
            #expect(lines.contains { $0.hasPrefix("The counters were reset: ") }, "\(lines)")
            #expect(lines.contains { $0.hasPrefix("evictions ") && $0.contains("50  since stats reset") }, "\(lines)")
            #expect(lines.contains { $0.hasPrefix("requests ") && $0.contains("1,000  gets and stores") }, "\(lines)")
        }
    }

    @Test func `a repeated command has the figures of the time between`() {
        let comparison = StatisticsComparison()
        comparison.begin()
        let start = ContinuousClock.now
        let first = StatisticsFixtures.parse("uptime 1000\ncmd_get 600\ncmd_set 0\nget_hits 600\nget_misses 0")
        #expect(comparison.changes(of: first, .general, from: "a", now: start).interval == nil)
        let second = StatisticsFixtures.parse("uptime 1005\ncmd_get 1100\ncmd_set 0\nget_hits 600\nget_misses 500")
        let changes = comparison.changes(of: second, .general, from: "a", now: start + .seconds(5))
        let lines = StatisticsView.lines(
            for: .general, second, rates: changes.rates, interval: changes.interval, width: 80, style: .plain,
            escape: StatisticsFixtures.escape)
        #expect(lines.contains { $0.hasPrefix("hit ratio") && $0.hasSuffix("  0 of 500 gets") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("requests") && $0.contains(" 100/s") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("Rates and ratios are of the last 5") }, "\(lines)")
        let restarted = StatisticsFixtures.parse("uptime 3\ncmd_get 5\ncmd_set 0\nget_hits 5\nget_misses 0")
        #expect(comparison.changes(of: restarted, .general, from: "a", now: start + .seconds(9)).interval == nil)
    }

    @Test func `the free connections follow from the descriptors in use`() {
        let general = StatisticsFixtures.parse("uptime 10\ncurr_connections 13\nmax_connections 40\nreserved_fds 20")
        func lines(_ connections: String) -> [String] {
            StatisticsView.lines(
                for: .general, general, room: ConnectionRoom(StatisticsFixtures.parse(connections)), width: 80,
                style: .plain, escape: StatisticsFixtures.escape)
        }
        let all = (26..<39).map { "\($0):state conn_read\n\($0):secs_since_last_cmd 0" }.joined(separator: "\n")
        #expect(lines(all)[0].hasSuffix("13 now, room for 0 more"), "\(lines(all))")
        #expect(lines(all).contains("! There is no room for another connection (-c 40)."))
        let few = lines("22:state conn_listening\n23:state conn_read")
        #expect(few[0].hasSuffix("13 now, room for 15 more"), "\(few)")
        // If it is unknown, the server's own estimate counts.
        #expect(lines("")[0].hasSuffix("13 of 20"))
        #expect(ConnectionRoom([]) == nil)
        #expect(lines("18446744073709551615:state x")[0].hasSuffix("room for 0 more"))
    }

    @Test func `the built-in proxy is called one, and has no items of its own`() {
        let lines = StatisticsFixtures.lines(
            .general,
            "version 1.6.45\nuptime 100\ncurr_items 0\ncmd_get 0\ncmd_set 0\nget_hits 0\nget_misses 0\nbytes 0\n"
                + "limit_maxbytes 67108864\nproxy_conn_requests 500\nproxy_backend_failed 3")
        #expect(lines[0] == "memcached 1.6.45, the built-in proxy, up 1m 40s")
        #expect(lines[2] == "requests  5/s  through the proxy", "\(lines)")
        #expect(!lines.contains { $0.hasPrefix("hit ratio") || $0.hasPrefix("memory") || $0.contains("failed 3") })
        #expect(lines.contains { $0.hasPrefix("! This is a proxy: items, hits and memory are those of") }, "\(lines)")
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
        #expect(StatisticsFixtures.lines(request, "", width: 20).allSatisfy { $0.displayWidth <= 20 })
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
    func `a long value is in its column if there is room, else below its name`(length: Int) throws {
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
