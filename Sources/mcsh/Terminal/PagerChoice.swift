import MemcachePlatform

/// Which program shows output that is taller than the screen.
enum PagerChoice: Hashable, Sendable {
    /// Output goes to the terminal as it is.
    case none
    /// A command of the calling shell's language.
    case command(String)
    /// The user has named a program that is not there.
    case missing(String)

    /// `MCSH_PAGER`, else `PAGER`, else less; an empty one is none, as is `cat`. Where the terminal cannot move its cursor
    /// less is of no use.
    ///
    /// - Parameter find: Whether a program can be run.
    static func of(environment: Environment, find: (String) -> Bool) -> PagerChoice {
        guard let named = environment["MCSH_PAGER"] ?? environment["PAGER"] else {
            return Terminal.canEdit(environment: environment) && find("less") ? .command("less -FRX") : .none
        }
        let words = named.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard let program = words.first, words != ["cat"] else { return .none }
        // What the shell would read as more than a word is the shell's to find.
        let isPlain = program.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte >= 0x80
                || "/._-+".utf8.contains(byte)
        }
        return isPlain && !find(String(program)) ? .missing(String(program)) : .command(named)
    }

    /// The choice, with programs looked for in `PATH`. Calls `access`.
    static func of(environment: Environment) -> PagerChoice {
        of(environment: environment) { program in
            if program.contains("/") { return access(program, X_OK) == 0 }
            return (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").contains { directory in
                access("\(directory)/\(program)", X_OK) == 0
            }
        }
    }

    /// The command as it is started: what is known to less and more of the user's wishes stays, and without any, less leaves
    /// colours as they are, and the last screen where it is.
    static func line(_ command: String) -> [UInt8] {
        Array("LESS=\"${LESS-FRX}\" LV=\"${LV--c}\"; export LESS LV; \(ShellCommand.foreground(command))".utf8)
    }
}
