import MemcacheCore

/// `keys`: the keys of all servers, from the listings of their items.
struct Keys: OperationCommand {
    static let command = CommandDescription(
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
            .init(name: "--limit", argument: "N", summary: "end after this many keys, on all servers together"),
            .init(
                name: "--long", argument: nil,
                summary: "with each key: when it expires, when it was moved, CAS, fetched or not, slab class, size"),
            .init(name: "--class", argument: "ID,…", summary: "only items of these slab classes"),
        ],
        summary: "list the keys that the servers have",
        details: """
            GLOB and --regex look at the bytes of the decoded key, after the pool's prefix; where both are given, both \
            must match. An extended regular expression has no \\d: write [0-9] or [[:digit:]]. All servers begin at once, \
            and are listed one after another; with several, every line says which, but for those of raw output. A server \
            that cannot be reached is reported, and the others are listed.
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
        wireForm: "stats and stats settings, then lru_crawler metadump hash")
    static let presence = Presence.streamed
    static let readsListings = true

    let query: KeysQuery
    private let prefix: [UInt8]

    init(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: borrowing RequestBuilder
    ) throws(Diagnostic) {
        query = try KeysQuery(arguments, bytes, builder)
        prefix = builder.prefix
    }

    func run(on fleet: Fleet, to output: inout OperationOutput) async throws(MemcacheError) {
        var listing = KeyListing(
            query, prefix: prefix,
            rows: ItemRows(
                output.format, isLong: query.isLong, style: output.presentation.style,
                servers: fleet.isPool ? fleet.names : []),
            keptCount: output.host.isPrompt ? SeenKeys.maximumCount : 0)
        let catcher = output.catchInterrupt()
        let walks = await output.openWalks(of: fleet, for: Self.name, slabClasses: query.slabClasses)
        let isChoosy = query.isChoosy || !prefix.isEmpty
        let progress = output.walkProgress(over: walks, isChoosy: isChoosy)
        let sink = output.sink
        var isComplete = walks.count == fleet.servers.count
        for walk in walks where !listing.isFull && !sink.hasFailed && !Blocking.isCancelled {
            listing.begin(server: walk.server.description, now: walk.now)
            let isRead = await output.read(walk, progress) { lines in
                let ending = listing.take(lines)
                progress?.set(done: listing.seen, found: listing.matched)
                listing.withRows { Self.write($0, to: sink, progress) }
                return ending
            }
            if !isRead { isComplete = false }
        }
        let wasOnScreen = progress?.end() ?? false
        for key in listing.kept { output.host.remember(key: key) }
        let summary = KeysSummary(
            seen: listing.seen, matched: listing.matched, itemBytes: query.isLong ? listing.itemBytes : nil,
            servers: walks.count, patterns: query.patterns.map { EscapedText.string($0) }, isFull: listing.isFull)
        let isCaught = catcher?.end() ?? false
        if isCaught || output.isInterrupted {
            // Output held for a pager must not be lost when the program ends.
            if isCaught { sink.endPaging() }
            output.reportInterrupt(summary.cancelledText, isAfterMark: !wasOnScreen)
            if isCaught { InterruptCatcher.endByInterrupt() }
            return
        }
        if !walks.isEmpty {
            listing.end()
            listing.withRows { sink.write($0) }
        }
        if listing.matched == 0, isComplete { output.note(.negative) }
        if output.format == .human, !walks.isEmpty, !output.isQuiet {
            output.write(lines: [output.presentation.style(summary.text, .dim)])
        }
        if listing.isFull || sink.hasFailed, !output.host.isPrompt { await ItemWalk.finish(walks) }
    }

    private static func write(_ rows: [UInt8], to sink: OutputSink, _ progress: Progress?) {
        guard let progress, sink.destination == .terminal else { return sink.write(rows) }
        progress.aside { sink.write(rows) }
        // From here on the pager has the screen.
        if sink.destination == .pager { progress.end() }
    }
}
