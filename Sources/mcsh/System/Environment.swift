import MemcachePlatform

/// The environment variables that mcsh uses.
///
/// A list, not a dictionary: there are few, and a one-liner looks each up once.
struct Environment: Sendable, ExpressibleByDictionaryLiteral {
    private static let names = [
        "MCSH_SERVERS", "MEMCACHED_SERVERS", "NO_COLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS", "XDG_CONFIG_HOME",
        "XDG_STATE_HOME", "HOME", "EDITRC", "MCSH_PAGER", "PAGER", "VISUAL", "EDITOR", "PATH", "TMPDIR",
    ]

    private let variables: [(name: String, value: String)]

    /// Variables with their values.
    init(dictionaryLiteral elements: (String, String)...) {
        variables = elements.map { (name: $0.0, value: $0.1) }
    }

    /// The variables of the process that are set. Calls `getenv`.
    static func ofProcess() -> Environment { Environment() }

    private init() {
        variables = Environment.names.compactMap { name in
            getenv(name).map { (name: name, value: String(cString: $0)) }
        }
    }

    /// The value of a variable; nil if it is not set.
    subscript(name: String) -> String? { variables.first { $0.name == name }?.value }
}
