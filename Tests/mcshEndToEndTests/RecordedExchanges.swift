import TestSupport
import Testing

/// One request, and every byte that memcached 1.6.18 was observed to answer.
struct Exchange: CustomTestStringConvertible, Sendable {
    var name: String
    /// Options of the server beyond the usual ones.
    var arguments: [String]
    /// Requests that are sent first to the fresh server.
    var setup: [ByteString]
    var request: ByteString
    var reply: ByteString

    init(
        _ name: String, arguments: [String] = [], setup: [ByteString] = [], _ request: ByteString, _ reply: ByteString
    ) {
        self.name = name
        self.arguments = arguments
        self.setup = setup
        self.request = request
        self.reply = reply
    }

    var testDescription: String { name }
}

extension Exchange {
    /// Requests for which it is certain where their replies end.
    static let wellFormed: [Exchange] = [
        Exchange("version", "version\r\n", "VERSION 1.6.18\r\n"),
        Exchange("unknown-command", "bogus\r\n", "ERROR\r\n"),
        Exchange("uppercase-command", "GET a\r\n", "ERROR\r\n"),
        Exchange("empty-line", "\r\n", "ERROR\r\n"),
        Exchange("mn", "mn\r\n", "MN\r\n"),
        Exchange("set", "set a 0 0 5\r\nhello\r\n", "STORED\r\n"),
        Exchange("set-empty", "set a 0 0 0\r\n\r\n", "STORED\r\n"),
        Exchange("set-noreply-then-version", "set a 0 0 1 noreply\r\nx\r\nversion\r\n", "VERSION 1.6.18\r\n"),
        Exchange(
            "set-key-250",
            "set \(ByteString(repeating: UInt8(ascii: "k"), count: 250)) 0 0 1\r\nx\r\n",
            "STORED\r\n"),
        Exchange(
            "set-flags-max",
            setup: ["set f 4294967295 0 1\r\nx\r\n"],
            "get f\r\n",
            "VALUE f 4294967295 1\r\nx\r\nEND\r\n"),
        Exchange(
            "set-flags-2pow32-wraps",
            "set f 4294967297 0 1\r\nx\r\nget f\r\n",
            "STORED\r\nVALUE f 1 1\r\nx\r\nEND\r\n"),
        Exchange("set-exptime-negative", "set e 0 -1 1\r\nx\r\nget e\r\n", "STORED\r\nEND\r\n"),
        Exchange("set-exptime-30-days-plus-1", "set e 0 2592001 1\r\nx\r\nmg e t\r\n", "STORED\r\nEN\r\n"),
        Exchange("set-exptime-2pow32-is-forever", "set e 0 4294967296 1\r\nx\r\nmg e t\r\n", "STORED\r\nHD t-1\r\n"),
        Exchange("set-exptime-2pow31-is-past", "set e 0 2147483648 1\r\nx\r\nmg e t\r\n", "STORED\r\nEN\r\n"),
        Exchange("add", "add a 0 0 1\r\nx\r\n", "STORED\r\n"),
        Exchange("add-exists", setup: ["set a 0 0 1\r\nx\r\n"], "add a 0 0 1\r\nx\r\n", "NOT_STORED\r\n"),
        Exchange("replace", setup: ["set a 0 0 1\r\nx\r\n"], "replace a 0 0 1\r\ny\r\n", "STORED\r\n"),
        Exchange("replace-missing", "replace a 0 0 1\r\ny\r\n", "NOT_STORED\r\n"),
        Exchange(
            "append",
            setup: ["set a 7 0 1\r\nx\r\n"],
            "append a 9 9 1\r\ny\r\nmg a v f t\r\n",
            "STORED\r\nVA 2 f7 t-1\r\nxy\r\n"),
        Exchange("append-missing", "append a 0 0 1\r\ny\r\n", "NOT_STORED\r\n"),
        Exchange(
            "prepend",
            setup: ["set a 0 0 1\r\nx\r\n"],
            "prepend a 0 0 1\r\ny\r\nget a\r\n",
            "STORED\r\nVALUE a 0 2\r\nyx\r\nEND\r\n"),
        Exchange("prepend-missing", "prepend a 0 0 1\r\ny\r\n", "NOT_STORED\r\n"),
        Exchange("cas-stored", setup: ["set a 0 0 1\r\nx\r\n"], "cas a 0 0 1 1\r\ny\r\n", "STORED\r\n"),
        Exchange("cas-exists", setup: ["set a 0 0 1\r\nx\r\n"], "cas a 0 0 1 999\r\ny\r\n", "EXISTS\r\n"),
        Exchange("cas-not-found", "cas a 0 0 1 1\r\ny\r\n", "NOT_FOUND\r\n"),
        Exchange("get-miss", "get a\r\n", "END\r\n"),
        Exchange("get-hit", setup: ["set a 5 0 5\r\nhello\r\n"], "get a\r\n", "VALUE a 5 5\r\nhello\r\nEND\r\n"),
        Exchange(
            "get-multi",
            setup: ["set a 1 0 1\r\nx\r\n", "set c 2 0 2\r\nyz\r\n"],
            "get a b c\r\n",
            "VALUE a 1 1\r\nx\r\nVALUE c 2 2\r\nyz\r\nEND\r\n"),
        Exchange(
            "get-same-key-twice",
            setup: ["set a 0 0 1\r\nx\r\n"],
            "get a a\r\n",
            "VALUE a 0 1\r\nx\r\nVALUE a 0 1\r\nx\r\nEND\r\n"),
        Exchange("gets", setup: ["set a 5 0 5\r\nhello\r\n"], "gets a\r\n", "VALUE a 5 5 1\r\nhello\r\nEND\r\n"),
        Exchange(
            "gets-multi",
            setup: ["set a 5 0 1\r\nh\r\n", "set b 0 0 1\r\ni\r\n"],
            "gets a b\r\n",
            "VALUE a 5 1 1\r\nh\r\nVALUE b 0 1 2\r\ni\r\nEND\r\n"),
        Exchange("get-no-key", "get\r\n", "ERROR\r\n"),
        Exchange(
            "get-key-251",
            "get \(ByteString(repeating: UInt8(ascii: "k"), count: 251))\r\n",
            "CLIENT_ERROR bad command line format\r\n"),
        Exchange("get-utf8-key", setup: ["set ké 0 0 1\r\nx\r\n"], "get ké\r\n", "VALUE ké 0 1\r\nx\r\nEND\r\n"),
        Exchange("get-empty-value", setup: ["set a 0 0 0\r\n\r\n"], "get a\r\n", "VALUE a 0 0\r\n\r\nEND\r\n"),
        Exchange("bget", setup: ["set a 0 0 1\r\nx\r\n"], "bget a\r\n", "VALUE a 0 1\r\nx\r\nEND\r\n"),
        Exchange("gats", setup: ["set a 3 0 1\r\nx\r\n"], "gats 100 a b\r\n", "VALUE a 3 1 1\r\nx\r\nEND\r\n"),
        Exchange("gat-miss", "gat 100 a\r\n", "END\r\n"),
        Exchange("gat-bad-exptime", "gat abc a\r\n", "CLIENT_ERROR invalid exptime argument\r\n"),
        Exchange(
            "gat-negative-expires",
            setup: ["set a 0 0 1\r\nx\r\n"],
            "gat -1 a\r\nget a\r\n",
            "VALUE a 0 1\r\nx\r\nEND\r\nEND\r\n"),
        Exchange(
            "pipelined-get-get",
            setup: ["set b 0 0 1\r\nx\r\n"],
            "get a\r\nget b\r\n",
            "END\r\nVALUE b 0 1\r\nx\r\nEND\r\n"),
        Exchange("delete", setup: ["set a 0 0 1\r\nx\r\n"], "delete a\r\n", "DELETED\r\n"),
        Exchange("delete-miss", "delete a\r\n", "NOT_FOUND\r\n"),
        Exchange("delete-noreply", setup: ["set a 0 0 1\r\nx\r\n"], "delete a noreply\r\nget a\r\n", "END\r\n"),
        Exchange("delete-zero", setup: ["set a 0 0 1\r\nx\r\n"], "delete a 0\r\n", "DELETED\r\n"),
        Exchange(
            "delete-time",
            setup: ["set a 0 0 1\r\nx\r\n"],
            "delete a 5\r\n",
            "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n"),
        Exchange("delete-no-key", "delete\r\n", "ERROR\r\n"),
        Exchange("delete-four-keys", setup: ["set a 0 0 1\r\nx\r\n"], "delete a b c d\r\n", "ERROR\r\n"),
        Exchange(
            "delete-two-keys",
            setup: ["set a 0 0 1\r\nx\r\n"],
            "delete a b\r\n",
            "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n"),
        Exchange("touch-miss", "touch a 100\r\n", "NOT_FOUND\r\n"),
        Exchange(
            "touch-bad",
            setup: ["set a 0 0 1\r\nx\r\n"],
            "touch a abc\r\n",
            "CLIENT_ERROR invalid exptime argument\r\n"),
        Exchange("touch-missing-arg", "touch a\r\n", "ERROR\r\n"),
        Exchange("incr", setup: ["set n 0 0 2\r\n10\r\n"], "incr n 5\r\n", "15\r\n"),
        Exchange(
            "incr-grows",
            setup: ["set n 0 0 1\r\n9\r\n"],
            "incr n 1\r\nget n\r\n",
            "10\r\nVALUE n 0 2\r\n10\r\nEND\r\n"),
        Exchange(
            "incr-wraps",
            setup: ["set n 0 0 20\r\n18446744073709551615\r\n"],
            "incr n 1\r\nget n\r\n",
            "0\r\nVALUE n 0 20\r\n0                   \r\nEND\r\n"),
        Exchange("incr-miss", "incr n 1\r\n", "NOT_FOUND\r\n"),
        Exchange(
            "incr-text",
            setup: ["set n 0 0 3\r\nabc\r\n"],
            "incr n 1\r\n",
            "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"),
        Exchange(
            "incr-trailing-space-value",
            setup: ["set n 0 0 4\r\n12 3\r\n"],
            "incr n 1\r\nget n\r\n",
            "13\r\nVALUE n 0 4\r\n13  \r\nEND\r\n"),
        Exchange(
            "incr-bad-delta",
            setup: ["set n 0 0 1\r\n1\r\n"],
            "incr n abc\r\n",
            "CLIENT_ERROR invalid numeric delta argument\r\n"),
        Exchange(
            "incr-negative-delta",
            setup: ["set n 0 0 1\r\n1\r\n"],
            "incr n -1\r\n",
            "CLIENT_ERROR invalid numeric delta argument\r\n"),
        Exchange("incr-missing-delta", "incr n\r\n", "ERROR\r\n"),
        Exchange(
            "incr-noreply-error",
            setup: ["set n 0 0 3\r\nabc\r\n"],
            "incr n 1 noreply\r\nversion\r\n",
            "VERSION 1.6.18\r\n"),
        Exchange("decr", setup: ["set n 0 0 2\r\n10\r\n"], "decr n 3\r\n", "7\r\n"),
        Exchange(
            "decr-floor",
            setup: ["set n 0 0 2\r\n10\r\n"],
            "decr n 11\r\nget n\r\n",
            "0\r\nVALUE n 0 2\r\n0 \r\nEND\r\n"),
        Exchange(
            "decr-pads",
            setup: ["set n 0 0 3\r\n100\r\n"],
            "decr n 1\r\nget n\r\n",
            "99\r\nVALUE n 0 3\r\n99 \r\nEND\r\n"),
        Exchange("decr-miss", "decr n 1\r\n", "NOT_FOUND\r\n"),
        Exchange("mg-hit-no-flags", setup: ["set a 0 0 1\r\nx\r\n"], "mg a\r\n", "HD\r\n"),
        Exchange("mg-miss", "mg a v\r\n", "EN\r\n"),
        Exchange("mg-miss-k-O", "mg a v k O9\r\n", "EN ka O9\r\n"),
        Exchange("mg-miss-quiet", "mg a v q\r\nmn\r\n", "MN\r\n"),
        Exchange("mg-value", setup: ["set a 0 0 2\r\nhi\r\n"], "mg a v\r\n", "VA 2\r\nhi\r\n"),
        Exchange("mg-flag-order", setup: ["set a 7 0 2\r\nhi\r\n"], "mg a k O9 s f\r\n", "HD ka O9 s2 f7\r\n"),
        Exchange("mg-h-before-after", setup: ["set a 0 0 1\r\nx\r\n"], "mg a h\r\nmg a h\r\n", "HD h0\r\nHD h1\r\n"),
        Exchange("mg-u-no-bump", setup: ["set a 0 0 1\r\nx\r\n"], "mg a u h\r\nmg a h\r\n", "HD h0\r\nHD h0\r\n"),
        Exchange("mg-t-before-T", setup: ["set a 0 0 1\r\nx\r\n"], "mg a t T50\r\n", "HD t-1\r\n"),
        Exchange("mg-no-ttl", setup: ["set a 0 0 1\r\nx\r\n"], "mg a t\r\n", "HD t-1\r\n"),
        Exchange("mg-no-key", "mg\r\n", "ERROR\r\n"),
        Exchange("mg-bad-number", "mg a Tabc\r\n", "CLIENT_ERROR bad token in command line format\r\n"),
        Exchange(
            "mg-opaque-32",
            setup: ["set a 0 0 1\r\nx\r\n"],
            "mg a Oxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n",
            "HD Oxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"),
        Exchange(
            "mg-opaque-too-long",
            setup: ["set a 0 0 1\r\nx\r\n"],
            "mg a Oxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n",
            "CLIENT_ERROR opaque token too long\r\n"),
        Exchange(
            "mg-base64",
            setup: ["ms 44OG44K544OI 2 b\r\nhi\r\n"],
            "mg 44OG44K544OI b v k\r\n",
            "VA 2 k44OG44K544OI b\r\nhi\r\n"),
        Exchange("mg-base64-bad", "mg !!! b v\r\n", "CLIENT_ERROR error decoding key\r\n"),
        Exchange("mg-router-hints-ignored", setup: ["set a 0 0 1\r\nx\r\n"], "mg a P/x Lfoo v\r\n", "VA 1\r\nx\r\n"),
        Exchange("mg-E-flag-unsupported", "mg a N30 E5\r\n", "CLIENT_ERROR invalid flag\r\n"),
        Exchange(
            "mg-key-251",
            "mg \(ByteString(repeating: UInt8(ascii: "k"), count: 251)) v\r\n",
            "CLIENT_ERROR bad command line format\r\n"),
        Exchange("ms", "ms a 2\r\nhi\r\n", "HD\r\n"),
        Exchange("ms-return-c-k-O", "ms a 2 c k O77\r\nhi\r\n", "HD c1 ka O77\r\n"),
        Exchange("ms-quiet", "ms a 2 q\r\nhi\r\nmn\r\n", "MN\r\n"),
        Exchange("ms-mode-add-exists", setup: ["set a 0 0 1\r\nx\r\n"], "ms a 2 ME\r\nhi\r\n", "NS\r\n"),
        Exchange(
            "ms-mode-append",
            setup: ["set a 0 0 1\r\nx\r\n"],
            "ms a 2 MA\r\nhi\r\nmg a v\r\n",
            "HD\r\nVA 3\r\nxhi\r\n"),
        Exchange(
            "ms-mode-prepend",
            setup: ["set a 0 0 1\r\nx\r\n"],
            "ms a 2 MP\r\nhi\r\nmg a v\r\n",
            "HD\r\nVA 3\r\nhix\r\n"),
        Exchange("ms-mode-replace-missing", "ms a 2 MR\r\nhi\r\n", "NS\r\n"),
        Exchange("ms-append-missing", "ms a 2 MA\r\nhi\r\n", "NS\r\n"),
        Exchange("ms-append-vivify", "ms a 2 MA N60\r\nhi\r\n", "NS\r\n"),
        Exchange(
            "ms-mode-invalid", "ms a 2 MX\r\nhi\r\nmn\r\n", "CLIENT_ERROR invalid mode for ms M token\r\nMN\r\n"),
        Exchange(
            "ms-mode-long", "ms a 2 Mappend\r\nhi\r\nmn\r\n", "CLIENT_ERROR incorrect length for M token\r\nMN\r\n"),
        Exchange("ms-cas-match", setup: ["set a 0 0 1\r\nx\r\n"], "ms a 2 C1\r\nhi\r\n", "HD\r\n"),
        Exchange("ms-cas-mismatch", setup: ["set a 0 0 1\r\nx\r\n"], "ms a 2 C9\r\nhi\r\n", "EX\r\n"),
        Exchange("ms-cas-missing", "ms a 2 C9\r\nhi\r\n", "NF\r\n"),
        Exchange(
            "ms-invalidate-old-cas",
            setup: ["set a 0 0 3\r\nold\r\n", "md a I T60\r\n"],
            "ms a 3 C1 I T360 c\r\nnew\r\nmg a v\r\n",
            "HD c3\r\nVA 3 X W\r\nnew\r\n"),
        Exchange("ms-invalid-flag", "ms a 2 Z\r\nhi\r\nmn\r\n", "CLIENT_ERROR invalid flag\r\nMN\r\n"),
        Exchange(
            "ms-opaque-too-long",
            "ms a 2 Oxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\nhi\r\nmn\r\n",
            "CLIENT_ERROR opaque token too long\r\nMN\r\n"),
        Exchange("ms-base64-key", "ms YSBi 2 b\r\nhi\r\nmg YSBi b k v\r\n", "HD\r\nVA 2 kYSBi b\r\nhi\r\n"),
        Exchange("md", setup: ["set a 0 0 1\r\nx\r\n"], "md a\r\n", "HD\r\n"),
        Exchange("md-miss", "md a\r\n", "NF\r\n"),
        Exchange("md-quiet", setup: ["set a 0 0 1\r\nx\r\n"], "md a q\r\nmn\r\n", "MN\r\n"),
        Exchange("md-miss-quiet", "md a q\r\nmn\r\n", "NF\r\nMN\r\n"),
        Exchange("md-k-O", setup: ["set a 0 0 1\r\nx\r\n"], "md a k O5\r\n", "HD ka O5\r\n"),
        Exchange("md-cas-mismatch", setup: ["set a 0 0 1\r\nx\r\n"], "md a C9\r\n", "EX\r\n"),
        Exchange("md-stale", setup: ["set a 0 0 1\r\nx\r\n"], "md a I T30\r\n", "HD\r\n"),
        Exchange("md-bad-flag", "md a Z\r\n", "CLIENT_ERROR invalid or duplicate flag\r\n"),
        Exchange("ma-miss", "ma n\r\n", "NF\r\n"),
        Exchange("ma-vivify", "ma n N0 J13 v\r\nma n v\r\n", "VA 2\r\n13\r\nVA 2\r\n14\r\n"),
        Exchange(
            "ma-delta", setup: ["set n 0 0 1\r\n5\r\n"], "ma n D10 v t c k O1\r\n", "VA 2 t-1 c2 kn O1\r\n15\r\n"),
        Exchange("ma-decr", setup: ["set n 0 0 1\r\n5\r\n"], "ma n MD v\r\n", "VA 1\r\n4\r\n"),
        Exchange("ma-minus-floor", setup: ["set n 0 0 1\r\n5\r\n"], "ma n M- D10 v\r\n", "VA 1\r\n0\r\n"),
        Exchange(
            "ma-bad-mode",
            setup: ["set n 0 0 1\r\n5\r\n"],
            "ma n MX\r\n",
            "CLIENT_ERROR invalid mode for ma M token\r\n"),
        Exchange("ma-cas-mismatch", setup: ["set n 0 0 1\r\n5\r\n"], "ma n C9\r\n", "EX\r\n"),
        Exchange("ma-quiet", setup: ["set n 0 0 1\r\n5\r\n"], "ma n q\r\nmn\r\n", "MN\r\n"),
        Exchange("ma-miss-quiet", "ma n q\r\nmn\r\n", "NF\r\nMN\r\n"),
        Exchange(
            "ma-text",
            setup: ["set n 0 0 1\r\nx\r\n"],
            "ma n\r\n",
            "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"),
        Exchange(
            "ma-bad-delta",
            setup: ["set n 0 0 1\r\n5\r\n"],
            "ma n Dabc\r\n",
            "CLIENT_ERROR invalid or duplicate flag\r\n"),
        Exchange("ma-wrap", setup: ["set n 0 0 20\r\n18446744073709551615\r\n"], "ma n v\r\n", "VA 1\r\n0\r\n"),
        Exchange("me-miss", "me a\r\n", "EN\r\n"),
        Exchange("flush_all", "flush_all\r\n", "OK\r\n"),
        Exchange(
            "flush_all-delay",
            setup: ["set a 0 0 1\r\nx\r\n"],
            "flush_all 1000\r\nget a\r\n",
            "OK\r\nVALUE a 0 1\r\nx\r\nEND\r\n"),
        Exchange("flush_all-negative", "flush_all -1\r\n", "OK\r\n"),
        Exchange("flush_all-bad", "flush_all abc\r\n", "CLIENT_ERROR invalid exptime argument\r\n"),
        Exchange("flush_all-noreply", "flush_all noreply\r\nversion\r\n", "VERSION 1.6.18\r\n"),
        Exchange("flush_all-too-many", "flush_all 1 2 3\r\n", "ERROR\r\n"),
        Exchange("verbosity", "verbosity 0\r\n", "OK\r\n"),
        Exchange("verbosity-no-arg", "verbosity\r\n", "ERROR\r\n"),
        Exchange("verbosity-bad", "verbosity abc\r\n", "CLIENT_ERROR bad command line format\r\n"),
        Exchange("shutdown-disabled", "shutdown\r\n", "ERROR: shutdown not enabled\r\n"),
        Exchange("cache_memlimit", "cache_memlimit 128\r\n", "OK\r\n"),
        Exchange(
            "cache_memlimit-small",
            "cache_memlimit 5\r\n",
            "MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m\r\n"),
        Exchange(
            "cache_memlimit-bytes",
            "cache_memlimit 4000000000\r\n",
            "MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes\r\n"),
        Exchange("cache_memlimit-bad", "cache_memlimit abc\r\n", "ERROR\r\n"),
        Exchange("refresh_certs-no-tls", "refresh_certs\r\n", "Error TLS not enabled\r\n"),
        Exchange("lru-tune", "lru tune 10 25 0.1 2.0\r\n", "OK\r\n"),
        Exchange("lru-tune-over-80", "lru tune 50 50 0.1 2.0\r\n", "ERROR hot and warm pcts must not exceed 80\r\n"),
        Exchange(
            "lru-tune-zero-factor",
            "lru tune 10 20 0 2\r\n",
            "ERROR hot/warm age factors must be greater than 0\r\n"),
        Exchange("lru-mode-flat", "lru mode flat\r\n", "OK\r\n"),
        Exchange("lru-mode-segmented", "lru mode segmented\r\n", "OK\r\n"),
        Exchange("lru-mode-bad", "lru mode x\r\n", "ERROR\r\n"),
        Exchange("lru-temp_ttl", "lru temp_ttl 60\r\n", "OK\r\n"),
        Exchange("lru-temp_ttl-off", "lru temp_ttl -1\r\n", "OK\r\n"),
        Exchange("slabs-automove-1", "slabs automove 1\r\n", "OK\r\n"),
        Exchange("slabs-automove-3", "slabs automove 3\r\n", "ERROR\r\n"),
        Exchange("slabs-automove-ratio", "slabs automove ratio 0.7\r\n", "OK\r\n"),
        Exchange(
            "slabs-automove-window-unsupported",
            "slabs automove window 60\r\n",
            "CLIENT_ERROR bad command line format\r\n"),
        Exchange("slabs-reassign-nospare", "slabs reassign 1 2\r\n", "NOSPARE source class has no spare pages\r\n"),
        Exchange("slabs-reassign-same", "slabs reassign 1 1\r\n", "SAME src and dst class are identical\r\n"),
        Exchange("slabs-reassign-badclass", "slabs reassign 99 1\r\n", "BADCLASS invalid src or dst class id\r\n"),
        Exchange("slabs-reassign-bad", "slabs reassign a b\r\n", "CLIENT_ERROR bad command line format\r\n"),
        Exchange(
            "lru_crawler-enable-already", "lru_crawler enable\r\n", "ERROR failed to start lru crawler thread\r\n"),
        Exchange("lru_crawler-disable", "lru_crawler disable\r\n", "OK\r\n"),
        Exchange("lru_crawler-sleep", "lru_crawler sleep 100\r\n", "OK\r\n"),
        Exchange(
            "lru_crawler-sleep-too-long",
            "lru_crawler sleep 1000001\r\n",
            "CLIENT_ERROR sleep must be one second or less\r\n"),
        Exchange("lru_crawler-tocrawl", "lru_crawler tocrawl 0\r\n", "OK\r\n"),
        Exchange("lru_crawler-crawl-badclass", "lru_crawler crawl 0\r\n", "BADCLASS invalid class id\r\n"),
        Exchange("lru_crawler-crawl-64", "lru_crawler crawl 64\r\n", "BADCLASS invalid class id\r\n"),
        Exchange("lru_crawler-metadump-empty", "lru_crawler metadump all\r\n", "END\r\n"),
        Exchange("lru_crawler-mgdump-unsupported", "lru_crawler mgdump all\r\n", "ERROR\r\n"),
        Exchange("stats-items-empty", "stats items\r\n", "END\r\n"),
        Exchange("stats-sizes-disabled", "stats sizes\r\n", "STAT sizes_status disabled\r\nEND\r\n"),
        Exchange("stats-sizes_enable", "stats sizes_enable\r\n", "STAT sizes_status enabled\r\n"),
        Exchange("stats-sizes_disable", "stats sizes_disable\r\n", "STAT sizes_status disabled\r\n"),
        Exchange(
            "stats-sizes",
            setup: [
                "stats sizes_enable\r\n", "set a 0 0 1\r\nx\r\n",
                "set b 0 0 100\r\n\(ByteString(repeating: UInt8(ascii: "x"), count: 100))\r\n",
            ],
            "stats sizes\r\n",
            "STAT 64 1\r\nSTAT 160 1\r\nEND\r\n"),
        Exchange("stats-reset", "stats reset\r\n", "RESET\r\n"),
        Exchange("stats-detail", "stats detail\r\n", "CLIENT_ERROR usage: stats detail on|off|dump\r\n"),
        Exchange("stats-detail-on", "stats detail on\r\n", "OK\r\n"),
        Exchange(
            "stats-detail-dump",
            setup: [
                "stats detail on\r\n", "set user:1 0 0 1\r\nx\r\n", "get user:1\r\n", "get user:2\r\n",
                "delete user:1\r\n", "get nodelim\r\n",
            ],
            "stats detail dump\r\n",
            "PREFIX user get 2 hit 1 set 1 del 1\r\nEND\r\n"),
        Exchange("stats-detail-off", "stats detail off\r\n", "OK\r\n"),
        Exchange("stats-cachedump-no-args", "stats cachedump\r\n", "CLIENT_ERROR bad command line\r\n"),
        Exchange("stats-cachedump-bad-id", "stats cachedump 99 0\r\n", "CLIENT_ERROR Illegal slab id\r\n"),
        Exchange("stats-cachedump-bad", "stats cachedump a b\r\n", "CLIENT_ERROR bad command line format\r\n"),
        Exchange("stats-extstore-off", "stats extstore\r\n", "END\r\n"),
        Exchange("stats-unknown", "stats bogus\r\n", "ERROR\r\n"),
        Exchange(
            "restricted-flush_all",
            arguments: ["-X", "-F", "-W"],
            "flush_all\r\n",
            "CLIENT_ERROR flush_all not allowed\r\n"),
        Exchange(
            "restricted-cachedump",
            arguments: ["-X", "-F", "-W"],
            "stats cachedump 1 0\r\n",
            "CLIENT_ERROR stats cachedump not allowed\r\n"),
        Exchange(
            "shutdown-enabled-bad-mode",
            arguments: ["-A"],
            "shutdown bogus\r\n",
            "CLIENT_ERROR invalid shutdown mode\r\n"),
        Exchange(
            "no-cas-gets",
            arguments: ["-C"],
            setup: ["set a 0 0 1\r\nx\r\n"],
            "gets a\r\n",
            "VALUE a 0 1 0\r\nx\r\nEND\r\n"),
        Exchange(
            "no-cas-cas", arguments: ["-C"], setup: ["set a 0 0 1\r\nx\r\n"], "cas a 0 0 1 0\r\ny\r\n", "EXISTS\r\n"),
        Exchange(
            "no-cas-sizes_enable",
            arguments: ["-C"],
            "stats sizes_enable\r\n",
            "STAT sizes_status error\r\nSTAT sizes_error cas_support_disabled\r\n"),
        Exchange(
            "set-too-large",
            arguments: ["-I", "4096", "-o", "slab_chunk_max=2048"],
            "set big 0 0 4096\r\n\(ByteString(repeating: UInt8(ascii: "x"), count: 4096))\r\nversion\r\n",
            "SERVER_ERROR object too large for cache\r\nVERSION 1.6.18\r\n"),
        Exchange(
            "set-too-large-deletes-old",
            arguments: ["-I", "4096", "-o", "slab_chunk_max=2048"],
            setup: [
                "set big 0 0 1\r\nx\r\n",
                "set big 0 0 4096\r\n\(ByteString(repeating: UInt8(ascii: "x"), count: 4096))\r\n",
            ],
            "get big\r\n",
            "END\r\n"),
        Exchange(
            "add-too-large-keeps-old",
            arguments: ["-I", "4096", "-o", "slab_chunk_max=2048"],
            setup: [
                "set big 0 0 1\r\nx\r\n",
                "add big 0 0 4096\r\n\(ByteString(repeating: UInt8(ascii: "x"), count: 4096))\r\n",
            ],
            "get big\r\n",
            "VALUE big 0 1\r\nx\r\nEND\r\n"),
        Exchange(
            "append-over-limit",
            arguments: ["-I", "4096", "-o", "slab_chunk_max=2048"],
            setup: ["set a 0 0 2500\r\n\(ByteString(repeating: UInt8(ascii: "x"), count: 2500))\r\n"],
            "append a 0 0 2500\r\n\(ByteString(repeating: UInt8(ascii: "y"), count: 2500))\r\nmg a s\r\n",
            "NOT_STORED\r\nHD s2500\r\n"),
        Exchange(
            "ms-too-large",
            arguments: ["-I", "4096", "-o", "slab_chunk_max=2048"],
            "ms a 4096\r\n\(ByteString(repeating: UInt8(ascii: "x"), count: 4096))\r\nmn\r\n",
            "SERVER_ERROR object too large for cache\r\nMN\r\n"),
        Exchange(
            "ms-add-too-large-deletes-old",
            arguments: ["-I", "4096", "-o", "slab_chunk_max=2048"],
            setup: [
                "set big 0 0 1\r\nx\r\n",
                "ms big 4096 ME\r\n\(ByteString(repeating: UInt8(ascii: "x"), count: 4096))\r\n",
            ],
            "mg big v\r\n",
            "EN\r\n"),
        Exchange("stats-reset-then-total", "stats reset\r\nget a\r\n", "RESET\r\nEND\r\n"),
    ]

    /// Requests that servers misread: data taken for a command, lengths that wrap, truncated lines.
    static let malformed: [Exchange] = [
        Exchange(
            "line-2100-with-newline", "\(ByteString(repeating: UInt8(ascii: "x"), count: 2100))\r\n", "ERROR\r\n"),
        Exchange("set-fifth-token-not-noreply", "set a 0 0 1 foo\r\nx\r\n", "STORED\r\n"),
        Exchange("set-too-many-tokens", "set a 0 0 1 noreply extra\r\nx\r\n", "ERROR\r\nERROR\r\n"),
        Exchange("set-missing-args", "set a 0 0\r\n", "ERROR\r\n"),
        Exchange("set-negative-length", "set a 0 0 -1\r\n", "CLIENT_ERROR bad command line format\r\n"),
        Exchange("set-bad-length", "set a 0 0 abc\r\nx\r\n", "CLIENT_ERROR bad command line format\r\nERROR\r\n"),
        Exchange("set-length-2147483647", "set a 0 0 2147483647\r\n", "CLIENT_ERROR bad command line format\r\n"),
        Exchange(
            "set-bad-data-chunk",
            "set a 0 0 1\r\nxyz\r\nversion\r\n",
            "CLIENT_ERROR bad data chunk\r\nERROR\r\nVERSION 1.6.18\r\n"),
        Exchange(
            "set-key-251",
            "set \(ByteString(repeating: UInt8(ascii: "k"), count: 251)) 0 0 1\r\nx\r\nversion\r\n",
            "CLIENT_ERROR bad command line format\r\nERROR\r\nVERSION 1.6.18\r\n"),
        Exchange("set-flags-negative", "set f -1 0 1\r\nx\r\n", "CLIENT_ERROR bad command line format\r\nERROR\r\n"),
        Exchange(
            "set-exptime-not-number", "set e 0 abc 1\r\nx\r\n", "CLIENT_ERROR bad command line format\r\nERROR\r\n"),
        Exchange("set-noreply-error-still-two-lines", "set a abc 0 1 noreply\r\nx\r\n", "ERROR\r\n"),
        Exchange("unknown-command-noreply", "bogus noreply\r\n", "ERROR\r\n"),
        Exchange("cas-bad-token", "cas a 0 0 1 abc\r\ny\r\n", "CLIENT_ERROR bad command line format\r\nERROR\r\n"),
        Exchange("cas-missing-token", "cas a 0 0 1\r\ny\r\n", "ERROR\r\nERROR\r\n"),
        Exchange(
            "cas-overflow",
            "cas a 0 0 1 18446744073709551616\r\ny\r\n",
            "CLIENT_ERROR bad command line format\r\nERROR\r\n"),
        Exchange(
            "get-good-then-251",
            setup: ["set a 0 0 1\r\nx\r\n"],
            "get a \(ByteString(repeating: UInt8(ascii: "k"), count: 251))\r\n",
            "CLIENT_ERROR bad command line format\r\n"),
        Exchange("gat-no-key", "gat 100\r\n", "END\r\n"),
        Exchange("mg-duplicate-flag", "mg a v v\r\n", "CLIENT_ERROR duplicate flag\r\n"),
        Exchange(
            "mg-too-many-flags",
            "mg a b c f h k l q s t u v O N R T P L I M F D\r\n",
            "CLIENT_ERROR options flags are too long\r\n"),
        Exchange("ms-bad-chunk", "ms a 2\r\nhix\r\nmn\r\n", "CLIENT_ERROR bad data chunk\r\nERROR\r\nMN\r\n"),
        Exchange(
            "ms-bad-length", "ms a abc\r\nhi\r\nmn\r\n", "CLIENT_ERROR bad command line format\r\nERROR\r\nMN\r\n"),
        Exchange(
            "ms-old-S-syntax", "ms a S2\r\nhi\r\nmn\r\n", "CLIENT_ERROR bad command line format\r\nERROR\r\nMN\r\n"),
        Exchange("ms-no-length", "ms a\r\n", "CLIENT_ERROR bad command line format\r\n"),
        Exchange("ms-quiet-error-still-shown", "ms a 2 q Z\r\nhi\r\nmn\r\n", "CLIENT_ERROR invalid flag\r\nMN\r\n"),
        Exchange(
            "ms-key-251",
            "ms \(ByteString(repeating: UInt8(ascii: "k"), count: 251)) 2\r\nhi\r\nmn\r\n",
            "CLIENT_ERROR bad command line format\r\nERROR\r\nMN\r\n"),
        Exchange("me-no-key", "me\r\n", "CLIENT_ERROR bad command line format\r\n"),
        Exchange(
            "binary-vivified-key-response-splitting",
            setup: ["mg bWd2DQpFTkQ= b N30\r\n"],
            "mg bWd2DQpFTkQ= b k\r\n",
            "HD kmgv\r\nEND Z\r\n"),
        Exchange("config-get-cluster", "config get cluster\r\n", "ERROR\r\n"),
        Exchange("lru_crawler-metadump-badclass", "lru_crawler metadump 0\r\n", "BADCLASS invalid class id\r\n"),
        Exchange("lru_crawler-metadump-no-arg", "lru_crawler metadump\r\n", "ERROR\r\n"),
        Exchange(
            "lru_crawler-metadump-pipelined",
            "version\r\nlru_crawler metadump all\r\n",
            "VERSION 1.6.18\r\nERROR cannot pipeline other commands before metadump\r\n"),
        Exchange("extstore-item_size", "extstore item_size 512\r\n", "OK\r\n"),
        Exchange(
            "set-too-large-noreply",
            arguments: ["-I", "4096", "-o", "slab_chunk_max=2048"],
            "set big 0 0 4096 noreply\r\n\(ByteString(repeating: UInt8(ascii: "x"), count: 4096))\r\nversion\r\n",
            "VERSION 1.6.18\r\n"),
        Exchange(
            "ms-too-large-quiet",
            arguments: ["-I", "4096", "-o", "slab_chunk_max=2048"],
            "ms a 4096 q\r\n\(ByteString(repeating: UInt8(ascii: "x"), count: 4096))\r\nmn\r\n",
            "SERVER_ERROR object too large for cache\r\nMN\r\n"),
        Exchange(
            "set-length-2pow32-plus-1",
            "set e 0 0 4294967297\r\nx\r\nget e\r\n",
            "STORED\r\nVALUE e 0 1\r\nx\r\nEND\r\n"),
    ]
}
