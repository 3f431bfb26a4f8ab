import MemcacheCore

/// What a session at a prompt has beside the shell: who watches for signals, and what was seen.
struct InteractiveState {
    var watcher: SignalWatcher?
    /// Keys that were written or listed, for completion.
    var keys = KnownKeys()
    var history: History
    /// Whether the command that Ctrl-C has ended has said so itself.
    var hasToldInterrupt = false
}

extension Shell {
    /// Whether Ctrl-C was pressed while the present line runs.
    var isInterrupted: Bool { interactive != nil && MainThread.isCancelled }

    /// Keeps the keys of a line for completion.
    func rememberKeys(_ spec: CommandSpec, _ arguments: borrowing Arguments, _ bytes: Span<UInt8>) {
        for index in arguments.words.indices where spec.parameter(at: index)?.kind == .key {
            interactive?.keys.insert(bytes.copy(arguments.words[index].range))
        }
    }

    /// `history`: what was entered at the prompt.
    func listHistory(_ pattern: [UInt8]?, _ format: OutputFormat) {
        let history = interactive?.history ?? History.ofUser()
        _ = history.takeNew()
        let lines = history.rendered(pattern: pattern, format)
        if lines.isEmpty { session.note(.negative) }
        write(lines)
    }
}
