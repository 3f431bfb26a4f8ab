/// Replies that look like memcached's, with numbers and lengths at which a reader may fail.
struct RandomReply {
    /// The keys that a case requests; replies contain mostly these.
    static let keys = ["a", "bb", "user:1"]

    static let statisticNames = [
        "pid", "uptime", "time", "version", "curr_items", "total_items", "bytes", "limit_maxbytes", "evictions",
        "get_hits", "get_misses", "cmd_get", "cmd_set", "cmd_touch", "curr_connections", "max_connections",
        "rejected_connections", "total_connections", "threads", "rusage_user", "rusage_system", "hash_bytes",
        "hash_power_level", "expired_unfetched", "evicted_unfetched", "bytes_read", "bytes_written",
        "time_in_listen_disabled_us", "listen_disabled_num", "conn_yields", "slab_global_page_pool", "oldest",
        "item_size_max", "maxbytes", "maxconns", "growth_factor", "chunk_size", "items:1:number", "items:1:age",
        "items:1:evicted", "items:1:evicted_time", "items:63:mem_requested", "items:1:number_hot", "1:chunk_size",
        "1:chunks_per_page", "1:total_pages", "1:total_chunks", "1:used_chunks", "1:free_chunks", "1:mem_requested",
        "1:get_hits", "active_slabs", "total_malloced", "96", "192", "18446744073709551615", "sizes_status",
        "26:addr", "26:state", "26:secs_since_last_cmd", "extstore_bytes_used", "extstore_limit_maxbytes",
        "extstore_page_count", "extstore_page_size", "0:version", "0:bytes", "client_flags_size", "tail_repairs",
    ]

    private static let words: [String] = [
        "STORED", "NOT_STORED", "EXISTS", "NOT_FOUND", "DELETED", "TOUCHED", "OK", "RESET", "END", "MN", "EN", "NF",
        "NS", "EX", "HD", "VERSION 1.6.18", "VERSION", "ERROR", "CLIENT_ERROR bad data chunk", "SERVER_ERROR x",
        "BUSY", "", "HTTP/1.1 200 OK", "QF",
    ]

    var random: SplitMix

    /// Some lines and blocks, usually with an end.
    mutating func bytes() -> [UInt8] {
        var text: [UInt8] = []
        for _ in 0..<1 + random.below(5) { text += line() }
        if random.below(3) > 0 {
            text += Array(random.pick(["END\r\n", "END\r\n", "VERSION 1.6.18\r\n", "\r\n"]).utf8)
        }
        if random.below(20) == 0, !text.isEmpty { text[random.below(text.count)] = UInt8(random.below(256)) }
        return text
    }

    private mutating func line() -> [UInt8] {
        switch random.below(10) {
        case 0: return Array((random.pick(Self.words) + "\r\n").utf8)
        case 1: return Array((random.extremeNumber() + "\r\n").utf8)
        case 2, 3: return value()
        case 4: return meta()
        case 5, 6:
            return Array("STAT \(random.pick(Self.statisticNames)) \(statisticValue())\r\n".utf8)
        case 7: return Array("ITEM \(key()) [\(random.extremeNumber()) b; \(random.extremeNumber()) s]\r\n".utf8)
        case 8:
            let numbers = (0..<4).map { _ in random.extremeNumber() }
            return Array(
                "PREFIX \(key()) get \(numbers[0]) hit \(numbers[1]) set \(numbers[2]) del \(numbers[3])\r\n".utf8)
        default:
            switch random.below(3) {
            case 0: return Array("VERSION \(random.extremeNumber()).\(random.extremeNumber())\r\n".utf8)
            case 1:
                return Array(
                    ("ME \(key()) exp=\(random.extremeNumber()) la=\(random.extremeNumber()) cas=\(random.extremeNumber()) "
                        + "fetch=yes cls=\(random.extremeNumber()) size=\(random.extremeNumber())\r\n").utf8)
            default:
                return Array(
                    ("CONFIG cluster \(random.extremeNumber()) \(random.extremeNumber())\r\n\(random.extremeNumber())\n"
                        + "host|10.0.0.1|\(random.extremeNumber())\n\r\n").utf8)
            }
        }
    }

    private mutating func statisticValue() -> String {
        switch random.below(6) {
        case 0: return random.extremeNumber() + "." + random.extremeNumber()
        case 1: return random.pick(["yes", "no", "(null)", "nan", "inf", "1e400", "-0", "0.0", "tcp:127.0.0.1:1", ""])
        default: return random.extremeNumber()
        }
    }

    private mutating func key() -> String { random.pick(Self.keys + ["other", ""]) }

    private mutating func value() -> [UInt8] {
        let body = random.bytes(count: random.below(12))
        let length = random.below(6) == 0 ? random.extremeNumber() : String(body.count)
        var line = "VALUE \(key()) \(random.extremeNumber()) \(length)"
        if random.below(2) == 0 { line += " " + random.extremeNumber() }
        return Array((line + "\r\n").utf8) + body + Array("\r\n".utf8)
    }

    private mutating func meta() -> [UInt8] {
        let body = random.bytes(count: random.below(12))
        let length = random.below(6) == 0 ? random.extremeNumber() : String(body.count)
        let hasValue = random.below(2) == 0
        var line = hasValue ? "VA " + length : random.pick(["HD", "EN", "NF", "NS", "EX"])
        for letter in ["t", "f", "c", "s", "h", "l", "k", "O", "W", "X", "Z", "N", "b", "n"] where random.below(3) == 0
        {
            line += " " + letter + (random.below(8) == 0 ? "" : random.extremeNumber())
        }
        return Array((line + "\r\n").utf8) + (hasValue ? body + Array("\r\n".utf8) : [])
    }
}
