import CLibEdit
import MemcacheCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Which key does what.
extension LibEditSource {
    /// A code that only ``enter()`` sends, to itself. A sequence would make Esc wait for more.
    private static let accept: UInt8 = 0x9f

    /// Names functions of our own, before anything is bound to them. Calls `el_set` with `EL_ADDFN`.
    func addFunctions() {
        mcsh_el_add_function(editor, "mcsh-interrupt", "Drop the line") { editor, _ in
            LibEditSource.of(editor)?.isInterrupted = true
            LibEditSource.of(editor)?.leaveLine()
            return UInt8(CC_EOF)
        }
        mcsh_el_add_function(editor, "mcsh-suspend", "Stop until continued") { editor, _ in
            LibEditSource.of(editor)?.suspend() ?? UInt8(CC_NORM)
        }
        mcsh_el_add_function(editor, "mcsh-enter", "Enter the line") { editor, _ in
            LibEditSource.of(editor)?.enter() ?? UInt8(CC_NEWLINE)
        }
        mcsh_el_add_function(editor, "mcsh-space", "Insert a blank and show what comes next") { editor, _ in
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
    }

    /// Binds the keys that libedit does not bind, or binds otherwise. Calls `el_set` with `EL_BIND`.
    func bindKeys() {
        let everywhere = [
            ("^C", "mcsh-interrupt"), ("^Z", "mcsh-suspend"), ("\\034", "mcsh-nothing"), ("^M", "mcsh-enter"),
            ("^J", "mcsh-enter"), (Self.escape(Self.accept), "ed-newline"),
        ]
        for (key, function) in everywhere + KeyDecoder.Key.allCases.map({ (Self.escape($0.rawValue), $0.function) }) {
            mcsh_el_bind(editor, key, function)
            if isVi { mcsh_el_bind_alternate(editor, key, function) }
        }
        for (key, function) in [
            (" ", "mcsh-space"), ("^I", "mcsh-complete"), ("^P", "mcsh-earlier"), ("^N", "mcsh-later"),
            ("^R", "em-inc-search-prev"), ("^S", "em-inc-search-next"), ("^W", "ed-delete-prev-word"),
        ] {
            mcsh_el_bind(editor, key, function)
        }
        guard isVi else { return }
        for (key, function) in [("k", "mcsh-earlier"), ("j", "mcsh-later"), ("^R", "em-inc-search-prev")] {
            mcsh_el_bind_alternate(editor, key, function)
        }
    }

    /// A code as libedit's `bind` reads it.
    private static func escape(_ code: UInt8) -> String { "\\" + String(code, radix: 8) }

    /// Whether the keys are those of vi.
    var isVi: Bool { mcsh_el_editor(editor).map { String(cString: $0) } == "vi" }

    /// Takes in the user's `.editrc`, line by line: a line that changes the mode of editing sets all keys to what libedit
    /// gives them, so that ours are bound again behind it, before the user's own. Calls `tok_str` and `el_parse`.
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
            let texts = (0..<Int(count)).compactMap { words[$0].map { String(cString: $0) } }
            noteBoundSequence(texts)
            let wasVi = isVi
            _ = el_parse(editor, count, words)
            let setsMode = texts[0].hasSuffix("bind") && (texts.contains("-v") || texts.contains("-e"))
            if isVi != wasVi || setsMode { bindKeys() }
        }
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

    // MARK: What the keys do

    /// Enters the line, once the hint behind it is gone. Calls `el_wpush`.
    private func enter() -> UInt8 {
        showsHint = false
        el_wpush(editor, [wchar_t(Self.accept), 0])
        return UInt8(CC_REFRESH)
    }

    private func recall(isBack: Bool) -> UInt8 {
        let (line, cursor) = currentLine()
        guard let entry = recall.step(line: line, cursor: cursor, isBack: isBack, in: entries) else {
            return UInt8(CC_ERROR)
        }
        replaceLine(entry)
        return UInt8(CC_REFRESH)
    }

    /// The line that is being typed, and the position of the cursor in it, both in bytes. Calls `el_wline`.
    func currentLine() -> (line: [UInt8], cursor: Int) {
        guard let info = el_wline(editor), let start = info.pointee.buffer else { return ([], 0) }
        let cursor = info.pointee.cursor - start
        let end = info.pointee.lastchar - start
        let before = Self.bytes(UnsafeBufferPointer(start: start, count: cursor))
        return (before + Self.bytes(UnsafeBufferPointer(start: start + cursor, count: end - cursor)), before.count)
    }

    /// Puts other text in the place of the whole line. Calls `el_cursor`, `el_deletestr` and `el_winsertstr`.
    private func replaceLine(_ bytes: [UInt8]) {
        guard let info = el_wline(editor), let start = info.pointee.buffer else { return }
        let count = info.pointee.lastchar - start
        el_cursor(editor, Int32(count))
        el_deletestr(editor, Int32(count))
        insert(bytes)
    }

    /// Inserts text at the cursor; what is no text in the terminal's encoding is inserted as far as it is ASCII.
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
