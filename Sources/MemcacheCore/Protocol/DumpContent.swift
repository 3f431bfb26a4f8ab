/// What the lines of a dump contain.
public enum DumpContent: Hashable, Sendable {
    /// Keys and metadata of their items: lines for ``ListedItem``, then `END`. Since 1.4.31. Servers from 1.6.43 on
    /// send `OK` first.
    case metadata
    /// Keys, as `mg` commands: lines for ``Key/init(dumpedLine:)``, then `EN`. Since 1.6.19.
    case keys
}
