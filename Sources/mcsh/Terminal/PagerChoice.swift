import MemcachePlatform

/// The program that shows output that is taller than the screen.
enum PagerChoice: Hashable, Sendable {
    /// Output goes directly to the terminal.
    case none
    /// A command in the calling shell's language.
    case command(String)
    /// The program that the user has named does not exist.
    case missing(String)

    /// `MCSH_PAGER`, else `PAGER`, else less; an empty one means none, as does `cat`. If the terminal cannot move its
    /// cursor, less is not used.
    ///
    /// - Parameter find: Whether a program can be run.
    static func of(environment: Environment, find: (String) -> Bool) -> PagerChoice {
        guard let named = environment["MCSH_PAGER"] ?? environment["PAGER"] else {
            return Terminal.canEdit(environment: environment) && find("less") ? .command("less -FRX") : .none
        }
        let words = named.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard let program = words.first, words != ["cat"] else { return .none }
        // Anything that the shell would read as more than a word is left to the shell.
        let isPlain = program.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte >= 0x80
                || "/._-+".utf8.contains(byte)
        }
        return isPlain && !find(String(program)) ? .missing(String(program)) : .command(named)
    }

    /// The choice, with programs looked up in `PATH`. Calls `access`.
    static func of(environment: Environment) -> PagerChoice {
        of(environment: environment) { program in
            if program.contains("/") { return access(program, X_OK) == 0 }
            return (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").contains { directory in
                access("\(directory)/\(program)", X_OK) == 0
            }
        }
    }

    /// The command line that starts the pager: the user's own settings of less and more are kept; without any, less
    /// preserves colours and leaves the last screen in place.
    static func line(_ command: String) -> [UInt8] {
        Array("LESS=\"${LESS-FRX}\" LV=\"${LV--c}\"; export LESS LV; \(ChildProcess.foreground(command))".utf8)
    }
}
