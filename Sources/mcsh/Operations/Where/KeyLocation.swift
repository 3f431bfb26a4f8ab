import MemcacheCore

/// Where a key belongs, and where it is stored, for `where`.
struct KeyLocation: Sendable {
    var key: [UInt8]
    /// The hash that selected the server: the profile's, or a given number.
    var hash: String
    /// The server that owns the key while all servers are up.
    var server: String
    /// The server that currently stands in for the owner; nil if the owner is up, or none can.
    var standIn: String?
    /// Whether the owner is marked down.
    var isOwnerDead = false
    /// The servers that store the key; nil if they were not asked.
    var found: [String]?

    /// The cells of a row: key, hash, server and stand-in, and the servers that store it if they were asked.
    var cells: [Cell] {
        let standIn = isOwnerDead ? standIn.map { Cell.text($0) } ?? Cell(.null) : .missing
        return [.bytes(key), Cell(.digits(Array(hash.utf8))), .text(server), standIn]
            + (found.map { [.list($0)] } ?? [])
    }

    /// The sentence for people instead of a row.
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
