/// The meaning of a setting's current value, in a few words.
struct SettingRemark: Hashable, Sendable {
    var text: String
    /// Whether such a setting surprises people.
    var isWarning = false

    /// Nil if the general meaning of the setting is sufficient.
    init?(_ name: String, value: String) {
        guard let remark = Self.values[name]?[value] ?? Self.settings[name].map({ SettingRemark($0) }) else {
            return nil
        }
        self = remark
    }

    private init(_ text: String, isWarning: Bool = false) {
        self.text = text
        self.isWarning = isWarning
    }

    private static func warning(_ text: String) -> SettingRemark {
        SettingRemark(text, isWarning: true)
    }

    /// Remarks that do not depend on the value.
    private static let settings: [String: String] = [
        "maxbytes": "memory for items (-m)",
        "maxconns": "connection limit (-c)",
        "item_size_max": "largest item (-I)",
        "tcp_backlog": "waiting to be accepted (-b)",
        "tcpport": "",
        "inter": "only these addresses (-l)",
        "verbosity": "0 to 2 (-v)",
        "umask": "of the unix socket (-a)",
        "ssl_min_version": "oldest accepted",
        "ssl_ca_cert": "to check clients against",
        "reqs_per_event": "requests in one turn (-R)",
        "num_threads": "workers (-t)",
        "num_napi_ids": "NAPI steering (-N)",
        "auth_enabled_ascii": "file with the logins (-Y)",
        "binding_protocol": "",
        "hash_algorithm": "",
        "domain_socket": "unix socket",
        "memory_file": "survives a restart (-e)",
        "stat_key_prefix": "ends a prefix (-D)",
        "slab_chunk_max": "larger items are chained",
        "slab_automove_ratio": "ratio of ages that moves pages",
        "growth_factor": "from class to class (-f)",
        "chunk_size": "smallest item (-n)",
        "hot_max_factor": "of the age of COLD",
        "warm_max_factor": "of the age of COLD",
        "temporary_ttl": "longest lifetime in TEMP",
        "idle_timeout": "then idle clients are cut off",
        "read_buf_mem_limit": "limit for read buffers",
        "oldest": "age of the server at flush_all",
        "ext_item_size": "smallest item for flash",
        "ext_item_age": "idle before going to flash",
        "ext_recache_rate": "one hit in this many",
        "ext_compact_under": "free pages",
        "ext_drop_under": "free pages",
        "ext_low_ttl": "stored apart below this",
    ]

    private static let values: [String: [String: SettingRemark]] = [
        "evictions": [
            "on": SettingRemark("old items make room for new"), "off": warning("-M: a full cache refuses stores"),
        ],
        "inter": ["NULL": SettingRemark("all addresses")],
        "tcpport": ["0": SettingRemark("no TCP: a unix socket")],
        "domain_socket": ["NULL": SettingRemark("")],
        "memory_file": ["(null)": SettingRemark("items end with the server")],
        "udpport": ["0": SettingRemark("UDP is off")],
        "oldest": ["0": SettingRemark("flush_all was never sent")],
        "cas_enabled": ["yes": SettingRemark("cas works"), "no": warning("-C: every cas answers EXISTS")],
        "detail_enabled": [
            "yes": warning("stats detail is on: costs CPU"), "no": SettingRemark("stats detail is off"),
        ],
        "flush_enabled": [
            "yes": SettingRemark("flush_all is allowed"), "no": SettingRemark("-F: flush_all is refused"),
        ],
        "dump_enabled": ["yes": SettingRemark("keys can be listed"), "no": SettingRemark("-X: keys cannot be listed")],
        "shutdown_command": [
            "yes": warning("-A: any client can stop it"), "no": SettingRemark("clients cannot stop it"),
        ],
        "auth_enabled_sasl": ["yes": SettingRemark("no text protocol"), "no": SettingRemark("no login by SASL")],
        "auth_enabled_ascii": ["no": SettingRemark("no login needed")],
        "lru_crawler": ["yes": SettingRemark("metadump works"), "no": warning("metadump does not work")],
        "lru_maintainer_thread": [
            "yes": SettingRemark("keeps the LRU in order"), "no": warning("the LRU is not kept in order"),
        ],
        "slab_automove": [
            "0": warning("off: classes keep their pages"), "1": SettingRemark("pages follow the load"),
            "2": warning("aggressive: evicts good items"),
        ],
        "slab_reassign": [
            "yes": SettingRemark("pages can move"), "no": warning("classes keep their pages"),
        ],
        "maxconns_fast": [
            "yes": SettingRemark("at the limit: an error line"), "no": SettingRemark("at the limit: clients queue"),
        ],
        "temp_lru": ["yes": SettingRemark("short-lived items are apart"), "no": SettingRemark("")],
        "idle_timeout": ["0": SettingRemark("idle clients stay")],
        "hashpower_init": ["0": SettingRemark("the default, 16")],
        "lru_crawler_tocrawl": ["0": SettingRemark("no limit")],
        "tail_repair_time": ["0": SettingRemark("off")],
        "read_buf_mem_limit": ["0": SettingRemark("no limit")],
        "track_sizes": ["yes": SettingRemark("stats sizes works"), "no": SettingRemark("no stats sizes (-o)")],
        "ssl_enabled": ["yes": SettingRemark("TLS is on"), "no": SettingRemark("TLS is off")],
        "ssl_chain_cert": ["(null)": SettingRemark("")],
        "ssl_key": ["(null)": SettingRemark("")],
        "ssl_ca_cert": ["NULL": SettingRemark("")],
        "ssl_session_cache": ["yes": SettingRemark("sessions are resumed"), "no": SettingRemark("no resumption")],
        "ssl_kernel_tls": ["yes": SettingRemark("the kernel encrypts"), "no": SettingRemark("")],
        "ext_drop_unread": [
            "yes": SettingRemark("compaction drops unread items"), "no": SettingRemark("unread items are kept"),
        ],
        "ssl_verify_mode": [
            "0": SettingRemark("none"), "1": SettingRemark("request"), "2": SettingRemark("require"),
            "3": SettingRemark("once"),
        ],
        "ssl_keyformat": ["1": SettingRemark("PEM"), "2": SettingRemark("DER")],
        "ssl_ciphers": ["NULL": SettingRemark("the default")],
    ]
}
