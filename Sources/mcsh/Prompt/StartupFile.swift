import MemcacheCore
import MemcachePlatform

/// `mcshrc`: lines that a user wants to run at the start of each interactive session.
enum StartupFile {
    /// The path of the file: `$XDG_CONFIG_HOME/mcsh/mcshrc`, else `~/.config/mcsh/mcshrc`; nil without a home.
    static func path(environment: Environment) -> String? {
        if let directory = environment["XDG_CONFIG_HOME"], directory.hasPrefix("/") {
            return directory + "/mcsh/mcshrc"
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return home + "/.config/mcsh/mcshrc"
    }

    /// Runs the lines of the file as `source` does. A missing file is like an empty one. Calls `open` and `fstat`.
    static func run(_ path: String, _ shell: Shell) -> LineOutcome {
        let name = EscapedText.string(Array(path.utf8))
        func fail(_ reason: String) -> LineOutcome {
            shell.session.report("cannot read \(name): \(reason)", code: "local-file", .localFailure)
            return .next
        }
        // Without waiting: a pipe may never have a writer.
        let descriptor = FileDescriptors.open(Array(path.utf8), flags: O_RDONLY | O_NONBLOCK)
        if descriptor == -ENOENT || descriptor == -ENOTDIR { return .next }
        guard descriptor >= 0 else { return fail(FileDescriptors.reason(-descriptor)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return fail(FileDescriptors.reason(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { return fail("it is not a file") }
        return ScriptRunner(shell: shell).run(LineReader(descriptor: descriptor), named: name)
    }
}
