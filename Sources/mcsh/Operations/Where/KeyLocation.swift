import MemcacheCore

/// Where a key belongs, and where it is, for `where`.
struct KeyLocation: Sendable {
    var key: [UInt8]
    /// The hash that the server was chosen by: a number of the profile's, or the one that was given.
    var hash: String
    /// The server that owns the key while all are alive.
    var server: String
    /// The server that stands in for it now; nil where the owner is alive, or none can.
    var standIn: String?
    /// Whether the owner is dead.
    var isOwnerDead = false
    /// The servers that have the key; nil when they were not asked.
    var found: [String]?

    /// The cells of a row: key, hash, server and stand-in, and the servers that have it where they were asked.
    var cells: [Cell] {
        let standIn = isOwnerDead ? standIn.map { Cell.text($0) } ?? Cell(.null) : .missing
        return [.bytes(key), Cell(.digits(Array(hash.utf8))), .text(server), standIn]
            + (found.map { [Cell(.list($0))] } ?? [])
    }

    /// What people read instead of a row.
    var sentence: StyledText {
        func name(_ server: String) -> String { EscapedText.string(Array(server.utf8)) }
        var text = StyledText(EscapedText.string(key), .heading)
        text.append("  \(name(server))")
        text.append("  hash \(hash)", .dim)
        if isOwnerDead {
            text.append(standIn.map { ", dead: now on \(name($0))" } ?? ", dead, and no other stands in", .warning)
        }
        guard let found else { return text }
        if found.isEmpty {
            text.append("  not found on any server", .warning)
            return text
        }
        let elsewhere = found.filter { $0 != server }
        text.append("  found on \(found.map(name).joined(separator: ", "))", elsewhere.isEmpty ? .good : .warning)
        return text
    }
}
