import MemcacheCore

/// The result of `delete --match` on a server.
struct MatchDeletion {
    var server: String
    /// The pattern.
    var match: [UInt8]
    /// The number of matching keys in the listing.
    var matched: Int
    /// The number of them that still existed and were deleted.
    var deleted: Int

    /// The results for each server, in a format.
    static func rendered(_ deletions: [MatchDeletion], _ format: OutputFormat, namesServer: Bool) -> [UInt8] {
        let description = RowDescription(
            [
                Column("server", in: namesServer ? .all : [.json, .table]), Column("match", .key, in: [.json, .table]),
                Column("outcome", in: .plain), Column("matched", .count, in: [.json, .table]),
                Column("deleted", .count),
            ], command: "delete", members: ["match", "matched", "deleted", "server"])
        var rows = RowWriter(description, format)
        var out: [UInt8] = []
        for deletion in deletions {
            rows.append(
                [
                    .text(deletion.server), .bytes(deletion.match), .text("DELETED"),
                    .number(deletion.matched), .number(deletion.deleted),
                ], sentence: deletion.sentence(namesServer: namesServer), to: &out)
        }
        return out
    }

    private func sentence(namesServer: Bool) -> StyledText {
        let keys = "\(HumanUnits.count(UInt64(matched))) \(matched == 1 ? "key" : "keys")"
        return StyledText(
            "deleted \(HumanUnits.count(UInt64(deleted))) of \(keys)\(namesServer ? " (\(server))" : "")")
    }
}
