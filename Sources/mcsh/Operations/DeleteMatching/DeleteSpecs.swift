import MemcacheCore

/// Deletion of items, by key or by pattern.
enum DeleteSpecs {
    static let delete = CommandSpec(
        name: "delete", group: .write,
        parameters: [.init(name: "KEY", kind: .key, isOptional: true, isRepeated: true)],
        options: [
            .hash, .noreply,
            .init(
                name: "--match", kind: .value("GLOB"),
                summary: "delete the keys that match, after listing and asking",
                replacesWords: "delete takes keys or --match"),
        ],
        summary: "delete items",
        details: """
            With --match, the server's keys are listed as keys does (lru_crawler metadump), those that match are counted \
            and shown, and are deleted when that is confirmed: at a terminal by answering, otherwise with -y.
            """,
        examples: [
            .init(line: "delete user:42 user:43", meaning: "two keys, one round trip"),
            .init(line: "delete --match \"user:*\"", meaning: "shows what would be deleted, then asks"),
        ],
        cost: """
            One request for each key, all sent together; O(1) for each. --match walks every item of the server first, \
            as lru_crawler metadump does.
            """,
        loss: "What is deleted cannot be brought back. --match says how many keys it has found, and asks.",
        wireForm: "delete KEY", danger: .writes
    ) { arguments, bytes, builder throws(Diagnostic) in
        if let match = arguments.word(of: "--match") {
            return .operation(
                DeleteMatching(bytes.copy(match.range), prefix: builder.prefix), arguments.format ?? builder.format)
        }
        guard let last = arguments.words.last else {
            throw Diagnostic(
                "missing KEY: delete KEY… or delete --match GLOB", at: arguments.end..<arguments.end)
        }
        if arguments.words.count > 1, !last.isQuoted, bytes.equals("noreply", in: last.range) {
            throw Diagnostic(
                "noreply is how the protocol writes it", at: last,
                suggestion: "write --noreply, or \"noreply\" in quotes for a key of that name")
        }
        let noreply = arguments.noreply
        try builder.forEachKey(arguments.words[...], "delete", .deletion, .line, arguments, bytes) { request, key in
            request.delete(key, noreply: noreply)
            return 7
        }
        return .queued
    }
}
