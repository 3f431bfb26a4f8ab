import MemcacheCore

/// The reply to `stats settings`: by subject, with the meaning of each setting.
struct SettingsView {
    private let statistics: [Statistic]
    private let escape: ([UInt8]) -> String

    init(_ statistics: [Statistic], escape: @escaping ([UInt8]) -> String) {
        self.escape = escape
        self.statistics = statistics
    }

    func lines(width: Int) -> [StyledText] {
        guard !statistics.isEmpty else { return StyledText("The server sent no settings.", .dim).wrapped(to: width) }
        var contents: [String: [Statistic]] = [:]
        var unknown: [Statistic] = []
        for statistic in statistics {
            let name = String(decoding: statistic.name, as: UTF8.self)
            if let title = Self.title(of: name) {
                contents[title, default: []].append(statistic)
            } else {
                unknown.append(statistic)
            }
        }
        var blocks = Self.sections.map(\.title).map { title in
            FieldBlock(title: title, rows: contents[title, default: []].map(row))
        }
        blocks.append(.others(unknown, escape: escape))
        return FieldBlockLayout(columnWidth: 64, gap: 3).lines(blocks, width: width)
    }

    private func row(_ statistic: Statistic) -> FieldRow {
        let name = String(decoding: statistic.name, as: UTF8.self)
        let field = StatisticField.lookup(name, in: .settings)
        var value = StatisticValue(statistic.value, unit: field?.unit, escape: escape)
        // The largest number means none.
        if name == "ext_item_age", statistic.value.elementsEqual("4294967295".utf8) {
            value.text = "no limit"
        }
        let remark = SettingRemark(name, value: String(decoding: statistic.value, as: UTF8.self))
        let mark: TextStyle.Role? = remark?.isWarning == true ? .warning : nil
        return FieldRow(
            name: StyledText(escape(statistic.name)),
            value: StyledText(value.text, mark ?? (value.isZero ? .dim : .plain)),
            note: remark?.text ?? field?.meaning ?? "", mark: mark)
    }

    private static let sections: [(title: String, names: Set<String>)] = [
        (
            "Memory and items",
            [
                "maxbytes", "item_size_max", "evictions", "cas_enabled", "oldest", "memory_file", "client_flags_size",
                "track_sizes", "hash_algorithm", "hashpower_init",
            ]
        ),
        (
            "Network",
            [
                "tcpport", "udpport", "inter", "domain_socket", "umask", "maxconns", "maxconns_fast", "tcp_backlog",
                "idle_timeout", "binding_protocol", "read_buf_mem_limit", "inline_ascii_response",
            ]
        ),
        ("Threads", ["num_threads", "num_threads_per_udp", "reqs_per_event", "num_napi_ids"]),
        (
            "Access",
            [
                "auth_enabled_sasl", "auth_enabled_ascii", "flush_enabled", "dump_enabled", "shutdown_command",
                "drop_privileges",
            ]
        ),
        (
            "Slab classes",
            [
                "growth_factor", "chunk_size", "slab_chunk_max", "slab_reassign", "slab_automove",
                "slab_automove_ratio", "slab_automove_window", "slab_automove_freeratio",
            ]
        ),
        (
            "LRU and crawler",
            [
                "lru_maintainer_thread", "lru_segmented", "hot_lru_pct", "warm_lru_pct", "hot_max_factor",
                "warm_max_factor", "temp_lru", "temporary_ttl", "tail_repair_time", "lru_crawler",
                "lru_crawler_sleep", "lru_crawler_tocrawl",
            ]
        ),
        (
            "Statistics and log",
            ["verbosity", "detail_enabled", "stat_key_prefix", "watcher_logbuf_size", "worker_logbuf_size"]
        ),
        ("TLS", []), ("Flash (extstore)", []), ("Proxy", []),
    ]

    private static func title(of name: String) -> String? {
        if name.hasPrefix("ssl_") { return "TLS" }
        if name.hasPrefix("ext_") { return "Flash (extstore)" }
        if name.hasPrefix("proxy_") { return "Proxy" }
        return sections.first { $0.names.contains(name) }?.title
    }
}
