/// What a list of the server's items has in it.
public enum DumpContent: Hashable, Sendable {
    /// Keys and what is known about their items: lines for ``ListedItem``, then `END`. Since 1.4.31. Servers from
    /// 1.6.43 on send `OK` first.
    case metadata
    /// Keys, as `mg` commands: lines for ``Key/init(dumpedLine:)``, then `EN`. Since 1.6.19.
    case keys
}
