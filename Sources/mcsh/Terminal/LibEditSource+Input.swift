import CLibEdit
import MemcacheCore
import MemcachePlatform

/// Input from the terminal while a line is typed: characters, keys, pasted text, and requests of signals.
extension LibEditSource {
    /// How long the rest of a key's sequence may take.
    private static let sequenceMilliseconds: Int32 = 50
    /// A pause in pasted text, after which Ctrl-C is the key.
    private static let pauseMilliseconds: Int32 = 500
    private static let maximumPasteBytes = 8 << 20

    /// Reads the next character for libedit: 1, or 0 at the end of the input, or -1. Draws the line before it waits.
    /// Calls `poll` and `read`.
    func readCharacter(_ character: UnsafeMutablePointer<wchar_t>?) -> Int32 {
        mcsh_el_check_line(editor)
        if let key = repeatedKeys.popFirst() {
            character?.pointee = key
            return 1
        }
        while true {
            while !decoded.isEmpty {
                let output = decoded.removeFirst()
                if case .position(_, let column) = output {
                    takePosition(column: column)
                } else if let found = convert(output) {
                    // The text of a search is none of the line.
                    if isVi, searchLabel == nil { change.take(found) }
                    character?.pointee = found
                    return 1
                }
            }
            if bytesAhead.isEmpty, !FileDescriptors.isReadable(STDIN_FILENO) {
                mcsh_el_refresh(editor)
                draw()
            }
            switch waitForByte(decoder.isPending ? Self.sequenceMilliseconds : positionMilliseconds) {
            case .byte(let byte): decoded = decoder.take(byte)
            case .late where decoder.isPending: decoded = decoder.timeOut()
            case .late: takePosition(column: nil)
            case .end: return 0
            case .notice(let notice): take(notice)
            }
        }
    }

    private enum Arrival {
        case byte(UInt8)
        case notice(SignalWatcher.Notice)
        case late, end
    }

    private func waitForByte(_ milliseconds: Int32, upTo count: Int = 1) -> Arrival {
        if let byte = bytesAhead.popFirst() { return .byte(byte) }
        while true {
            var entries = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: watcher.noticeDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&entries, 2, milliseconds)
            if ready == 0 { return .late }
            if entries[1].revents != 0, let notice = watcher.takeNotice() { return .notice(notice) }
            guard ready > 0, entries[0].revents != 0 else { continue }
            var chunk = [UInt8](repeating: 0, count: count)
            let read = chunk.withUnsafeMutableBytes { FileDescriptors.read(STDIN_FILENO, into: $0) }
            // Ctrl-D typed while the terminal was reading lines arrives as an end; a terminal that is gone stays at it.
            if read == 0, entries[0].revents & Int16(POLLHUP | POLLERR | POLLNVAL) == 0, !hasReadNothing {
                hasReadNothing = true
                return .byte(0x04)
            }
            guard read > 0 else { return .end }
            hasReadNothing = false
            bytesAhead = chunk[1..<read]
            return .byte(chunk[0])
        }
    }

    /// The character that a byte completes. Calls `mbrtowc`.
    private func convert(_ output: KeyDecoder.Output) -> wchar_t? {
        switch output {
        case .key(let key): return wchar_t(key.rawValue)
        case .position: return nil
        case .byte(let byte):
            for _ in 0..<2 {
                var character: wchar_t = 0
                var part = CChar(bitPattern: byte)
                let count = mbrtowc(&character, &part, 1, &conversion)
                // Zero is the character NUL; results above the one byte are the two ways of reporting that there is
                // none yet.
                if count == 0 || count == 1 {
                    // The codes of our keys cannot be typed.
                    return (0x80...0x9f).contains(character) ? nil : character
                }
                if count == Int(bitPattern: UInt.max - 1) { return nil }
                // The preceding bytes were not a character; this byte may begin one.
                conversion = mbstate_t()
            }
            return nil
        }
    }

    private func take(_ notice: SignalWatcher.Notice) {
        switch notice {
        case .interrupted: decoded.append(.byte(0x03))
        case .suspended: decoded.append(.byte(0x1a))
        case .resized: resize()
        case .resumed: resume()
        }
    }

    // MARK: Changes of the terminal itself

    /// Stops the program as Ctrl-Z does. Calls `el_set` with `EL_PREP_TERM`.
    func suspend() -> UInt8 {
        leaveLine()
        write("\(Self.pasteOff)\n")
        mcsh_el_prepare_terminal(editor, 0)
        let restore = watcher.setRestore(nil)
        watcher.suspend()
        watcher.setRestore(restore)
        resume()
        return UInt8(CC_NORM)
    }

    /// Redraws the line after others have used the terminal.
    func resume() {
        mcsh_el_prepare_terminal(editor, 0)
        mcsh_el_prepare_terminal(editor, 1)
        write(Self.pasteOn)
        picture = nil
    }

    // MARK: Pasting

    /// Inserts pasted text, up to the mark at its end. Line ends stay in the line: nothing runs before Enter.
    ///
    /// A pause does not end it: otherwise the rest would be keys, and its line ends Enter. If the mark never comes,
    /// Ctrl-C drops the text: one that arrives alone after a pause, or one that nothing follows.
    func paste() -> UInt8 {
        var text = PastedText(limit: Self.maximumPasteBytes)
        var isPaused = false
        var last: UInt8 = 0
        reading: while true {
            switch waitForByte(Self.pauseMilliseconds, upTo: 4096) {
            case .byte(0x03) where isPaused && bytesAhead.isEmpty:
                // Alone it is the key; within the text it is not.
                take(.interrupted)
                return UInt8(CC_NORM)
            case .byte(let byte):
                isPaused = false
                last = byte
                if text.take(byte) { break reading }
            case .notice(let notice):
                take(notice)
                if notice == .interrupted { return UInt8(CC_NORM) }
            case .late where last == 0x03:
                take(.interrupted)
                return UInt8(CC_NORM)
            case .late: isPaused = true
            case .end: return UInt8(CC_EOF)
            }
        }
        let cleaned = Self.cleaned(text.bytes)
        guard !cleaned.isEmpty else { return UInt8(CC_NORM) }
        let isFirst = !currentLine().line.contains(UInt8(ascii: "\n"))
        insert(cleaned)
        let lines = cleaned.count { $0 == UInt8(ascii: "\n") } + 1
        guard text.isCut || lines > 1 && isFirst else { return UInt8(CC_REFRESH) }
        let what = "\(lines) line\(lines == 1 ? "" : "s") pasted"
        let them = lines == 1 ? "it" : "them"
        let cut = text.isCut ? ", and the rest dropped, beyond \(Self.maximumPasteBytes >> 20) MiB" : ""
        eraseLine()
        write("(\(what)\(cut): Enter runs \(them), Ctrl-C drops \(them))\n")
        return UInt8(CC_REFRESH)
    }

    /// Pasted bytes as text: one kind of line end, and no control characters that would be keys or control the
    /// terminal.
    static func cleaned(_ pasted: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(pasted.count)
        for (index, byte) in pasted.enumerated() {
            if byte == UInt8(ascii: "\r") {
                if index + 1 == pasted.count || pasted[index + 1] != UInt8(ascii: "\n") {
                    text.append(UInt8(ascii: "\n"))
                }
            } else if byte >= 0x20 && byte != 0x7f || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t") {
                text.append(byte)
            }
        }
        while text.last == UInt8(ascii: "\n") { text.removeLast() }
        return text
    }
}
