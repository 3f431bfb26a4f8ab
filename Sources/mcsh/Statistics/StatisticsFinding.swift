/// Something in the general statistics that an operator should know at once.
struct StatisticsFinding: Hashable, Sendable {
    /// The statistic that shows it.
    var name: String
    var role: TextStyle.Role
    var sentence: String

    /// Everything worth a warning, the worst first.
    static func findings(in reading: StatisticsReading) -> [StatisticsFinding] {
        var findings: [StatisticsFinding] = []
        if reading.number("accepting_conns") == 0 {
            findings.append(
                StatisticsFinding(
                    name: "accepting_conns", role: .bad,
                    sentence: "New connections are not accepted: the limit (-c) is reached."))
        }
        if let now = reading.number("curr_connections"), let room = connectionRoom(reading), room > 0,
            Double(now) >= Double(room) * 0.8
        {
            let isFull = Double(now) >= Double(room) * 0.95
            findings.append(
                StatisticsFinding(
                    name: "curr_connections", role: isFull ? .bad : .warning,
                    sentence: "\(HumanUnits.count(now)) of \(HumanUnits.count(room)) connections are in use."))
        }
        for rule in rules {
            guard let number = reading.number(rule.name), number > 0, rule.applies(number, reading) else { continue }
            findings.append(
                StatisticsFinding(
                    name: rule.name, role: rule.role,
                    sentence: rule.sentence(HumanUnits.count(number), number == 1)))
        }
        return findings.filter { $0.role == .bad } + findings.filter { $0.role != .bad }
    }

    /// How many clients can be connected: the server keeps some descriptors of its limit for itself.
    static func connectionRoom(_ reading: StatisticsReading) -> UInt64? {
        guard let limit = reading.number("max_connections") else { return nil }
        let reserved = reading.number("reserved_fds") ?? 0
        return reserved < limit ? limit - reserved : nil
    }

    /// A counter that should stand at zero.
    private struct Rule: Sendable {
        var name: String
        var role: TextStyle.Role
        var sentence: @Sendable (_ count: String, _ isOne: Bool) -> String
        var applies: @Sendable (UInt64, StatisticsReading) -> Bool = { _, _ in true }
    }

    private static let rules: [Rule] = [
        Rule(name: "malloc_fails", role: .bad) { count, isOne in
            "Memory could not be had \(count) \(isOne ? "time" : "times"): the host is out of it."
        },
        Rule(name: "badcrc_from_extstore", role: .bad) { count, isOne in
            "\(count) \(isOne ? "item" : "items") read from flash had a bad checksum: suspect the disk."
        },
        Rule(name: "evicted_active", role: .bad) { count, isOne in
            "\(count) \(isOne ? "item was" : "items were") evicted though read recently: the cache is too small."
        },
        Rule(name: "store_no_memory", role: .bad) { count, isOne in
            "\(count) \(isOne ? "store was" : "stores were") refused for lack of memory: see stats items."
        },
        Rule(
            name: "evictions", role: .warning,
            sentence: { count, isOne in
                "\(count) \(isOne ? "item was" : "items were") evicted for memory: stats items says which classes it hurts."
            },
            applies: { _, reading in (reading.number("evicted_active") ?? 0) == 0 }),
        Rule(name: "rejected_connections", role: .warning) { count, isOne in
            "\(count) \(isOne ? "connection was" : "connections were") refused at the limit (-c)."
        },
        Rule(name: "listen_disabled_num", role: .warning) { count, isOne in
            "The connection limit stopped the listener \(count) \(isOne ? "time" : "times")."
        },
        Rule(name: "read_buf_oom", role: .warning) { count, isOne in
            "\(count) \(isOne ? "connection was" : "connections were") closed for lack of a read buffer."
        },
        Rule(name: "response_obj_oom", role: .warning) { count, isOne in
            "\(count) \(isOne ? "connection was" : "connections were") closed for lack of a response object."
        },
        Rule(
            name: "direct_reclaims", role: .warning,
            sentence: { count, isOne in
                "Workers had to evict by themselves \(count) \(isOne ? "time" : "times"): stores outrun the LRU thread."
            },
            applies: { number, reading in Double(number) >= (reading.amount("total_items") ?? 0) * 0.01 }),
        Rule(name: "slab_reassign_evictions_nomem", role: .warning) { count, isOne in
            "\(count) valid \(isOne ? "item was" : "items were") thrown away by page moves."
        },
        Rule(name: "store_too_large", role: .warning) { count, isOne in
            "\(count) \(isOne ? "store was" : "stores were") refused: larger than the item limit (-I)."
        },
        Rule(name: "auth_errors", role: .warning) { count, isOne in
            "\(count) \(isOne ? "login" : "logins") failed."
        },
        Rule(name: "cmd_flush", role: .warning) { count, isOne in
            "flush_all was sent \(count) \(isOne ? "time" : "times")."
        },
        Rule(name: "ssl_handshake_errors", role: .warning) { count, isOne in
            "\(count) TLS \(isOne ? "handshake" : "handshakes") failed."
        },
        Rule(name: "ssl_proto_errors", role: .warning) { count, isOne in
            "\(count) TLS \(isOne ? "connection" : "connections") broke with a protocol error."
        },
        Rule(name: "extstore_objects_evicted", role: .warning) { count, isOne in
            "\(count) \(isOne ? "item was" : "items were") lost because flash is full."
        },
        Rule(name: "proxy_config_reload_fails", role: .warning) { count, isOne in
            "The proxy could not load its configuration \(count) \(isOne ? "time" : "times")."
        },
        Rule(name: "proxy_backend_failed", role: .warning) { count, isOne in
            "Backends of the proxy failed \(count) \(isOne ? "time" : "times")."
        },
    ]
}
