import CLibEdit
import MemcacheCore
import MemcachePlatform

/// Reads lines from a terminal, with libedit as the editor.
///
/// It belongs to the main thread. libedit calls back into it while ``next(prompt:)`` runs, and finds it as its client
/// data. libedit handles no signals: Ctrl-C and Ctrl-Z are keys while a line is typed, and requests of signals are read
/// together with the keys. Nor does it draw: the line is drawn here, whenever there is no key to read.
final class LibEditSource: LineSource {
    let editor: OpaquePointer
    let watcher: SignalWatcher
    let aid: LineAid
    let style: TextStyle
    /// libedit's own list, which Ctrl-R and vi's `/` search.
    private let list: OpaquePointer
    /// The same entries, for the keys that go back line by line.
    var entries: [[UInt8]] = []

    // The decoder of the input.
    var decoder = KeyDecoder()
    var decoded: [KeyDecoder.Output] = []
    var bytesAhead: ArraySlice<UInt8> = []
    var conversion = mbstate_t()
    /// Whether the last read returned the end.
    var hasReadNothing = false

    // The line being typed.
    var prompt = PromptText(text: "")
    var isInterrupted = false
    /// The line once Enter has ended it: libedit does not return empty ones.
    var entered: [UInt8]?
    var recall = Recall()
    /// The last search of the history, if any.
    var search: HistorySearch?
    /// The text shown instead of the prompt.
    var searchLabel: String?

    /// The last change of vi, and its keys that are still to be typed again.
    var change = ViChange()
    var repeatedKeys: ArraySlice<wchar_t> = []

    // What is on the screen.
    /// What was drawn last; nil if the cursor is in an empty row.
    var picture: LinePicture?
    /// The first visible row of the line.
    var firstRow = 0
    /// Whether something else is on the screen, or the terminal has been asked for its cursor position.
    var isDrawingHeld = false
    /// When the terminal's answer is no longer awaited.
    var positionDeadline: ContinuousClock.Instant?
    /// The line at which Tab could do nothing: the second Tab lists the candidates.
    var lineAtTab: [UInt8]?
    /// Whether the rest of a list is shown without stopping at each page.
    var isListRequested = false

    /// The maximum number of entries, here and in the history.
    static let maximumEntries = 10_000

    /// Creates an editor on standard input and output; nil if it could not be created, or if the user's `.editrc` has
    /// `edit off`. Calls `setlocale` and `el_init`.
    init?(watcher: SignalWatcher, aid: LineAid, style: TextStyle, configuration: [UInt8]?) {
        Self.chooseLocale()
        guard let editor = mcsh_el_init("mcsh"), let list = history_init() else { return nil }
        self.editor = editor
        self.list = list
        self.watcher = watcher
        self.aid = aid
        self.style = style
        mcsh_el_set_client_data(editor, Unmanaged.passUnretained(self).toOpaque())
        mcsh_history_set_size(list, Int32(Self.maximumEntries))
        mcsh_el_set_history(editor, list)
        mcsh_el_set_editor(editor, "emacs")
        mcsh_el_set_signals(editor, 0)
        // Ctrl-C, Ctrl-Z, Ctrl-\, Ctrl-S and Ctrl-Q are keys while a line is typed.
        for setting in ["-isig", "-ixon", "-ixoff"] { mcsh_el_set_tty(editor, "-d", setting) }
        mcsh_el_check_before_refresh(editor)
        mcsh_el_set_reader(editor) { LibEditSource.of($0)?.readCharacter($1) ?? -1 }
        addFunctions()
        bindKeys()
        if let configuration { apply(configuration) }
        if mcsh_el_is_editing(editor) == 0 { return nil }
    }

    /// Restores the terminal. Calls `el_end`.
    deinit {
        mcsh_el_set_editing(editor, 0)
        history_end(list)
        el_end(editor)
    }

    static func of(_ editor: OpaquePointer?) -> LibEditSource? {
        guard let editor, let data = mcsh_el_client_data(editor) else { return nil }
        return Unmanaged<LibEditSource>.fromOpaque(data).takeUnretainedValue()
    }

    /// libedit drops every character that the locale lacks: the C locale has no letters beyond ASCII, while today's
    /// terminals use UTF-8. Calls `setlocale`.
    private static func chooseLocale() {
        let name = setlocale(LC_CTYPE, "").map { String(cString: $0) } ?? "C"
        guard name == "C" || name == "POSIX" else { return }
        for candidate in ["C.UTF-8", "C.utf8", "UTF-8", "en_US.UTF-8"] where setlocale(LC_CTYPE, candidate) != nil {
            return
        }
    }

    func remember(_ entry: [UInt8]) {
        entries.append(entry)
        // Not one by one: each removal moves all the others.
        if entries.count > 2 * Self.maximumEntries { entries.removeFirst(Self.maximumEntries) }
        // Text with characters that the locale lacks cannot be searched.
        guard entry.allSatisfy({ (1..<0x80).contains($0) }) || Self.wide(entry) != nil else { return }
        mcsh_history_enter(list, entry.map { CChar(bitPattern: $0) } + [0])
    }

    /// Reads a line. Calls `el_wgets`.
    func next(prompt: PromptText) -> LineEvent {
        self.prompt = prompt
        isInterrupted = false
        entered = nil
        lineAtTab = nil
        recall = Recall()
        change.beginLine()
        repeatedKeys = []
        searchLabel = nil
        picture = nil
        firstRow = 0
        isDrawingHeld = false
        positionDeadline = nil
        var settings = termios()
        tcgetattr(STDIN_FILENO, &settings)
        let before = settings
        watcher.setRestore {
            var settings = before
            tcsetattr(STDIN_FILENO, TCSANOW, &settings)
            _ = FileDescriptors.write(Array("\(Self.pasteOff)\n".utf8), to: STDOUT_FILENO)
        }
        // libedit does this before it reads a key, after the prompt is on the screen: text typed in between would be
        // shown twice, and Ctrl-Z would stop the program without libedit noticing.
        mcsh_el_prepare_terminal(editor, 1)
        write(Self.pasteOn)
        defer {
            write(Self.pasteOff)
            watcher.setRestore(nil)
        }
        var count: Int32 = 0
        let line = el_wgets(editor, &count)
        if isInterrupted {
            write("^C\n")
            return .interrupted
        }
        if let entered {
            write("\n")
            return .line(entered)
        }
        guard let line, count > 0 else {
            leaveLine()
            write("\n")
            return .end
        }
        // The user has bound a function of libedit that enters the line, or the line was written in an editor.
        var bytes = Self.bytes(UnsafeBufferPointer(start: line, count: Int(count)))
        while bytes.last == UInt8(ascii: "\n") || bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        leaveLine(showing: bytes)
        write("\n")
        return .line(bytes)
    }

    /// Pasted text arrives between marks, and its line ends are not the key Enter.
    static let pasteOn = "\u{1b}[?2004h"
    static let pasteOff = "\u{1b}[?2004l"

    /// Writes at the cursor.
    func write(_ text: String) {
        _ = FileDescriptors.write(Array(text.utf8), to: STDOUT_FILENO)
    }

    // MARK: Characters

    /// The characters of some bytes in the terminal's encoding; nil if they are invalid. Calls `mbrtowc`.
    static func wide(_ bytes: [UInt8]) -> [wchar_t]? {
        var characters: [wchar_t] = []
        var state = mbstate_t()
        var index = 0
        return bytes.withUnsafeBytes { buffer -> [wchar_t]? in
            while index < buffer.count {
                var character: wchar_t = 0
                let start = buffer.baseAddress?.advanced(by: index).assumingMemoryBound(to: CChar.self)
                let count = mbrtowc(&character, start, buffer.count - index, &state)
                guard count > 0, count <= buffer.count - index else { return nil }
                characters.append(character)
                index += count
            }
            return characters
        }
    }

    /// The bytes of some characters in the terminal's encoding. Calls `wcrtomb`.
    static func bytes(_ characters: UnsafeBufferPointer<wchar_t>) -> [UInt8] {
        var bytes: [UInt8] = []
        var state = mbstate_t()
        var room = [CChar](repeating: 0, count: 16)
        for character in characters {
            let count = wcrtomb(&room, character, &state)
            guard count > 0, count <= room.count else { continue }
            for offset in 0..<count { bytes.append(UInt8(bitPattern: room[offset])) }
        }
        return bytes
    }
}
