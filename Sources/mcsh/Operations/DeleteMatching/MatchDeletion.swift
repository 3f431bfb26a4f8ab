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

    private static let members = ["match", "matched", "deleted", "server"]

    /// The results for each server, in a format.
    static func rendered(_ deletions: [MatchDeletion], _ format: OutputFormat, namesServer: Bool) -> [UInt8] {
        let columns = [
            Column("server", in: namesServer ? .all : [.json, .table]), Column("match", in: [.json, .table]),
            Column("outcome", in: .plain), Column("matched", in: [.json, .table]), Column("deleted"),
        ]
        var rows = RowWriter(columns, format, command: "delete", members: members)
        var out: [UInt8] = []
        for deletion in deletions {
            rows.append(
                [
                    .text(deletion.server), .bytes(deletion.match), .text("DELETED"),
                    .count(UInt64(deletion.matched)), .count(UInt64(deletion.deleted)),
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
