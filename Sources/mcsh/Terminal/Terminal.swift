import MemcachePlatform

/// The properties of the terminal.
enum Terminal {
    /// Whether a descriptor is a terminal. Calls `isatty`.
    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Whether standard output is a terminal.
    static var outputIsShown: Bool { isTerminal(STDOUT_FILENO) }

    /// The columns of the terminal on standard output.
    static var outputColumns: Int { columns(of: STDOUT_FILENO) }

    /// Whether standard error is a terminal.
    static var errorsAreShown: Bool { isTerminal(STDERR_FILENO) }

    /// Whether the terminal can move its cursor, which line editing needs. Uses `TERM`.
    static func canEdit(environment: Environment) -> Bool {
        !["", "dumb", "emacs", "unknown"].contains(environment["TERM"] ?? "")
    }

    /// The current size of standard output. Calls `ioctl`.
    static func size() -> (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// The columns of standard output; nil if the terminal does not report them. Calls `ioctl`.
    static func knownColumns() -> Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// The columns of the terminal on a descriptor: 80 if unknown. Calls `ioctl`.
    static func columns(of descriptor: Int32) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// The columns of standard output: 80 if unknown. Calls `ioctl`, or uses `COLUMNS`.
    static func width(environment: Environment) -> Int {
        if let text = environment["COLUMNS"], let columns = Int(text), (1...10_000).contains(columns) { return columns }
        return columns(of: STDOUT_FILENO)
    }
}

/// When to colour: `--color`.
enum ColorChoice: String, CaseIterable, Sendable {
    case auto, always, never

    /// Whether output is coloured: by the option, then `NO_COLOR`, `CLICOLOR_FORCE` and `TERM=dumb`, then whether it is
    /// a terminal.
    func isColored(isTerminal: Bool, environment: Environment) -> Bool {
        switch self {
        case .always: return true
        case .never: return false
        case .auto:
            if environment["NO_COLOR"].map({ !$0.isEmpty }) == true { return false }
            if let forced = environment["CLICOLOR_FORCE"], !forced.isEmpty, forced != "0" { return true }
            return isTerminal && environment["TERM"] != "dumb"
        }
    }
}
