import MemcachePlatform

/// Follows the keys of vi to find the last change of the line, which `.` repeats.
///
/// libedit's own repetition reads the keys itself, so that nothing checks the cursor between them; here they are typed
/// again.
struct ViChange {
    private enum Mode {
        /// Text is inserted until Esc.
        case insert
        case command
    }

    /// The keys of the last change, without a count before them.
    private var keys: [wchar_t] = []
    /// The count typed before it.
    private var count: [wchar_t] = []

    private var mode = Mode.insert
    /// The keys of the command being typed, or of the change whose text is being inserted.
    private var pending: [wchar_t] = []
    private var pendingCount: [wchar_t] = []
    /// Whether the text being inserted belongs to a change: that of a new line does not.
    private var isChanging = false

    private static let escape: wchar_t = 0x1b
    private static let pasteKey = wchar_t(KeyDecoder.Key.paste.rawValue)
    /// Commands that change the line and are complete.
    private static let simple = characters("xXDpP~")
    /// Commands after which text is inserted.
    private static let inserting = characters("iIaAsSCR_")
    /// Motions that another character follows.
    private static let finding = characters("fFtT")
    /// Commands that another character, or a motion, follows.
    private static let incomplete = characters("rdcyfFtT@")
    /// The longest change that is kept.
    private static let maximumKeys = 10_000
    private static let maximumDigits = 4

    /// Begins a new line, which is in insert mode.
    mutating func beginLine() {
        mode = .insert
        isChanging = false
        forgetPending()
    }

    /// Follows a key.
    mutating func take(_ key: wchar_t) {
        switch mode {
        case .insert:
            guard key == Self.escape else {
                // What is pasted is not typed.
                if key == Self.pasteKey || pending.count >= Self.maximumKeys { isChanging = false }
                if isChanging { pending.append(key) }
                return
            }
            mode = .command
            if isChanging {
                pending.append(key)
                finish()
            }
            isChanging = false
            forgetPending()
        case .command: takeCommand(key)
        }
    }

    /// The keys that repeat the last change, after a `.` was taken: with the count typed before the `.`, or else with
    /// that of the change.
    mutating func repetition() -> [wchar_t] {
        defer { forgetPending() }
        if !pendingCount.isEmpty { count = pendingCount }
        return keys.isEmpty ? [] : count + keys
    }

    private mutating func takeCommand(_ key: wchar_t) {
        guard key != Self.escape else { return forgetPending() }
        guard let command = pending.first else {
            // The count before a dot is taken by the repetition.
            if key != Self.character(".") { begin(key) }
            return
        }
        pending.append(key)
        guard Self.characters("dcy").contains(command) else {
            return command == Self.character("r") ? finish() : forgetPending()
        }
        // A count, and a motion or the same letter again.
        let rest = pending.dropFirst()
        let motion = rest.first == Self.character("0") ? rest : rest.drop { Self.characters("0123456789").contains($0) }
        // A dot is not a motion.
        if motion.first == Self.character(".") { return forgetPending() }
        guard let first = motion.first, !Self.finding.contains(first) || motion.count > 1 else { return }
        switch command {
        case Self.character("c"): (mode, isChanging) = (.insert, true)
        case Self.character("d"): finish()
        default: forgetPending()
        }
    }

    private mutating func begin(_ key: wchar_t) {
        let isZero = key == Self.character("0")
        if Self.characters("123456789").contains(key) || isZero && !pendingCount.isEmpty {
            if pendingCount.count < Self.maximumDigits { pendingCount.append(key) }
        } else if Self.simple.contains(key) {
            pending = [key]
            finish()
        } else if Self.inserting.contains(key) {
            pending = [key]
            (mode, isChanging) = (.insert, true)
        } else if Self.incomplete.contains(key) {
            pending = [key]
        } else {
            forgetPending()
        }
    }

    private mutating func finish() {
        (keys, count) = (pending, pendingCount)
        forgetPending()
    }

    private mutating func forgetPending() {
        pending = []
        pendingCount = []
    }

    private static func character(_ scalar: Unicode.Scalar) -> wchar_t { wchar_t(scalar.value) }

    private static func characters(_ text: String) -> Set<wchar_t> { Set(text.unicodeScalars.map(character)) }
}
