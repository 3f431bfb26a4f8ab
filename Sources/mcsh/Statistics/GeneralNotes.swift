/// The note beside a number of the general statistics: its share of something, or how often it happens.
struct GeneralNotes {
    private let reading: StatisticsReading

    init(_ reading: StatisticsReading) {
        self.reading = reading
    }

    /// - Parameter wasReset: Whether the counters were reset, so that their period is unknown.
    func note(for name: String, wasReset: Bool = false) -> String? {
        if let share = Self.shares[name] {
            let wholes = share.wholes.compactMap(reading.amount)
            guard let part = reading.amount(name), wholes.count == share.wholes.count,
                let percentage = HumanUnits.percentage(part, of: wholes.reduce(0, +))
            else { return nil }
            return "\(percentage) of \(share.label)"
        }
        switch name {
        case "hash_power_level":
            guard let power = reading.number(name), power < 64 else { return nil }
            return HumanUnits.count(1 << power) + " buckets"
        case "curr_items":
            guard let items = reading.number(name), let bytes = reading.number("bytes"), items > 0 else { return nil }
            return HumanUnits.bytes(bytes / items) + " on average"
        case "bytes_read", "bytes_written":
            guard !wasReset, let bytes = reading.amount(name), let uptime = reading.amount("uptime") else { return nil }
            return HumanUnits.bandwidth(bytes: bytes, seconds: uptime)
        case "rusage_user", "rusage_system":
            guard let used = reading.amount(name), let uptime = reading.amount("uptime") else { return nil }
            return HumanUnits.percentage(used, of: uptime).map { $0 + " of one CPU" }
        case "reserved_fds":
            return "not for clients"
        case "hash_bytes":
            return "outside -m"
        case "pid", "version", "libevent", "pointer_size", "curr_connections", "connection_structures":
            return ""
        default:
            return nil
        }
    }

    /// How often a counter grows, on average since the server started.
    func rate(of field: StatisticField?, _ value: [UInt8]) -> String? {
        guard let field, field.kind == .counter, field.unit == .count,
            let number = StatisticsReading.amount(value), let uptime = reading.amount("uptime")
        else { return nil }
        return HumanUnits.rate(number, seconds: uptime)
    }

    private static let shares: [String: (wholes: [String], label: String)] = [
        "get_hits": (["get_hits", "get_misses"], "gets"),
        "get_misses": (["get_hits", "get_misses"], "gets"),
        "get_expired": (["get_misses"], "misses"),
        "get_flushed": (["get_misses"], "misses"),
        "get_extstore": (["get_hits"], "hits"),
        "miss_from_extstore": (["get_misses"], "misses"),
        "touch_hits": (["touch_hits", "touch_misses"], "touches"),
        "touch_misses": (["touch_hits", "touch_misses"], "touches"),
        "delete_hits": (["delete_hits", "delete_misses"], "deletes"),
        "delete_misses": (["delete_hits", "delete_misses"], "deletes"),
        "incr_hits": (["incr_hits", "incr_misses"], "incrs"),
        "incr_misses": (["incr_hits", "incr_misses"], "incrs"),
        "decr_hits": (["decr_hits", "decr_misses"], "decrs"),
        "decr_misses": (["decr_hits", "decr_misses"], "decrs"),
        "cas_hits": (["cas_hits", "cas_misses", "cas_badval"], "cas"),
        "cas_misses": (["cas_hits", "cas_misses", "cas_badval"], "cas"),
        "cas_badval": (["cas_hits", "cas_misses", "cas_badval"], "cas"),
        "bytes": (["limit_maxbytes"], "the limit"),
        "evicted_active": (["evictions"], "evictions"),
        "evicted_unfetched": (["evictions"], "evictions"),
        "expired_unfetched": (["total_items"], "stored"),
        "evictions": (["total_items"], "stored"),
        "direct_reclaims": (["total_items"], "stored"),
        "reclaimed": (["total_items"], "stored"),
        "read_buf_bytes_free": (["read_buf_bytes"], "buffers"),
        "crawler_reclaimed": (["crawler_items_checked"], "checked"),
        "auth_errors": (["auth_cmds"], "logins"),
        "extstore_bytes_used": (["extstore_limit_maxbytes"], "flash"),
        "extstore_bytes_fragmented": (["extstore_bytes_used"], "used"),
    ]
}
