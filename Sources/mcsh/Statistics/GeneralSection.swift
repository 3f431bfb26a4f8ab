import MemcacheCore

/// The subjects under which the general statistics are shown.
enum GeneralSection: CaseIterable {
    case server, connections, commands, memory, evictions, slabMover, crawler, watchers, network, threads, extstore
    case proxy, other

    var title: String {
        switch self {
        case .server: "Server"
        case .connections: "Connections"
        case .commands: "Commands and hits"
        case .memory: "Items and memory"
        case .evictions: "Evictions and LRU"
        case .slabMover: "Slab mover"
        case .crawler: "Crawler"
        case .watchers: "Watchers and log"
        case .network: "Network and buffers"
        case .threads: "Threads and hash table"
        case .extstore: "Flash (extstore)"
        case .proxy: "Proxy"
        case .other: "Other"
        }
    }

    /// The section for a name; names that no version of memcached is known to send belong to ``other``.
    init(of name: String) {
        if let place = Self.places[name] {
            self = place.section
        } else if name.hasPrefix("extstore_") || name.hasSuffix("_extstore") {
            self = .extstore
        } else if name.hasPrefix("proxy_") {
            self = .proxy
        } else {
            self = .other
        }
    }

    /// The statistics in the order that is easiest to read; those without a defined position stay in the server's
    /// order.
    func sorted(_ statistics: [Statistic]) -> [Statistic] {
        let ranked = statistics.enumerated().map { index, statistic in
            let name = String(decoding: statistic.name, as: UTF8.self)
            return (rank: Self.places[name]?.rank ?? .max, index: index, statistic: statistic)
        }
        return ranked.sorted { ($0.rank, $0.index) < ($1.rank, $1.index) }.map(\.statistic)
    }

    private var names: [String] {
        switch self {
        case .server:
            ["version", "libevent", "pointer_size", "pid", "uptime", "time", "rusage_user", "rusage_system"]
        case .connections:
            [
                "curr_connections", "max_connections", "reserved_fds", "total_connections", "rejected_connections",
                "accepting_conns", "listen_disabled_num", "time_in_listen_disabled_us", "conn_yields", "idle_kicks",
                "connection_structures", "auth_cmds", "auth_errors",
            ]
        case .commands:
            [
                "cmd_get", "get_hits", "get_misses", "get_expired", "get_flushed", "cmd_set", "store_too_large",
                "store_no_memory", "cmd_touch", "touch_hits", "touch_misses", "delete_hits", "delete_misses",
                "incr_hits", "incr_misses", "decr_hits", "decr_misses", "cas_hits", "cas_misses", "cas_badval",
                "cmd_meta", "cmd_flush",
            ]
        case .memory:
            ["curr_items", "total_items", "bytes", "limit_maxbytes", "slab_global_page_pool", "malloc_fails"]
        case .evictions:
            [
                "evictions", "evicted_active", "evicted_unfetched", "expired_unfetched", "reclaimed", "direct_reclaims",
                "moves_to_cold", "moves_to_warm", "moves_within_lru", "lru_maintainer_juggles", "lrutail_reflocked",
                "lru_bumps_dropped",
            ]
        case .slabMover:
            [
                "slab_reassign_running", "slabs_moved", "slab_reassign_evictions_nomem", "slab_reassign_rescues",
                "slab_reassign_chunk_rescues", "slab_reassign_inline_reclaim", "slab_reassign_busy_items",
                "slab_reassign_busy_deletes", "slab_reassign_busy_nomem", "slab_reassign_last_busy_status",
            ]
        case .crawler:
            ["lru_crawler_running", "lru_crawler_starts", "crawler_items_checked", "crawler_reclaimed"]
        case .watchers:
            [
                "log_watchers", "log_watcher_sent", "log_watcher_skipped", "log_worker_written", "log_worker_dropped",
            ]
        case .network:
            [
                "bytes_read", "bytes_written", "read_buf_bytes", "read_buf_bytes_free", "read_buf_count",
                "read_buf_oom", "response_obj_bytes", "response_obj_count", "response_obj_oom", "ssl_new_sessions",
                "ssl_handshake_errors", "ssl_proto_errors", "time_since_server_cert_refresh", "unexpected_napi_ids",
                "round_robin_fallback",
            ]
        case .threads:
            ["threads", "hash_bytes", "hash_power_level", "hash_is_expanding"]
        case .extstore, .proxy, .other:
            []
        }
    }

    private static let places: [String: (section: GeneralSection, rank: Int)] = {
        var places: [String: (section: GeneralSection, rank: Int)] = [:]
        for section in allCases {
            for (rank, name) in section.names.enumerated() { places[name] = (section, rank) }
        }
        return places
    }()
}
