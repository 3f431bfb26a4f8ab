/// A request line of the protocol, read as far as a client must know to find the end of the reply.
package struct RawRequest: Hashable, Sendable {
    /// Why a line is not sent: requests and replies would no longer match, or the reply would never end.
    package enum Fault: Error, Hashable, Sendable {
        case key(Key.Fault)
        /// An argument of a storage command that the server could not read; it would then execute the value as
        /// commands. The range refers to the bytes that contain the line.
        case word(at: Range<Int>, what: String)
        /// An argument is missing.
        case incomplete(syntax: String)
        /// A command whose reply never ends.
        case endless(command: String)
    }

    /// The shape of the reply, if there is one.
    package var shape: ReplyShape
    /// The number of bytes of the value that follows, not counting its line end; nil if no value follows.
    package var valueBytes: Int?
    /// Whether the server may send no reply: `noreply`, or the flag `q`.
    package var isQuiet = false
    /// What `lru_crawler metadump` or `mgdump` lists. Their replies are read on a separate connection.
    package var dump: DumpContent?
    /// Which items are listed, as written in the line.
    package var dumpScope: [UInt8] = []

    /// Whether a line, without its end, is known to change nothing on the server. Subcommands must be complete: newer
    /// servers accept an abbreviation.
    package static func onlyReads(_ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let words = line.copy(range).split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        guard let command = words.first else { return true }
        let second = words.count > 1 ? words[1] : ""
        switch command {
        case "get", "gets", "bget", "me", "mn", "version", "quit": return true
        case "mg": return !words.dropFirst(2).contains { "NRTE".utf8.contains($0.utf8.first ?? 0) }
        case "stats":
            let groups = [
                "", "items", "slabs", "sizes", "settings", "conns", "extstore", "proxy", "proxyfuncs", "proxybe",
                "cachedump",
            ]
            return groups.contains(second) || words == ["stats", "detail", "dump"]
        case "lru_crawler": return second == "metadump" || second == "mgdump"
        case "config": return second == "get"
        default: return false
        }
    }

    /// Reads a line, without its terminator.
    package init(_ line: Span<UInt8>, _ range: Range<Int>) throws(Fault) {
        var words: [Range<Int>] = []
        words.reserveCapacity(8)
        var index = range.lowerBound
        while index < range.upperBound, words.count < 24 {
            while index < range.upperBound, line[index] == UInt8(ascii: " ") { index += 1 }
            let start = index
            while index < range.upperBound, line[index] != UInt8(ascii: " ") { index += 1 }
            if index > start { words.append(start..<index) }
        }
        guard let command = words.first else {
            shape = .line
            return
        }
        let last = words[words.count - 1]
        isQuiet = words.count > 1 && line.equals("noreply", in: last)
        func isCommand(_ names: StaticString...) -> Bool { names.contains { line.equals($0, in: command) } }

        if isCommand("set", "add", "replace", "append", "prepend", "cas") {
            shape = .storage
            valueBytes = try RawRequest.storage(line, words, hasToken: isCommand("cas"))
        } else if isCommand("ms") {
            shape = .metaStorage
            isQuiet = RawRequest.hasQuietFlag(line, words.dropFirst(3))
            valueBytes = try RawRequest.metaStorage(line, words)
        } else if isCommand("mg", "md", "ma") {
            shape = .meta
            isQuiet = RawRequest.hasQuietFlag(line, words.dropFirst(2))
        } else if isCommand("get", "gets", "gat", "gats", "bget") {
            let keys = words.count - (isCommand("gat", "gats") ? 2 : 1)
            shape = keys > 1 ? .values : .value
            isQuiet = false
        } else if isCommand("me") {
            // Here `noreply` is a key.
            shape = .line
            isQuiet = false
        } else if isCommand("stats") {
            // `stats sizes_enable` answers with one or two lines and no `END`.
            isQuiet =
                words.count > 1
                && (line.equals("sizes_enable", in: words[1]) || line.equals("sizes_disable", in: words[1]))
            shape = isQuiet ? .untilFence : .statistics
        } else if isCommand("quit", "shutdown") {
            shape = .close
        } else if isCommand("config") {
            shape = .configuration
        } else if isCommand("watch") {
            throw .endless(command: "watch")
        } else if isCommand("lru_crawler"), words.count == 3,
            line.equals("metadump", in: words[1]) || line.equals("mgdump", in: words[1])
        {
            shape = .line
            dump = line.equals("metadump", in: words[1]) ? .metadata : .keys
            dumpScope = line.copy(words[2])
        } else if isCommand(
            "delete", "touch", "incr", "decr", "version", "mn", "verbosity", "flush_all", "cache_memlimit", "slabs",
            "lru", "lru_crawler", "extstore", "refresh_certs")
        {
            shape = .line
        } else {
            shape = .anythingUntilFence
            isQuiet = true
        }
    }

    private static func storage(
        _ line: Span<UInt8>, _ words: [Range<Int>], hasToken: Bool
    ) throws(Fault) -> Int {
        guard words.count >= (hasToken ? 6 : 5) else {
            throw .incomplete(syntax: "KEY FLAGS EXPTIME BYTES" + (hasToken ? " CAS" : ""))
        }
        if let fault = Key.fault(in: line, words[1]) { throw .key(fault) }
        guard ASCIINumber.parseUnsigned(line, words[2]) != nil else {
            throw .word(at: words[2], what: "a flags word: a number")
        }
        guard ASCIINumber.parseSigned(line, words[3]) != nil else {
            throw .word(at: words[3], what: "an exptime: a number")
        }
        if hasToken, ASCIINumber.parseUnsigned(line, words[5]) == nil {
            throw .word(at: words[5], what: "a CAS token: a number of 64 bits")
        }
        return try length(line, words[4])
    }

    private static func metaStorage(_ line: Span<UInt8>, _ words: [Range<Int>]) throws(Fault) -> Int {
        guard words.count >= 3 else { throw .incomplete(syntax: "KEY BYTES FLAG…") }
        if let fault = Key.fault(in: line, words[1]) { throw .key(fault) }
        return try length(line, words[2])
    }

    /// The longest value: servers read a length as 31 bits, with space for the line end.
    package static let maximumValueBytes = 2_147_483_645

    private static func length(_ line: Span<UInt8>, _ word: Range<Int>) throws(Fault) -> Int {
        guard let length = ASCIINumber.parseUnsigned(line, word), length <= UInt64(maximumValueBytes) else {
            throw .word(at: word, what: "a length in bytes, up to \(maximumValueBytes)")
        }
        return Int(length)
    }

    private static func hasQuietFlag(_ line: Span<UInt8>, _ flags: ArraySlice<Range<Int>>) -> Bool {
        flags.contains { line.equals("q", in: $0) }
    }
}
