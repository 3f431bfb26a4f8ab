/// The program in which the user edits texts.
struct EditorChoice: Hashable, Sendable {
    /// A command in the calling shell's language; the file is appended to it.
    var command: String

    static let standard = EditorChoice(command: "vi")

    /// `VISUAL`, else `EDITOR`, else vi.
    static func of(environment: Environment) -> EditorChoice {
        let named = [environment["VISUAL"], environment["EDITOR"]].compactMap { $0 }
        return named.first { $0.contains { $0 != " " } }.map { EditorChoice(command: $0) } ?? standard
    }

    /// Runs it on a file, with the terminal to itself, and waits for its end. Returns its exit status; nil if it could
    /// not be started.
    func edit(_ path: [UInt8], watcher: SignalWatcher?) -> Int32? {
        let line = Array(ChildProcess.foreground("\(command) \"$1\"").utf8)
        guard let guest = ForegroundProgram(watcher: watcher, start: { try? ChildProcess(line, arguments: [path]) })
        else {
            return nil
        }
        guest.enter()
        return guest.leave()
    }
}
