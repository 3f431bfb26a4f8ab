import CLibEdit
import MemcacheCore
import MemcachePlatform

/// The bindings of keys.
extension LibEditSource {
    /// Names functions of our own before anything is bound to them. Calls `el_set` with `EL_ADDFN`.
    func addFunctions() {
        mcsh_el_add_function(editor, "mcsh-interrupt", "Drop the line") { editor, _ in
            LibEditSource.of(editor)?.interrupt() ?? UInt8(CC_EOF)
        }
        mcsh_el_add_function(editor, "mcsh-suspend", "Stop until continued") { editor, _ in
            LibEditSource.of(editor)?.suspend() ?? UInt8(CC_NORM)
        }
        mcsh_el_add_function(editor, "mcsh-enter", "Enter the line") { editor, _ in
            LibEditSource.of(editor)?.enter() ?? UInt8(CC_NEWLINE)
        }
        mcsh_el_add_function(editor, "mcsh-space", "Insert a space and show what comes next") { editor, _ in
            el_insertstr(editor, " ") == 0 ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
        }
        mcsh_el_add_function(editor, "mcsh-complete", "Complete the word") { editor, _ in
            LibEditSource.of(editor)?.complete() ?? UInt8(CC_NORM)
        }
        mcsh_el_add_function(editor, "mcsh-earlier", "An earlier line that begins like this one") { editor, _ in
            LibEditSource.of(editor)?.recall(isBack: true) ?? UInt8(CC_NORM)
        }
        mcsh_el_add_function(editor, "mcsh-later", "A later line that begins like this one") { editor, _ in
            LibEditSource.of(editor)?.recall(isBack: false) ?? UInt8(CC_NORM)
        }
        mcsh_el_add_function(editor, "mcsh-paste", "Insert what is pasted") { editor, _ in
            LibEditSource.of(editor)?.paste() ?? UInt8(CC_NORM)
        }
        mcsh_el_add_function(editor, "mcsh-nothing", "Do nothing") { _, _ in UInt8(CC_NORM) }
        mcsh_el_add_function(editor, "mcsh-clear", "Clear the screen") { editor, _ in
            LibEditSource.of(editor)?.clearScreen() ?? UInt8(CC_NORM)
        }
        mcsh_el_add_function(editor, "mcsh-search-back", "Search earlier lines while typing") { editor, _ in
            LibEditSource.of(editor)?.searchWhileTyping(isBack: true) ?? UInt8(CC_NORM)
        }
        mcsh_el_add_function(editor, "mcsh-search-on", "Search later lines while typing") { editor, _ in
            LibEditSource.of(editor)?.searchWhileTyping(isBack: false) ?? UInt8(CC_NORM)
        }
        mcsh_el_add_function(editor, "mcsh-find-back", "Ask for a part of an earlier line") { editor, _ in
            LibEditSource.of(editor)?.find(isBack: true) ?? UInt8(CC_NORM)
        }
        mcsh_el_add_function(editor, "mcsh-find-on", "Ask for a part of a later line") { editor, _ in
            LibEditSource.of(editor)?.find(isBack: false) ?? UInt8(CC_NORM)
        }
        mcsh_el_add_function(editor, "mcsh-again", "Search once more") { editor, _ in
            LibEditSource.of(editor)?.findAgain(isReversed: false) ?? UInt8(CC_NORM)
        }
        mcsh_el_add_function(editor, "mcsh-edit", "Edit the line in the user's editor") { editor, _ in
            LibEditSource.of(editor)?.editElsewhere() ?? UInt8(CC_NORM)
        }
        mcsh_el_add_function(editor, "mcsh-repeat", "Repeat the last change") { editor, _ in
            LibEditSource.of(editor)?.repeatChange() ?? UInt8(CC_NORM)
        }
        mcsh_el_add_function(editor, "mcsh-again-reversed", "Search once more, in the other direction") { editor, _ in
            LibEditSource.of(editor)?.findAgain(isReversed: true) ?? UInt8(CC_NORM)
        }
    }

    /// Binds the keys that libedit does not bind, or binds differently. Calls `el_set` with `EL_BIND`.
    func bindKeys() {
        let everywhere = [
            ("^C", "mcsh-interrupt"), ("^Z", "mcsh-suspend"), ("\\034", "mcsh-nothing"), ("^M", "mcsh-enter"),
            ("^J", "mcsh-enter"), ("^L", "mcsh-clear"),
        ]
        for (key, function) in everywhere + KeyDecoder.Key.allCases.map({ (Self.escape($0.rawValue), $0.function) }) {
            mcsh_el_bind(editor, key, function)
            if isVi { mcsh_el_bind_alternate(editor, key, function) }
        }
        for (key, function) in [
            (" ", "mcsh-space"), ("^I", "mcsh-complete"), ("^P", "mcsh-earlier"), ("^N", "mcsh-later"),
            ("^R", "mcsh-search-back"), ("^S", "mcsh-search-on"), ("^W", "ed-delete-prev-word"),
        ] {
            mcsh_el_bind(editor, key, function)
        }
        guard isVi else {
            for (key, function) in ["p": "mcsh-earlier", "n": "mcsh-later", "x": "mcsh-nothing", "X": "mcsh-nothing"] {
                mcsh_el_bind(editor, "\\e" + key, function)
            }
            return
        }
        // libedit's own functions for these have bugs: its line for commands, after a colon, must not be empty, and a
        // dot repeats keys that it reads without asking here, so that nothing checks the cursor between them. A minus
        // sign would be an option of `bind`.
        for (key, function) in [
            "+": "mcsh-later", "\\055": "mcsh-earlier", "J": "mcsh-later", "K": "mcsh-earlier", "G": "mcsh-earlier",
            ":": "mcsh-nothing", ".": "mcsh-repeat",
        ] {
            mcsh_el_bind_alternate(editor, key, function)
        }
        for (key, function) in [
            ("k", "mcsh-earlier"), ("j", "mcsh-later"), ("^P", "mcsh-earlier"), ("^N", "mcsh-later"),
            ("^R", "mcsh-search-back"), ("^S", "mcsh-search-on"), ("/", "mcsh-find-back"), ("?", "mcsh-find-on"),
            ("n", "mcsh-again"), ("N", "mcsh-again-reversed"),
            ("v", "mcsh-edit"),
        ] {
            mcsh_el_bind_alternate(editor, key, function)
        }
    }

    /// Functions of libedit that have bugs or draw, and their replacements if the user binds them: a search that fails
    /// moves the cursor out of the line, and a line that an editor returns as invalid text ends before it begins.
    private static let substitutes = [
        "em-inc-search-prev": "mcsh-search-back", "em-inc-search-next": "mcsh-search-on",
        "vi-search-prev": "mcsh-find-back", "vi-search-next": "mcsh-find-on",
        "vi-repeat-search-prev": "mcsh-again-reversed", "vi-repeat-search-next": "mcsh-again",
        "ed-search-prev-history": "mcsh-earlier", "ed-search-next-history": "mcsh-later",
        "ed-prev-history": "mcsh-earlier", "ed-next-history": "mcsh-later",
        "ed-command": "mcsh-nothing", "vi-to-history-line": "mcsh-earlier", "ed-clear-screen": "mcsh-clear",
        "ed-redisplay": "mcsh-clear", "vi-histedit": "mcsh-edit",
        "vi-redo": "mcsh-repeat",
    ]

    /// The replacement of a function of libedit if the user binds it. After vi's undo, which swaps two buffers, the
    /// mark of emacs is in the other one: the two are mutually exclusive.
    private func substitute(for function: String) -> String? {
        let mixed = isVi ? ["em-kill-region", "em-copy-region", "em-exchange-mark"] : ["vi-undo"]
        return mixed.contains(function) ? "mcsh-nothing" : Self.substitutes[function]
    }

    /// A code as libedit's `bind` reads it.
    private static func escape(_ code: UInt8) -> String { "\\" + String(code, radix: 8) }

    /// Whether the keys are those of vi.
    var isVi: Bool { mcsh_el_editor(editor).map { String(cString: $0) } == "vi" }

    /// Applies the user's `.editrc`, line by line: a line that changes the editing mode resets all keys to libedit's
    /// defaults, so that ours are bound again after it, before the user's own. Calls `tok_str`.
    func apply(_ configuration: [UInt8]) {
        guard let tokenizer = tok_init(nil) else { return }
        defer { tok_end(tokenizer) }
        for line in configuration.split(separator: UInt8(ascii: "\n")) {
            guard let first = line.first(where: { $0 != 0x20 && $0 != 0x09 }), first != UInt8(ascii: "#"),
                !line.contains(0)
            else { continue }
            tok_reset(tokenizer)
            var count: Int32 = 0
            var words: UnsafeMutablePointer<UnsafePointer<CChar>?>?
            guard tok_str(tokenizer, line.map { CChar(bitPattern: $0) } + [0], &count, &words) == 0, count > 0,
                let words
            else { continue }
            var texts = (0..<Int(count)).compactMap { words[$0].map { String(cString: $0) } }
            noteBoundSequence(texts)
            if texts[0].hasSuffix("bind"), let last = texts.last, let other = substitute(for: last) {
                texts[texts.count - 1] = other
            }
            let wasVi = isVi
            parse(texts)
            let setsMode = texts[0].hasSuffix("bind") && (texts.contains("-v") || texts.contains("-e"))
            if isVi != wasVi || setsMode { bindKeys() }
        }
    }

    /// Has libedit execute a line of the user's file. Calls `el_parse`.
    private func parse(_ words: [String]) {
        let copies = words.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        var pointers = copies.map { UnsafePointer<CChar>($0) }
        _ = el_parse(editor, Int32(words.count), &pointers)
    }

    /// A sequence that the user binds is left to libedit.
    private func noteBoundSequence(_ words: [String]) {
        guard words[0].hasSuffix("bind"), let key = words.dropFirst().first(where: { !$0.hasPrefix("-") }) else {
            return
        }
        for prefix in ["\\e", "\\E", "^[", "\\033"] where key.hasPrefix(prefix) {
            decoder.passed.insert([0x1b] + Array(key.dropFirst(prefix.count).utf8))
        }
    }

    // MARK: Actions of keys

    private func enter() -> UInt8 {
        leaveLine()
        entered = currentLine().line
        return UInt8(CC_NEWLINE)
    }

    /// `v` of vi: opens the line in the user's editor, and runs it. If that fails the line is unchanged.
    private func editElsewhere() -> UInt8 {
        guard case .success(let file) = PrivateFile.make(named: "line", currentLine().line + [UInt8(ascii: "\n")])
        else {
            return beep()
        }
        defer { file.remove() }
        leaveLine()
        write("\(Self.pasteOff)\n")
        mcsh_el_prepare_terminal(editor, 0)
        let restore = watcher.setRestore(nil)
        let status = EditorChoice.of(environment: .ofProcess()).edit(file.path, watcher: watcher)
        watcher.setRestore(restore)
        resume()
        guard status == 0, case .success(let contents) = FileDescriptors.contents(ofFile: file.path) else {
            return beep()
        }
        let text = Self.cleaned(contents)
        guard Self.wide(text) != nil else { return beep() }
        replaceLine(text)
        return enter()
    }

    /// `.` of vi: types the keys of the last change again.
    private func repeatChange() -> UInt8 {
        let keys = change.repetition()
        guard !keys.isEmpty else { return beep() }
        repeatedKeys = keys[...]
        return UInt8(CC_NORM)
    }

    private func interrupt() -> UInt8 {
        isInterrupted = true
        leaveLine()
        return UInt8(CC_EOF)
    }

    /// Signals that a key can do nothing. libedit's own bell is not heard.
    func beep() -> UInt8 {
        write("\u{7}")
        return UInt8(CC_ERROR)
    }

    private func recall(isBack: Bool) -> UInt8 {
        let (line, cursor) = currentLine()
        guard let entry = recall.step(line: line, cursor: cursor, isBack: isBack, in: entries) else {
            return beep()
        }
        replaceLine(entry)
        return UInt8(CC_REFRESH)
    }

    /// The line being typed, and the position of the cursor in it, both in bytes. Calls `el_wline`.
    func currentLine() -> (line: [UInt8], cursor: Int) {
        guard let info = el_wline(editor), let start = info.pointee.buffer else { return ([], 0) }
        let end = max(0, info.pointee.lastchar - start)
        let cursor = min(max(0, info.pointee.cursor - start), end)
        let before = Self.bytes(UnsafeBufferPointer(start: start, count: cursor))
        return (before + Self.bytes(UnsafeBufferPointer(start: start + cursor, count: end - cursor)), before.count)
    }

    /// Replaces the whole line by another text. Calls `el_cursor`, `el_deletestr` and `el_winsertstr`.
    ///
    /// - Parameter cursor: The number of bytes before the cursor; nil for its end.
    func replaceLine(_ bytes: [UInt8], cursor: Int? = nil) {
        guard let info = el_wline(editor), let start = info.pointee.buffer else { return }
        let count = info.pointee.lastchar - start
        el_cursor(editor, Int32(info.pointee.lastchar - info.pointee.cursor))
        el_deletestr(editor, Int32(count))
        insert(bytes)
        guard let cursor, cursor < bytes.count, let info = el_wline(editor) else { return }
        let place = Self.wide(Array(bytes[..<cursor]))?.count ?? cursor
        el_cursor(editor, Int32(place - (info.pointee.cursor - info.pointee.buffer)))
    }

    /// Inserts text at the cursor; if it is not text in the terminal's encoding, only its ASCII part is inserted.
    func insert(_ bytes: [UInt8]) {
        let characters = Self.wide(bytes) ?? bytes.filter { (1..<0x80).contains($0) }.map { wchar_t($0) }
        guard !characters.isEmpty else { return }
        el_winsertstr(editor, characters + [0])
    }
}

extension KeyDecoder.Key {
    fileprivate var function: String {
        switch self {
        case .up: "mcsh-earlier"
        case .down: "mcsh-later"
        case .left: "ed-prev-char"
        case .right: "ed-next-char"
        case .home: "ed-move-to-beg"
        case .end: "ed-move-to-end"
        case .delete: "ed-delete-next-char"
        case .wordLeft: "ed-prev-word"
        case .wordRight: "em-next-word"
        case .deleteWord: "em-delete-next-word"
        case .paste: "mcsh-paste"
        case .ignored: "mcsh-nothing"
        }
    }
}
