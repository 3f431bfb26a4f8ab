// The names and meanings of memcached's statistics, from memcached 1.2.0 to 1.6.45.

extension StatisticField {
    /// Every known statistic, in the order in which servers send them, group by group.
    static let all: [StatisticField] = [
        general, settings, items, slabs, sizes, conns, extstore, proxy, proxyfuncs, proxybe,
    ].flatMap { $0 }

    private static let general: [StatisticField] = [
        StatisticField(.general, "pid", .id, .info, since: "1.2.0 or older", "process id of the server"),
        StatisticField(
            .general, "uptime", .seconds, .gauge, since: "1.2.0 or older",
            "seconds since start (a fresh server reads about 2); not cleared by stats reset"),
        StatisticField(
            .general, "time", .unixSeconds, .gauge, since: "1.2.0 or older",
            "server clock; use it, not the local clock, to turn la/exp into ages"),
        StatisticField(
            .general, "version", .version, .info, since: "1.2.0 or older",
            "server version; may carry a vendor suffix"),
        StatisticField(.general, "libevent", .version, .info, since: "1.4.6", "libevent version"),
        StatisticField(
            .general, "pointer_size", .bits, .info, since: "1.2.0 or older",
            "width of a pointer in the server, 32 or 64"),
        StatisticField(
            .general, "rusage_user", .cpuSeconds, .counter, since: "1.2.0 or older",
            "user CPU, decimal seconds with six digits"),
        StatisticField(
            .general, "rusage_system", .cpuSeconds, .counter, since: "1.2.0 or older",
            "system CPU, decimal seconds with six digits"),
        StatisticField(.general, "max_connections", .count, .info, since: "1.5.1", "connection limit (-c)"),
        StatisticField(
            .general, "curr_connections", .count, .gauge, since: "1.2.0 or older",
            "open client connections, watchers and this one included"),
        StatisticField(
            .general, "total_connections", .count, .counter, since: "1.2.0 or older",
            "connections accepted since start; also counts listener and internal ones"),
        StatisticField(
            .general, "rejected_connections", .count, .counter, since: "1.4.8",
            "connections refused with an error line at the limit (maxconns_fast only)"),
        StatisticField(
            .general, "connection_structures", .count, .gauge, since: "1.2.0 or older",
            "connection objects allocated; never shrinks"),
        StatisticField(
            .general, "response_obj_oom", .count, .counter, since: "1.6.0",
            "connections closed because no response object could be had"),
        StatisticField(.general, "response_obj_count", .count, .gauge, since: "1.6.7", "response objects in use"),
        StatisticField(
            .general, "response_obj_bytes", .bytes, .gauge, since: "1.6.0",
            "memory of response objects; part of read_buf_bytes"),
        StatisticField(.general, "read_buf_count", .count, .gauge, since: "1.6.7", "read/response buffers allocated"),
        StatisticField(
            .general, "read_buf_bytes", .bytes, .gauge, since: "1.6.0",
            "memory of read/response buffers (outside -m)"),
        StatisticField(
            .general, "read_buf_bytes_free", .bytes, .gauge, since: "1.6.0",
            "of read_buf_bytes, how much is cached unused"),
        StatisticField(
            .general, "read_buf_oom", .count, .counter, since: "1.6.0",
            "connections closed for lack of a read buffer"),
        StatisticField(
            .general, "reserved_fds", .count, .gauge, since: "1.4.8",
            "descriptors the server holds for itself; they eat into -c"),
        StatisticField(
            .general, "proxy_conn_requests", .count, .counter, since: "1.6.13",
            "requests received by the built-in proxy (proxy started only)"),
        StatisticField(.general, "proxy_conn_errors", .count, .counter, since: "1.6.13", "proxy internal errors"),
        StatisticField(.general, "proxy_conn_oom", .count, .counter, since: "1.6.14", "proxy out-of-memory errors"),
        StatisticField(.general, "proxy_req_active", .count, .gauge, since: "1.6.15", "proxy requests in flight"),
        StatisticField(
            .general, "proxy_await_active", .count, .gauge, since: "1.6.14", until: "1.6.23",
            "proxy await calls in flight (old API)"),
        StatisticField(
            .general, "proxy_config_reloads", .count, .counter, since: "1.6.13",
            "proxy configuration loads"),
        StatisticField(
            .general, "proxy_config_reload_fails", .count, .counter, since: "1.6.13",
            "proxy configuration loads that failed"),
        StatisticField(
            .general, "proxy_config_cron_runs", .count, .counter, since: "1.6.27",
            "proxy cron functions run"),
        StatisticField(
            .general, "proxy_config_cron_fails", .count, .counter, since: "1.6.27",
            "proxy cron functions failed"),
        StatisticField(.general, "proxy_backend_total", .count, .gauge, since: "1.6.13", "backends known to the proxy"),
        StatisticField(
            .general, "proxy_backend_marked_bad", .count, .counter, since: "1.6.14",
            "times a backend was marked bad"),
        StatisticField(
            .general, "proxy_backend_failed", .count, .counter, since: "1.6.14",
            "backend failures; the proxy counts its own reconnects too"),
        StatisticField(
            .general, "proxy_request_failed_depth", .count, .counter, since: "1.6.28",
            "requests failed because a backend queue was too deep"),
        StatisticField(
            .general, "cmd_get", .count, .counter, since: "1.2.0 or older",
            "keys asked for by get/gets/mg (one per key, not per line); gat is counted in cmd_touch"),
        StatisticField(
            .general, "cmd_set", .count, .counter, since: "1.2.0 or older",
            "storage commands that got as far as an item (add/replace/append/cas/ms too, stored or not)"),
        StatisticField(
            .general, "cmd_flush", .count, .counter, since: "1.2.7",
            "flush_all commands, the refused ones (-F) too"),
        StatisticField(.general, "cmd_touch", .count, .counter, since: "1.4.8", "touch, gat, gats and mg with T"),
        StatisticField(
            .general, "cmd_meta", .count, .counter, since: "1.5.19",
            "me commands ONLY; mg/ms/md/ma are counted under get/set/delete/incr"),
        StatisticField(.general, "get_hits", .count, .counter, since: "1.2.0 or older", "keys found"),
        StatisticField(
            .general, "get_misses", .count, .counter, since: "1.2.0 or older",
            "keys not found, expired and flushed ones included"),
        StatisticField(
            .general, "get_expired", .count, .counter, since: "1.4.26",
            "of get_misses, items found but expired"),
        StatisticField(
            .general, "get_flushed", .count, .counter, since: "1.4.28",
            "of get_misses, items found but flushed (stays near 0 since 1.6.25, where flush_all unlinks)"),
        StatisticField(
            .general, "get_extstore", .count, .counter, since: "1.5.4",
            "reads served from flash (extstore only)"),
        StatisticField(
            .general, "get_aborted_extstore", .count, .counter, since: "1.5.9",
            "flash reads given up because the client went away"),
        StatisticField(
            .general, "get_oom_extstore", .count, .counter, since: "1.5.9",
            "flash reads that failed for lack of memory"),
        StatisticField(
            .general, "recache_from_extstore", .count, .counter, since: "1.5.4",
            "items brought back to RAM after a flash read"),
        StatisticField(
            .general, "miss_from_extstore", .count, .counter, since: "1.5.4",
            "flash reads that turned into misses"),
        StatisticField(
            .general, "badcrc_from_extstore", .count, .counter, since: "1.5.4",
            "flash reads with a bad checksum: suspect the disk"),
        StatisticField(
            .general, "delete_misses", .count, .counter, since: "1.4.0",
            "deletes of missing keys; md with a wrong CAS too"),
        StatisticField(.general, "delete_hits", .count, .counter, since: "1.4.0", "items deleted"),
        StatisticField(.general, "incr_misses", .count, .counter, since: "1.4.0", "incr of missing keys"),
        StatisticField(.general, "incr_hits", .count, .counter, since: "1.4.0", "successful incr"),
        StatisticField(.general, "decr_misses", .count, .counter, since: "1.4.0", "decr of missing keys"),
        StatisticField(.general, "decr_hits", .count, .counter, since: "1.4.0", "successful decr"),
        StatisticField(.general, "cas_misses", .count, .counter, since: "1.4.0", "cas of missing keys"),
        StatisticField(.general, "cas_hits", .count, .counter, since: "1.4.0", "successful cas"),
        StatisticField(
            .general, "cas_badval", .count, .counter, since: "1.4.0",
            "cas refused because the item had changed: write contention"),
        StatisticField(.general, "touch_hits", .count, .counter, since: "1.4.8", "items whose TTL was renewed"),
        StatisticField(.general, "touch_misses", .count, .counter, since: "1.4.8", "touch/gat of missing keys"),
        StatisticField(
            .general, "store_too_large", .count, .counter, since: "1.6.13",
            "stores refused: larger than -I"),
        StatisticField(
            .general, "store_no_memory", .count, .counter, since: "1.6.13",
            "stores refused: no memory (-M, or a slab class with no pages)"),
        StatisticField(.general, "auth_cmds", .count, .counter, since: "1.4.4", "authentications tried"),
        StatisticField(.general, "auth_errors", .count, .counter, since: "1.4.4", "authentications that failed"),
        StatisticField(
            .general, "idle_kicks", .count, .counter, since: "1.4.27",
            "connections closed by idle_timeout (option set only)"),
        StatisticField(.general, "bytes_read", .bytes, .counter, since: "1.2.0 or older", "network bytes received"),
        StatisticField(.general, "bytes_written", .bytes, .counter, since: "1.2.0 or older", "network bytes sent"),
        StatisticField(
            .general, "limit_maxbytes", .bytes, .info, since: "1.2.0 or older",
            "item memory limit (-m, or cache_memlimit)"),
        StatisticField(
            .general, "accepting_conns", .bool, .gauge, since: "1.2.7",
            "1 = listening, 0 = at the connection limit (maxconns_fast off)"),
        StatisticField(
            .general, "listen_disabled_num", .count, .counter, since: "1.2.7",
            "times the limit stopped the listener"),
        StatisticField(
            .general, "time_in_listen_disabled_us", .microseconds, .counter, since: "1.4.25",
            "time spent not accepting"),
        StatisticField(.general, "threads", .count, .info, since: "1.2.2", "worker threads (-t)"),
        StatisticField(
            .general, "conn_yields", .count, .counter, since: "1.4.0",
            "times a connection had to wait its turn after -R requests: big pipelines or hot clients"),
        StatisticField(.general, "hash_power_level", .log2, .gauge, since: "1.4.8", "hash table has 2^n buckets"),
        StatisticField(.general, "hash_bytes", .bytes, .gauge, since: "1.4.8", "hash table memory (outside -m)"),
        StatisticField(
            .general, "hash_is_expanding", .bool, .gauge, since: "1.4.8",
            "hash table is growing; metadump hash waits"),
        StatisticField(
            .general, "slab_reassign_rescues", .count, .counter, since: "1.4.25",
            "items copied to safety while a page was moved"),
        StatisticField(
            .general, "slab_reassign_chunk_rescues", .count, .counter, since: "1.4.29",
            "chunks of large items copied while a page was moved"),
        StatisticField(
            .general, "slab_reassign_evictions_nomem", .count, .counter, since: "1.4.25", until: "1.6.33",
            "valid items thrown away by a page move; NOT part of evictions until 1.6.34"),
        StatisticField(
            .general, "slab_reassign_inline_reclaim", .count, .counter, since: "1.4.25",
            "page-mover internal"),
        StatisticField(
            .general, "slab_reassign_busy_items", .count, .counter, since: "1.4.25",
            "page moves delayed by busy items"),
        StatisticField(
            .general, "slab_reassign_busy_deletes", .count, .counter, since: "1.4.38",
            "items deleted to let a page move finish"),
        StatisticField(
            .general, "slab_reassign_busy_nomem", .count, .counter, since: "1.6.34",
            "page moves that waited for free memory"),
        StatisticField(
            .general, "slab_reassign_last_busy_status", .string, .info, since: "1.6.40",
            "why the last page move waited; none if it did not"),
        StatisticField(.general, "slab_reassign_running", .bool, .gauge, since: "1.4.11", "a page is moving now"),
        StatisticField(.general, "slabs_moved", .count, .counter, since: "1.4.11", "pages moved between classes"),
        StatisticField(
            .general, "lru_crawler_running", .bool, .gauge, since: "1.4.18",
            "a crawl or dump is running: a second metadump may answer BUSY"),
        StatisticField(
            .general, "lru_crawler_starts", .count, .counter, since: "1.4.23",
            "crawls started; starts at a large number because every class counts"),
        StatisticField(
            .general, "lru_maintainer_juggles", .count, .counter, since: "1.4.23",
            "wake-ups of the LRU thread"),
        StatisticField(
            .general, "malloc_fails", .count, .counter, since: "1.4.16",
            "allocations that failed: the host is out of memory"),
        StatisticField(
            .general, "log_worker_dropped", .count, .counter, since: "1.4.26",
            "watch lines lost because a worker buffer was full"),
        StatisticField(.general, "log_worker_written", .count, .counter, since: "1.4.26", "watch lines produced"),
        StatisticField(
            .general, "log_watcher_skipped", .count, .counter, since: "1.4.26",
            "watch lines not sent to slow watchers (they saw skipped=N)"),
        StatisticField(.general, "log_watcher_sent", .count, .counter, since: "1.4.26", "watch lines sent"),
        StatisticField(.general, "log_watchers", .count, .gauge, since: "1.6.11", "watchers connected (at most 20)"),
        StatisticField(.general, "unexpected_napi_ids", .count, .counter, since: "1.6.9", "NAPI steering internal"),
        StatisticField(.general, "round_robin_fallback", .count, .counter, since: "1.6.9", "NAPI steering internal"),
        StatisticField(
            .general, "ssl_new_sessions", .count, .counter, since: "1.6.3",
            "TLS sessions created (ssl_session_cache only)"),
        StatisticField(
            .general, "ssl_handshake_errors", .count, .counter, since: "1.6.1",
            "TLS handshakes failed: plaintext clients, wrong CA, scanners"),
        StatisticField(
            .general, "ssl_proto_errors", .count, .counter, since: "1.6.30",
            "fatal TLS protocol errors on live connections"),
        StatisticField(
            .general, "time_since_server_cert_refresh", .seconds, .gauge, since: "1.5.13",
            "age of the loaded certificate"),
        StatisticField(
            .general, "bytes", .bytes, .gauge, since: "1.2.0 or older",
            "bytes of items stored now, headers and keys included"),
        StatisticField(
            .general, "curr_items", .count, .gauge, since: "1.2.0 or older",
            "items linked now, expired but unreclaimed ones included"),
        StatisticField(.general, "total_items", .count, .counter, since: "1.2.0 or older", "items stored since start"),
        StatisticField(
            .general, "slab_global_page_pool", .pages, .gauge, since: "1.4.25",
            "free pages waiting in the global pool"),
        StatisticField(
            .general, "expired_unfetched", .count, .counter, since: "1.4.8",
            "expired items that were never read"),
        StatisticField(.general, "evicted_unfetched", .count, .counter, since: "1.4.8", "evicted items never read"),
        StatisticField(
            .general, "evicted_active", .count, .counter, since: "1.4.34",
            "evicted items read recently: the sign of real memory pressure"),
        StatisticField(.general, "evictions", .count, .counter, since: "1.2.2", "live items evicted to make room"),
        StatisticField(
            .general, "reclaimed", .count, .counter, since: "1.4.5",
            "expired (or flushed) items whose memory was reused"),
        StatisticField(.general, "crawler_reclaimed", .count, .counter, since: "1.4.18", "items freed by the crawler"),
        StatisticField(
            .general, "crawler_items_checked", .count, .counter, since: "1.4.23",
            "items looked at by the crawler"),
        StatisticField(
            .general, "lrutail_reflocked", .count, .counter, since: "1.4.21",
            "LRU tails found locked by a reader: a hot or slow client"),
        StatisticField(.general, "moves_to_cold", .count, .counter, since: "1.4.23", "LRU moves to COLD"),
        StatisticField(.general, "moves_to_warm", .count, .counter, since: "1.4.23", "LRU moves to WARM"),
        StatisticField(.general, "moves_within_lru", .count, .counter, since: "1.4.23", "LRU bumps inside HOT or WARM"),
        StatisticField(
            .general, "direct_reclaims", .count, .counter, since: "1.4.23",
            "evictions that a worker did in the middle of a store: nearly all of them"),
        StatisticField(
            .general, "lru_bumps_dropped", .count, .counter, since: "1.4.35",
            "LRU bumps lost to a full queue"),
        StatisticField(
            .general, "extstore_memory_pressure", .ratio, .gauge, since: "1.6.34",
            "memory pressure seen by the flash writer"),
        StatisticField(.general, "extstore_compact_lost", .count, .counter, since: "1.5.4", "items lost in compaction"),
        StatisticField(
            .general, "extstore_compact_rescues", .count, .counter, since: "1.5.4",
            "items rewritten by compaction"),
        StatisticField(
            .general, "extstore_compact_resc_cold", .count, .counter, since: "1.6.25",
            "cold items rewritten by compaction"),
        StatisticField(
            .general, "extstore_compact_resc_old", .count, .counter, since: "1.6.25",
            "old items rewritten by compaction"),
        StatisticField(
            .general, "extstore_compact_skipped", .count, .counter, since: "1.5.4",
            "items compaction left behind"),
        StatisticField(.general, "extstore_page_allocs", .count, .counter, since: "1.5.4", "flash pages allocated"),
        StatisticField(
            .general, "extstore_page_evictions", .count, .counter, since: "1.5.4",
            "flash pages evicted: flash is full"),
        StatisticField(
            .general, "extstore_page_reclaims", .count, .counter, since: "1.5.4",
            "flash pages reclaimed empty"),
        StatisticField(.general, "extstore_pages_free", .pages, .gauge, since: "1.5.4", "flash pages free"),
        StatisticField(.general, "extstore_pages_used", .pages, .gauge, since: "1.5.4", "flash pages used"),
        StatisticField(
            .general, "extstore_objects_evicted", .count, .counter, since: "1.5.4",
            "items lost with evicted pages"),
        StatisticField(.general, "extstore_objects_read", .count, .counter, since: "1.5.4", "flash item reads"),
        StatisticField(.general, "extstore_objects_written", .count, .counter, since: "1.5.4", "flash item writes"),
        StatisticField(.general, "extstore_objects_used", .count, .gauge, since: "1.5.4", "items on flash"),
        StatisticField(
            .general, "extstore_bytes_evicted", .bytes, .counter, since: "1.5.4",
            "bytes lost with evicted pages"),
        StatisticField(.general, "extstore_bytes_written", .bytes, .counter, since: "1.5.4", "bytes written to flash"),
        StatisticField(.general, "extstore_bytes_read", .bytes, .counter, since: "1.5.4", "bytes read from flash"),
        StatisticField(.general, "extstore_bytes_used", .bytes, .gauge, since: "1.5.4", "bytes live on flash"),
        StatisticField(
            .general, "extstore_bytes_fragmented", .bytes, .gauge, since: "1.5.4",
            "dead bytes in used pages"),
        StatisticField(.general, "extstore_limit_maxbytes", .bytes, .info, since: "1.5.4", "flash size"),
        StatisticField(.general, "extstore_io_queue", .count, .gauge, since: "1.5.11", "flash reads waiting"),
    ]

    private static let settings: [StatisticField] = [
        StatisticField(.settings, "maxbytes", .bytes, .info, since: "1.4.0", "item memory limit"),
        StatisticField(.settings, "maxconns", .count, .info, since: "1.4.0", "connection limit"),
        StatisticField(.settings, "tcpport", .port, .info, since: "1.4.0", "TCP port (0 on a unix socket)"),
        StatisticField(.settings, "udpport", .port, .info, since: "1.4.0", "UDP port, 0 = off"),
        StatisticField(.settings, "inter", .string, .info, since: "1.4.0", "listen addresses, NULL = all"),
        StatisticField(
            .settings, "verbosity", .level, .info, since: "1.4.0",
            "how much the server logs to its standard error, 0 to 2"),
        StatisticField(
            .settings, "oldest", .seconds, .info, since: "1.4.0",
            "flush mark: items stored before this moment (seconds of server age) are dead; 0 = never flushed"),
        StatisticField(
            .settings, "evictions", .onOff, .info, since: "1.4.0",
            "off when memcached runs with -M: it returns errors rather than evicting (not the counter of the same name)"
        ),
        StatisticField(.settings, "domain_socket", .string, .info, since: "1.4.0", "unix socket path or NULL"),
        StatisticField(.settings, "umask", .octal, .info, since: "1.4.0", "unix socket mask"),
        StatisticField(
            .settings, "shutdown_command", .yesNo, .info, since: "1.6.10",
            "yes = -A was given: any client can stop the server"),
        StatisticField(.settings, "growth_factor", .ratio, .info, since: "1.4.0", "slab growth factor (-f)"),
        StatisticField(.settings, "chunk_size", .bytes, .info, since: "1.4.0", "smallest item space (-n)"),
        StatisticField(.settings, "num_threads", .count, .info, since: "1.4.0", "worker threads"),
        StatisticField(.settings, "num_threads_per_udp", .count, .info, since: "1.4.6", "threads per UDP socket"),
        StatisticField(
            .settings, "stat_key_prefix", .character, .info, since: "1.4.0",
            "delimiter for stats detail (-D)"),
        StatisticField(.settings, "detail_enabled", .yesNo, .info, since: "1.4.0", "stats detail is on (costs CPU)"),
        StatisticField(
            .settings, "reqs_per_event", .count, .info, since: "1.4.0",
            "requests that a connection may make before others have their turn (-R)"),
        StatisticField(
            .settings, "cas_enabled", .yesNo, .info, since: "1.4.0",
            "no = -C: every cas is 0 and cas always answers EXISTS"),
        StatisticField(
            .settings, "tcp_backlog", .count, .info, since: "1.4.0", "connections that may wait to be accepted (-b)"),
        StatisticField(
            .settings, "binding_protocol", .string, .info, since: "1.4.0",
            "protocol spoken: ascii, binary or auto-negotiate"),
        StatisticField(.settings, "auth_enabled_sasl", .yesNo, .info, since: "1.4.4", "SASL: the text protocol is off"),
        StatisticField(
            .settings, "auth_enabled_ascii", .pathOrNo, .info, since: "1.5.15",
            "path of the -Y file on the server, or no"),
        StatisticField(.settings, "item_size_max", .bytes, .info, since: "1.4.2", "largest item that is accepted (-I)"),
        StatisticField(
            .settings, "maxconns_fast", .yesNo, .info, since: "1.4.8",
            "yes = refuse with an error line, no = let clients queue"),
        StatisticField(
            .settings, "hashpower_init", .log2, .info, since: "1.4.8",
            "start size of the hash table, 0 = default 16"),
        StatisticField(.settings, "slab_reassign", .yesNo, .info, since: "1.4.11", "page moves allowed"),
        StatisticField(
            .settings, "slab_automove", .level, .info, since: "1.4.11",
            "moves pages between slab classes: 0 off, 1 normal, 2 aggressive"),
        StatisticField(
            .settings, "slab_automove_ratio", .ratio, .info, since: "1.4.38",
            "age ratio that triggers a page move"),
        StatisticField(.settings, "slab_automove_window", .windows, .info, since: "1.4.38", "averaging window"),
        StatisticField(
            .settings, "slab_chunk_max", .bytes, .info, since: "1.4.30",
            "largest chunk; larger items are chained"),
        StatisticField(
            .settings, "lru_crawler", .yesNo, .info, since: "1.4.18",
            "crawler on: metadump works only if yes"),
        StatisticField(.settings, "lru_crawler_sleep", .microseconds, .info, since: "1.4.18", "crawler pause"),
        StatisticField(
            .settings, "lru_crawler_tocrawl", .count, .info, since: "1.4.18",
            "items per class per run, 0 = no limit"),
        StatisticField(
            .settings, "tail_repair_time", .seconds, .info, since: "1.4.16",
            "age at which a leaked item is taken back, 0 = off"),
        StatisticField(.settings, "flush_enabled", .yesNo, .info, since: "1.4.17", "no = -F: flush_all is refused"),
        StatisticField(
            .settings, "dump_enabled", .yesNo, .info, since: "1.4.34",
            "no = -X: cachedump, metadump, mgdump refused (stats detail too since 1.6.37)"),
        StatisticField(
            .settings, "hash_algorithm", .string, .info, since: "1.4.18",
            "hash function of the hash table: murmur3, jenkins, xxh3"),
        StatisticField(.settings, "lru_maintainer_thread", .yesNo, .info, since: "1.4.23", "background LRU"),
        StatisticField(.settings, "lru_segmented", .yesNo, .info, since: "1.4.35", "HOT/WARM/COLD in use"),
        StatisticField(
            .settings, "hot_lru_pct", .percent, .info, since: "1.4.23", "share of a class that HOT may take"),
        StatisticField(
            .settings, "warm_lru_pct", .percent, .info, since: "1.4.23", "share of a class that WARM may take"),
        StatisticField(
            .settings, "hot_max_factor", .ratio, .info, since: "1.4.38",
            "HOT age limit as a part of COLD age"),
        StatisticField(
            .settings, "warm_max_factor", .ratio, .info, since: "1.4.35",
            "WARM age limit as a part of COLD age"),
        StatisticField(
            .settings, "temp_lru", .yesNo, .info, since: "1.4.35",
            "short-TTL items are kept apart and never evicted"),
        StatisticField(.settings, "temporary_ttl", .seconds, .info, since: "1.4.35", "TTL limit of the TEMP LRU"),
        StatisticField(
            .settings, "idle_timeout", .seconds, .info, since: "1.4.27",
            "0 = never; the check is coarse (a 2 s limit closed after 4 s)"),
        StatisticField(.settings, "watcher_logbuf_size", .bytes, .info, since: "1.4.27", "buffer per watcher"),
        StatisticField(.settings, "worker_logbuf_size", .bytes, .info, since: "1.4.27", "watch buffer per worker"),
        StatisticField(
            .settings, "read_buf_mem_limit", .bytes, .info, since: "1.6.0",
            "buffer memory limit, 0 = none (the option itself is in megabytes)"),
        StatisticField(.settings, "track_sizes", .yesNo, .info, since: "1.4.27", "stats sizes works"),
        StatisticField(.settings, "inline_ascii_response", .yesNo, .info, since: "1.4.35", "does nothing any more"),
        StatisticField(
            .settings, "drop_privileges", .yesNo, .info, since: "1.5.9",
            "seccomp or pledge (only where built in)"),
        StatisticField(
            .settings, "ext_item_size", .bytes, .info, since: "1.5.4",
            "items at least this large go to flash"),
        StatisticField(
            .settings, "ext_item_age", .seconds, .info, since: "1.5.4",
            "idle age at which items go to flash; 4294967295 = no limit"),
        StatisticField(.settings, "ext_low_ttl", .seconds, .info, since: "1.5.4", "short-TTL items are grouped"),
        StatisticField(.settings, "ext_recache_rate", .count, .info, since: "1.5.4", "one in N flash hits is recached"),
        StatisticField(.settings, "ext_wbuf_size", .bytes, .info, since: "1.5.4", "flash write buffer"),
        StatisticField(
            .settings, "ext_compact_under", .pages, .info, since: "1.5.4",
            "compact when fewer pages are free"),
        StatisticField(
            .settings, "ext_drop_under", .pages, .info, since: "1.5.4",
            "drop COLD items when fewer pages are free"),
        StatisticField(
            .settings, "ext_max_sleep", .microseconds, .info, since: "1.6.15",
            "longest sleep of flash threads"),
        StatisticField(.settings, "ext_max_frag", .ratio, .info, since: "1.5.4", "fragmentation tolerated"),
        StatisticField(.settings, "slab_automove_freeratio", .ratio, .info, since: "1.5.4", "memory kept free"),
        StatisticField(.settings, "ext_drop_unread", .yesNo, .info, since: "1.5.4", "compaction drops unread items"),
        StatisticField(
            .settings, "ssl_enabled", .yesNo, .info, since: "1.5.13", "yes = connections are encrypted (TLS)"),
        StatisticField(.settings, "ssl_chain_cert", .path, .info, since: "1.5.13", "certificate path, (null) = none"),
        StatisticField(.settings, "ssl_key", .path, .info, since: "1.5.13", "key path, (null) = none"),
        StatisticField(
            .settings, "ssl_verify_mode", .enumeration, .info, since: "1.5.13",
            "whether clients need a certificate: 0 none, 1 request, 2 require, 3 once"),
        StatisticField(
            .settings, "ssl_keyformat", .enumeration, .info, since: "1.5.13", "format of the key file: 1 PEM, 2 DER"),
        StatisticField(
            .settings, "ssl_ciphers", .string, .info, since: "1.5.13", "ciphers allowed for TLS, NULL = default"),
        StatisticField(
            .settings, "ssl_ca_cert", .path, .info, since: "1.5.13", "certificates that clients are checked against"),
        StatisticField(.settings, "ssl_wbuf_size", .bytes, .info, since: "1.5.13", "TLS write buffer"),
        StatisticField(.settings, "ssl_session_cache", .yesNo, .info, since: "1.6.3", "TLS sessions can be resumed"),
        StatisticField(
            .settings, "ssl_kernel_tls", .yesNo, .info, since: "1.6.16", "encryption is left to the kernel (kTLS)"),
        StatisticField(
            .settings, "ssl_min_version", .string, .info, since: "1.6.11",
            "oldest TLS accepted: tlsv1.0, tlsv1.1, tlsv1.2, tlsv1.3"),
        StatisticField(.settings, "proxy_enabled", .yesNo, .info, since: "1.6.15", "built-in proxy started"),
        StatisticField(.settings, "proxy_uring_enabled", .yesNo, .info, since: "1.6.15", "proxy io_uring"),
        StatisticField(
            .settings, "num_napi_ids", .count, .info, since: "1.6.9",
            "NAPI steering of connections to threads (-N); 1.6.18 prints (null)"),
        StatisticField(
            .settings, "memory_file", .path, .info, since: "1.6.9",
            "file that keeps the memory over a restart (-e), (null) = none"),
        StatisticField(
            .settings, "client_flags_size", .bytes, .info, since: "1.6.22",
            "size of the flags word: 4, or 8 when built with large client flags"),
    ]

    private static let items: [StatisticField] = [
        StatisticField(
            .items, "number", .count, .gauge, since: "1.2.0 or older",
            "items in the class, expired ones included"),
        StatisticField(.items, "number_hot", .count, .gauge, since: "1.4.23", "items in HOT"),
        StatisticField(.items, "number_warm", .count, .gauge, since: "1.4.23", "items in WARM"),
        StatisticField(
            .items, "number_cold", .count, .gauge, since: "1.4.23",
            "items in COLD (the only part stats cachedump shows)"),
        StatisticField(
            .items, "number_temp", .count, .gauge, since: "1.4.35",
            "items in TEMP (shown when temp_lru is on)"),
        StatisticField(.items, "age_hot", .seconds, .gauge, since: "1.4.35", "idle age of the HOT tail"),
        StatisticField(.items, "age_warm", .seconds, .gauge, since: "1.4.35", "idle age of the WARM tail"),
        StatisticField(
            .items, "age", .seconds, .gauge, since: "1.2.0 or older",
            "idle age of the COLD tail: how long an unread item lives in this class"),
        StatisticField(.items, "mem_requested", .bytes, .gauge, since: "1.4.1", "bytes items really need"),
        StatisticField(.items, "evicted", .count, .counter, since: "1.2.5", "items evicted"),
        StatisticField(.items, "evicted_nonzero", .count, .counter, since: "1.4.2", "of evicted, those with a TTL"),
        StatisticField(
            .items, "evicted_time", .seconds, .gauge, since: "1.2.7",
            "seconds between last access and eviction of the latest victim: small = hurting"),
        StatisticField(.items, "outofmemory", .count, .counter, since: "1.2.5", "stores failed for this class"),
        StatisticField(
            .items, "tailrepairs", .count, .counter, since: "1.2.7",
            "reference leaks repaired: report a bug if it grows"),
        StatisticField(.items, "reclaimed", .count, .counter, since: "1.4.5", "expired items reused"),
        StatisticField(.items, "expired_unfetched", .count, .counter, since: "1.4.8", "expired, never read"),
        StatisticField(.items, "evicted_unfetched", .count, .counter, since: "1.4.8", "evicted, never read"),
        StatisticField(.items, "evicted_active", .count, .counter, since: "1.4.34", "evicted though read recently"),
        StatisticField(.items, "crawler_reclaimed", .count, .counter, since: "1.4.18", "freed by the crawler"),
        StatisticField(.items, "crawler_items_checked", .count, .counter, since: "1.4.23", "looked at by the crawler"),
        StatisticField(.items, "lrutail_reflocked", .count, .counter, since: "1.4.21", "tail was locked"),
        StatisticField(.items, "moves_to_cold", .count, .counter, since: "1.4.23", "moved to COLD"),
        StatisticField(.items, "moves_to_warm", .count, .counter, since: "1.4.23", "moved to WARM"),
        StatisticField(.items, "moves_within_lru", .count, .counter, since: "1.4.23", "bumped in place"),
        StatisticField(.items, "direct_reclaims", .count, .counter, since: "1.4.23", "workers evicted by themselves"),
        StatisticField(.items, "hits_to_hot", .count, .counter, since: "1.4.37", "hits in HOT"),
        StatisticField(.items, "hits_to_warm", .count, .counter, since: "1.4.37", "hits in WARM"),
        StatisticField(.items, "hits_to_cold", .count, .counter, since: "1.4.37", "hits in COLD"),
        StatisticField(.items, "hits_to_temp", .count, .counter, since: "1.4.37", "hits in TEMP"),
    ]

    private static let slabs: [StatisticField] = [
        StatisticField(.slabs, "chunk_size", .bytes, .info, since: "1.2.0 or older", "chunk size of the class"),
        StatisticField(.slabs, "chunks_per_page", .count, .info, since: "1.2.0 or older", "chunks in one page"),
        StatisticField(.slabs, "total_pages", .pages, .gauge, since: "1.2.0 or older", "pages owned by the class"),
        StatisticField(.slabs, "total_chunks", .count, .gauge, since: "1.2.0 or older", "pages times chunks per page"),
        StatisticField(.slabs, "used_chunks", .count, .gauge, since: "1.2.0 or older", "chunks in use"),
        StatisticField(.slabs, "free_chunks", .count, .gauge, since: "1.2.0 or older", "chunks free"),
        StatisticField(.slabs, "free_chunks_end", .count, .gauge, since: "1.2.0 or older", "always 0 now"),
        StatisticField(.slabs, "get_hits", .count, .counter, since: "1.2.0 or older", "hits in the class"),
        StatisticField(.slabs, "cmd_set", .count, .counter, since: "1.2.0 or older", "stores into the class"),
        StatisticField(.slabs, "delete_hits", .count, .counter, since: "1.4.0", "deletes in the class"),
        StatisticField(.slabs, "incr_hits", .count, .counter, since: "1.4.0", "incr in the class"),
        StatisticField(.slabs, "decr_hits", .count, .counter, since: "1.4.0", "decr in the class"),
        StatisticField(.slabs, "cas_hits", .count, .counter, since: "1.4.0", "cas in the class"),
        StatisticField(.slabs, "cas_badval", .count, .counter, since: "1.4.0", "cas refused in the class"),
        StatisticField(.slabs, "touch_hits", .count, .counter, since: "1.4.8", "touch in the class"),
        StatisticField(
            .slabs, "active_slabs", .count, .gauge, since: "1.2.0 or older",
            "classes that own pages (a total, no class number)"),
        StatisticField(
            .slabs, "total_malloced", .bytes, .gauge, since: "1.2.0 or older",
            "memory taken for pages (a total, no class number)"),
    ]

    private static let sizes: [StatisticField] = [
        StatisticField(
            .sizes, "<size>", .count, .gauge, since: "1.2.1",
            "items whose size rounds up to <size>, in steps of 32 bytes"),
        StatisticField(.sizes, "sizes_status", .string, .info, since: "1.4.27", "disabled, enabled or error"),
        StatisticField(.sizes, "sizes_error", .string, .info, since: "1.4.27", "why tracking could not start"),
    ]

    private static let conns: [StatisticField] = [
        StatisticField(.conns, "UDP", .string, .info, since: "1.4.18", "present on UDP sockets only"),
        StatisticField(
            .conns, "addr", .address, .info, since: "1.4.18",
            "tcp:ip:port, tcp6:[ip]:port, udp:, unix:path, or ?:<AF 0> for unix clients"),
        StatisticField(.conns, "listen_addr", .address, .info, since: "1.5.17", "local address; absent on listeners"),
        StatisticField(
            .conns, "state", .enumeration, .gauge, since: "1.4.18",
            "connection state (conn_listening, conn_read, conn_nread, conn_watch, ...)"),
        StatisticField(
            .conns, "secs_since_last_cmd", .seconds, .gauge, since: "1.4.18",
            "idle time, or run time of the current command"),
        StatisticField(
            .conns, "resps_waiting", .count, .gauge, since: "1.6.27",
            "responses waiting for flash or proxy; shown only when above 0"),
    ]

    private static let extstore: [StatisticField] = [
        StatisticField(.extstore, "version", .id, .gauge, since: "1.5.4", "version of flash page N; 0 = unused"),
        StatisticField(.extstore, "bytes", .bytes, .gauge, since: "1.5.4", "live bytes in flash page N"),
        StatisticField(.extstore, "bucket", .id, .gauge, since: "1.5.4", "bucket of flash page N"),
        StatisticField(.extstore, "free_bucket", .id, .gauge, since: "1.6.25", "bucket the page returns to"),
    ]

    private static let proxy: [StatisticField] = [
        StatisticField(
            .proxy, "active_req_limit", .count, .info, since: "1.6.20",
            "limit of requests in flight, 0 = none"),
        StatisticField(
            .proxy, "buffer_memory_limit", .bytes, .info, since: "1.6.20",
            "limit of buffer memory, 0 = none"),
        StatisticField(.proxy, "buffer_memory_used", .bytes, .gauge, since: "1.6.20", "buffer memory in use"),
        StatisticField(.proxy, "vm_gc_runs", .count, .counter, since: "1.6.28", "Lua garbage collections"),
        StatisticField(.proxy, "vm_memory_kb", .kibibytes, .gauge, since: "1.6.28", "Lua memory"),
        StatisticField(.proxy, "user_<name>", .count, .counter, since: "1.6.13", "counters made by the configuration"),
        StatisticField(
            .proxy, "cmd_<command>", .count, .counter, since: "1.6.15",
            "requests per command, such as cmd_mg"),
    ]

    private static let proxyfuncs: [StatisticField] = [
        StatisticField(.proxyfuncs, "funcs_<name>", .count, .gauge, since: "1.6.23", "function generators alive"),
        StatisticField(.proxyfuncs, "slots_<name>", .count, .gauge, since: "1.6.23", "request slots of a function"),
    ]

    private static let proxybe: [StatisticField] = [
        StatisticField(
            .proxybe, "bad_<backend>", .count, .gauge, since: "1.6.27",
            "workers that hold this backend as bad; healthy backends are not listed")
    ]
}
