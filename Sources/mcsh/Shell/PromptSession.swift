import MemcacheCore

/// What a session at a prompt has in addition to the shell: the signal watcher, and the keys seen.
struct PromptSession {
    var watcher: SignalWatcher?
    /// Keys that were written or listed, for completion.
    var keys = SeenKeys()
    /// Keys of the current line, and whether it stores them.
    var lineKeys: [(key: [UInt8], isStored: Bool)] = []
    var history: History
    /// Whether the command that Ctrl-C ended has reported it itself.
    var hasReportedInterrupt = false
}

extension Shell {
    /// Whether Ctrl-C was pressed while the current line runs.
    var isInterrupted: Bool { interactive != nil && Blocking.isCancelled }

    /// Records the keys of a line, which are offered for completion once it has turned out that they exist.
    func noteKeys(_ spec: CommandSpec, _ arguments: borrowing Arguments, _ bytes: Span<UInt8>) {
        let count = arguments.words.count
        for index in arguments.words.indices where spec.parameter(at: index, of: count)?.kind == .key {
            interactive?.lineKeys.append((bytes.copy(arguments.words[index].range), spec.storesAlways))
        }
        // A file may have very many.
        if let noted = interactive?.lineKeys.count, noted > SeenKeys.maximumCount { rememberKeys(isSuccess: false) }
    }

    /// Keeps the recorded keys for completion: all of them if every answer says that they exist, else those that were
    /// stored.
    func rememberKeys(isSuccess: Bool) {
        let noted = interactive?.lineKeys ?? []
        interactive?.lineKeys.removeAll()
        for (key, isStored) in noted where isSuccess || isStored { interactive?.keys.insert(key) }
    }

    /// `history`: the lines entered at the prompt.
    func listHistory(_ pattern: [UInt8]?, _ format: OutputFormat) {
        let history = interactive?.history ?? History.ofUser()
        _ = history.takeNew()
        let lines = history.rendered(pattern: pattern, format)
        if lines.isEmpty { session.note(.negative) }
        session.output.write(lines)
    }
}

extension CommandSpec {
    /// Whether the key exists once the command was sent, unless the server refuses it.
    fileprivate var storesAlways: Bool { name == "set" || name == "ms" }

    /// The parameter that a word of a whole line belongs to: after one that is repeated, the last words are those of the
    /// parameters that follow it.
    fileprivate func parameter(at position: Int, of count: Int) -> Parameter? {
        guard let repeated = parameters.firstIndex(where: \.isRepeated) else { return parameter(at: position) }
        let following = parameters.count - repeated - 1
        let fromEnd = count - position
        return position > repeated && fromEnd <= following
            ? parameters[parameters.count - fromEnd] : parameter(at: position)
    }
}
