import MemcacheCore

/// The server's crawler, which also lists items.
enum CrawlerSpecs {
    static let crawler = CommandSpec(
        name: "lru_crawler", group: .server,
        parameters: [
            .init(
                name: "enable|disable|sleep|tocrawl|crawl|metadump|mgdump", kind: .word,
                choices: .words([
                    .init("enable", "let the crawler run"), .init("disable", "stop the crawler"),
                    .init("sleep", "microseconds between two items"), .init("tocrawl", "items of a class in one run"),
                    .init("crawl", "look for expired items now"), .init("metadump", "a line for every item"),
                    .init("mgdump", "keys as mg commands"),
                ])),
            .init(
                name: "ARG", kind: .word, isOptional: true,
                choices: .words([
                    .init("all", "every class", follows: "metadump"),
                    .init("hash", "in hash order", follows: "metadump"),
                    .init("all", "every class", follows: "mgdump"), .init("hash", "in hash order", follows: "mgdump"),
                    .init("all", "every class", follows: "crawl"),
                ]), meaning: "slab classes with commas between them, a word, or a number"),
        ],
        summary: "run the crawler, or dump keys with it",
        details: """
            crawl ID,…|all looks for expired items. metadump ID,…|all|hash prints a line for every item; mgdump prints \
            keys as mg commands (memcached 1.6.19). A dump is read at full speed into a private file when the output is \
            slower, and is not begun while another runs. sleep MICROSECONDS, tocrawl ITEMS, enable and disable set the \
            crawler up.
            """,
        examples: [.init(line: "lru_crawler metadump all", meaning: "every item the server knows")],
        cost: """
            metadump and mgdump walk every item and lock them one by one, hash bucket by bucket; the server runs one \
            at a time, and one that nobody reads can freeze it, so mcsh reads at full speed. sleep 0 takes a whole \
            core.
            """,
        loss: """
            enable, disable, sleep, tocrawl and crawl are asked about; without the crawler, items that have expired \
            keep their memory.
            """,
        wireForm: "lru_crawler …"
    ) { arguments, bytes, builder throws(Diagnostic) in
        if let request = try request(arguments, bytes) {
            return .operation(ListItems(request), arguments.format ?? builder.format)
        }
        return try AdministrationPlanning.crawler(arguments, bytes, builder)
    }

    /// The listing that the words ask for; nil for other words.
    private static func request(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>
    ) throws(Diagnostic) -> ListingRequest? {
        let words = AdministrationPlanning.texts(arguments, bytes)
        guard ["metadump", "mgdump"].contains(words[0]), words.count <= 2 else { return nil }
        let scope = try AdministrationPlanning.checked(at: arguments.words[words.count - 1]) {
            () throws(MemcacheError) in
            try CrawlScope(words.count > 1 ? words[1] : "all")
        }
        return ListingRequest(words[0] == "mgdump" ? .keys : .metadata, scope)
    }
}
