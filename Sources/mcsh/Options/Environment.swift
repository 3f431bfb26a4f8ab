#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The variables that mcsh looks at.
enum Environment {
    private static let names = [
        "MCSH_SERVERS", "MEMCACHED_SERVERS", "NO_COLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS", "XDG_CONFIG_HOME",
        "XDG_STATE_HOME", "HOME", "EDITRC", "MCSH_PAGER", "PAGER", "VISUAL", "EDITOR", "PATH", "TMPDIR",
    ]

    /// Their values, where they are set. Calls `getenv`.
    static func variables() -> [String: String] {
        var variables: [String: String] = [:]
        for name in names {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
        return variables
    }
}
