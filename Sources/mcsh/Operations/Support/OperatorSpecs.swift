/// The operator's tools.
enum OperatorSpecs {
    static let all = [keys]

    static let keys = CommandSpec(
        name: "keys", group: .operate,
        parameters: [
            .init(
                name: "GLOB", kind: .word, isOptional: true,
                meaning: "which keys: * any bytes, ? one byte, [a-z] one of some; in quotes for a calling shell")
        ],
        options: [
            .init(
                name: "--regex", argument: "PATTERN",
                summary: "only keys in which this extended regular expression is found; ^ and $ are their ends"),
            .init(name: "--limit", argument: "N", summary: "end after so many keys, of all servers together"),
            .init(
                name: "--long", argument: nil,
                summary: "with each key: when it expires, when it was moved, CAS, fetched or not, slab class, size"),
            .init(name: "--class", argument: "ID,…", summary: "only items of these slab classes"),
        ],
        summary: "list the keys that the servers have",
        details: """
            GLOB and --regex look at the bytes of the decoded key, behind the pool's prefix; where both are given, both \
            must match. An extended regular expression has no \\d: write [0-9] or [[:digit:]]. All servers begin at once, \
            and are listed one after another; with several, every line says which, but for those of raw output. A server \
            that cannot be reached is told about, and the others are listed.
            From memcached 1.6.9 on the hash table is walked, and every key that is there from beginning to end is listed \
            once. Older servers walk their LRU lists, which passes over items that are busy: a note says so. The status is \
            1 where nothing matches. Long listings show progress on a terminal, unless the output goes into a pipe; \
            Ctrl-C ends it; Ctrl-Z is held back until the list is read.
            --long shows when an item was stored or last moved in its LRU: that is not when it was last read, for a read \
            moves an item at most once a minute. Fetched says whether it was read at all.
            """,
        examples: [
            .init(line: "keys \"user:*\"", meaning: "every key that begins so"),
            .init(line: "keys --long --limit 20", meaning: "what is in there?"),
            .init(line: "keys --regex \"^s:[0-9]+$\" --json", meaning: "an object a line"),
        ],
        cost: """
            The server walks every item, whatever the patterns, and locks them one by one; it does one walk at a time. \
            mcsh reads at full speed into a private file, so that slow output cannot stall it. While another walk runs, \
            or the hash table grows, it waits for up to 30 seconds. --limit ends the list, not the server's walk.
            """,
        wireForm: "stats and stats settings, then lru_crawler metadump hash"
    ) { arguments, bytes, builder throws(Diagnostic) in
        .local(.keys(try KeysQuery(arguments, bytes, builder), arguments.format ?? builder.format))
    }
}
