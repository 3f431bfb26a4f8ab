import MemcacheCore

/// A finding in the general statistics that an operator should know at once.
struct StatisticsFinding: Hashable, Sendable {
    /// The statistic that shows it.
    var name: String
    var role: TextStyle.Role
    var sentence: String

    /// All findings worth a warning, the worst first.
    ///
    /// - Parameter room: The number of descriptors in use on the server, if it is known.
    static func findings(in reading: StatisticsReading, _ room: ConnectionRoom? = nil) -> [StatisticsFinding] {
        var findings: [StatisticsFinding] = []
        if reading.number("accepting_conns") == 0 {
            findings.append(
                StatisticsFinding(
                    name: "accepting_conns", role: .bad,
                    sentence: "New connections are not accepted: the limit (-c) is reached."))
        }
        if let use = connectionUse(reading, room), use.most > 0, Double(use.taken) >= Double(use.most) * 0.8 {
            let isFull = Double(use.taken) >= Double(use.most) * 0.95
            var sentence = "\(HumanUnits.count(use.taken)) of \(HumanUnits.count(use.most)) connections are in use."
            if let room, let limit = reading.number("max_connections") {
                let left = room.left(limit: limit)
                sentence =
                    left == 0
                    ? "There is no room for another connection (-c \(limit))."
                    : "There is room for \(HumanUnits.count(left)) more \(left == 1 ? "connection" : "connections") "
                        + "(-c \(limit), some of which the server needs itself)."
            }
            findings.append(
                StatisticsFinding(name: "curr_connections", role: isFull ? .bad : .warning, sentence: sentence))
        }
        if reading.isOfProxy {
            findings.append(
                StatisticsFinding(
                    name: "proxy_conn_requests", role: .warning,
                    sentence: "This is a proxy: items, hits and memory are those of the servers behind it. "
                        + "Name these to see them; stats proxy has the proxy's own counts."))
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

    /// The use of the connection limit: in descriptors if their number is known, else in connections, relative to those
    /// that fit into the limit by the server's own estimate.
    static func connectionUse(
        _ reading: StatisticsReading, _ room: ConnectionRoom?
    ) -> (taken: UInt64, most: UInt64)? {
        guard let limit = reading.number("max_connections") else { return nil }
        if let room { return (room.taken, ConnectionRoom.descriptors(limit: limit)) }
        let reserved = reading.number("reserved_fds") ?? 0
        guard let now = reading.number("curr_connections"), reserved < limit else { return nil }
        return (now, limit - reserved)
    }

    /// Whether connections were refused. memcached 1.5.11 to 1.5.22 counts all accepted ones as refused.
    private static func countsRefusals(_ refused: UInt64, _ reading: StatisticsReading) -> Bool {
        if let version = reading["version"].map({ ServerVersion($0) }),
            version >= ServerVersion(1, 5, 11), version <= ServerVersion(1, 5, 22)
        {
            return false
        }
        guard let total = reading.number("total_connections"), total > 1 else { return true }
        let difference = refused > total ? refused - total : total - refused
        return difference > max(2, total / 20)
    }

    /// A counter that should be zero.
    private struct Rule: Sendable {
        var name: String
        var role: TextStyle.Role
        var sentence: @Sendable (_ count: String, _ isOne: Bool) -> String
        var applies: @Sendable (UInt64, StatisticsReading) -> Bool = { _, _ in true }
    }

    private static let rules: [Rule] = [
        Rule(name: "malloc_fails", role: .bad) { count, isOne in
            "Memory allocation failed \(count) \(isOne ? "time" : "times"): the host is out of memory."
        },
        Rule(name: "badcrc_from_extstore", role: .bad) { count, isOne in
            "\(count) \(isOne ? "item" : "items") read from flash had a bad checksum: suspect the disk."
        },
        Rule(name: "evicted_active", role: .bad) { count, isOne in
            "\(count) \(isOne ? "item that was read recently was" : "items that were read recently were") evicted: the cache is too small."
        },
        Rule(name: "store_no_memory", role: .bad) { count, isOne in
            "\(count) \(isOne ? "store was" : "stores were") refused for lack of memory: see stats items."
        },
        Rule(
            name: "evictions", role: .warning,
            sentence: { count, isOne in
                "\(count) \(isOne ? "item was" : "items were") evicted to make room: stats items shows which classes need memory."
            },
            applies: { _, reading in (reading.number("evicted_active") ?? 0) == 0 }),
        Rule(
            name: "rejected_connections", role: .warning,
            sentence: { count, isOne in
                "\(count) \(isOne ? "connection was" : "connections were") refused at the limit (-c)."
            }, applies: countsRefusals),
        Rule(name: "listen_disabled_num", role: .warning) { count, isOne in
            "The server stopped accepting connections \(count) \(isOne ? "time" : "times"): the limit (-c) was reached."
        },
        Rule(name: "read_buf_oom", role: .warning) { count, isOne in
            "\(count) \(isOne ? "connection was" : "connections were") closed because there was no memory for a read buffer."
        },
        Rule(name: "response_obj_oom", role: .warning) { count, isOne in
            "\(count) \(isOne ? "connection was" : "connections were") closed because there was no memory for a response."
        },
        Rule(name: "slab_reassign_evictions_nomem", role: .warning) { count, isOne in
            "\(count) valid \(isOne ? "item was" : "items were") evicted to move memory pages."
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
    ]
}
