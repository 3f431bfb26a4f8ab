import Testing

@testable import mcsh

@Suite struct StatisticFieldTests {
    @Test func `every field is there once, and says something`() {
        #expect(StatisticField.all.count == 289)
        let names = Set(StatisticField.all.map { "\($0.group) \($0.name)" })
        #expect(names.count == 289)
        #expect(StatisticField.all.allSatisfy { $0.meaning.count > 3 && !$0.since.isEmpty })
    }

    @Test func `every general statistic has its section`() {
        let strays = StatisticField.all.filter { $0.group == .general && GeneralSection(of: $0.name) == .other }
        #expect(strays.isEmpty)
        #expect(GeneralSection(of: "vendor_number") == .other)
    }

    @Test(
        arguments: [
            ("evictions", nil, "general evictions"), ("evictions", .settings, "settings evictions"),
            ("items:1:number", nil, "items number"), ("items:42:age", .items, "items age"),
            ("1:chunk_size", nil, "slabs chunk_size"), ("7:get_hits", nil, "slabs get_hits"),
            ("22:addr", nil, "conns addr"), ("3:bytes", nil, "extstore bytes"), ("96", nil, "sizes <size>"),
            ("user_logins", .proxy, "proxy user_<name>"), ("cmd_mg", nil, "proxy cmd_<command>"),
            ("cmd_get", nil, "general cmd_get"), ("cmd_get", .proxy, "proxy cmd_<command>"),
            ("funcs_f", nil, "proxyfuncs funcs_<name>"), ("bad_10.0.0.1:11211", .proxybe, "proxybe bad_<backend>"),
            ("cmd_nonsense", nil, nil), ("items:x:number", nil, nil), ("1:nonsense", nil, nil), ("", nil, nil),
            (":", nil, nil), ("items::", nil, nil), ("user_", nil, nil), ("evictions", .proxy, nil),
        ] as [(String, StatisticField.Group?, String?)])
    func `names are found by group and by pattern`(name: String, group: StatisticField.Group?, expected: String?) {
        #expect(StatisticField.lookup(name, in: group).map { "\($0.group) \($0.name)" } == expected)
    }

    @Test func `an explanation says unit, kind, age and what follows from it`() {
        #expect(
            StatisticField.explain("evicted_time")
                == .text([
                    "evicted_time in stats items, for each slab class",
                    "    Seconds between last access and eviction of the latest victim: small =",
                    "    hurting.",
                    "    Gauge, seconds: how things are now. Since 1.2.7.",
                    "    Eviction pain: evicted_active above 0, small items:N:evicted_time, small",
                    "    items:N:age, direct_reclaims rising",
                ]))
        #expect(
            StatisticField.explain("slab_reassign_evictions_nomem", width: 200)
                == .text([
                    "slab_reassign_evictions_nomem in stats",
                    "    Valid items thrown away by a page move; NOT part of evictions until 1.6.34.",
                    "    Counter, since start or stats reset: only the increase between two readings is telling. Since 1.4.25, "
                        + "until 1.6.33.",
                    "    Eviction rate: evictions added / seconds, before 1.6.34 with slab_reassign_evictions_nomem added",
                ]))
    }

    @Test func `a name in several replies is explained for each`() {
        guard case .text(let lines) = StatisticField.explain("get_hits") else {
            Issue.record("get_hits is known")
            return
        }
        #expect(
            lines.filter { $0.hasPrefix("get_hits") } == [
                "get_hits in stats", "get_hits in stats slabs, for each slab class",
            ])
    }

    @Test(arguments: [
        ("evictons", "evictions"), ("get_hit", "get_hits"), ("GET_MISES", "get_misses"), ("maxcons", "maxconns"),
        ("listen_disabled", "listen_disabled_num"),
    ])
    func `a mistyped name is answered with the nearest`(name: String, nearest: String) {
        #expect(StatisticField.suggestions(for: name).first == nearest)
    }

    @Test(arguments: ["qqqqqqqqqq", "", String(repeating: "x", count: 100_000)])
    func `nothing is suggested for a word that resembles no name`(name: String) {
        #expect(StatisticField.explain(name) == .unknown(suggestions: []))
    }
}
