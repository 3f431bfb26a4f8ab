import MemcacheCore

/// A value as a text for an editor, and back: what is stored for the text has the flags that the value had.
struct EditableValue {
    /// Why a value cannot be edited, or a text cannot be stored.
    struct Refusal: Error, Hashable {
        var message: String
    }

    /// The text for the editor.
    let text: [UInt8]
    let flags: UInt64
    /// Whether the text is the JSON of a pickle.
    let isPickle: Bool

    private let conventions: ValueConventions
    private var isCompressed: Bool { flags & PythonTranscoder.Flags.compressed.rawValue != 0 }

    /// The text of an existing value.
    init(_ bytes: [UInt8], flags: UInt64, by conventions: ValueConventions) throws(Refusal) {
        self.flags = flags
        self.conventions = conventions
        let decoded: DecodedValue?
        do throws(MemcacheError) {
            decoded = flags == 0 ? nil : try StoredValue(bytes: bytes, flags: flags).decoded(by: conventions)
        } catch {
            // Flags of another program mean nothing, unless one of them is ours too.
            guard error.code == .unknownFlags, flags & PythonTranscoder.Flags.compressed.rawValue == 0 else {
                throw Refusal(message: EscapedText.string(Array(error.message.utf8), keepsBackslashes: true))
            }
            decoded = nil
        }
        isPickle = decoded?.isPickle ?? false
        if let decoded, decoded.isPickle {
            text = try EditableValue.json(of: decoded, conventions)
            return
        }
        var plain = bytes
        if flags & PythonTranscoder.Flags.compressed.rawValue != 0 {
            let transcoder = conventions.transcoder
            let expanded = try? transcoder.compression.decompress(bytes, transcoder.maximumExpandedBytes)
            plain = expanded ?? bytes
        }
        guard ValueView.Layout.isText(plain) else { throw Refusal(message: "the value is binary") }
        text = plain
    }

    /// An empty text, for a value that does not exist yet.
    init(by conventions: ValueConventions) {
        text = []
        flags = 0
        isPickle = false
        self.conventions = conventions
    }

    /// The name of the file, whose extension tells an editor what it contains.
    var fileName: String {
        isPickle || JSONIndenter.indent(text) != nil ? "value.json" : "value.txt"
    }

    /// An edited text with its original line ends: the newline that editors put at the end of a file is removed if the
    /// text had none, and so are the carriage returns of an editor that ends every line with CR LF.
    func withOwnEnding(_ edited: [UInt8]) -> [UInt8] {
        let (carriageReturn, newline) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
        var lines = edited.split(separator: newline, omittingEmptySubsequences: false)
        let ended = lines.dropLast()
        if !text.contains(carriageReturn), !ended.isEmpty, ended.allSatisfy({ $0.last == carriageReturn }) {
            for index in ended.indices { lines[index].removeLast() }
        }
        var edited = Array(lines.joined(separator: [newline]))
        if edited.last == newline, text.last != newline {
            edited.removeLast()
            if edited.last == carriageReturn, text.last != carriageReturn { edited.removeLast() }
        }
        return edited
    }

    /// The bytes to store for an edited text.
    func stored(_ edited: [UInt8]) throws(Refusal) -> [UInt8] {
        var bytes = edited
        do throws(MemcacheError) {
            if isPickle {
                bytes = try PickleValue(json: edited).pickled(conventions.transcoder.writing)
            }
            if isCompressed { bytes = try conventions.transcoder.compression.compress(bytes) }
            // What the application could not read is not stored.
            _ = try flags == 0 ? nil : StoredValue(bytes: bytes, flags: flags).decoded(by: conventions)
        } catch  where error.code == .unknownFlags {
            return bytes
        } catch {
            throw Refusal(message: EscapedText.string(Array(error.message.utf8), keepsBackslashes: true))
        }
        return bytes
    }

    /// A command that stores the file's text nevertheless.
    ///
    /// - Parameter lifetime: The lifetime as a word; nil for no end.
    func command(key: [UInt8], file: [UInt8], lifetime: String?) -> String {
        var words = ["set", EditableValue.word(key)]
        if let lifetime { words.append(lifetime) }
        let compressed = PythonTranscoder.Flags.compressed.rawValue
        if isPickle {
            words.append("--as pickle")
        } else if flags & ~compressed != 0 {
            words.append("--flags \(flags & ~compressed)")
        }
        if isCompressed { words.append("--compress") }
        return (words + ["<", EditableValue.word(file)]).joined(separator: " ")
    }

    /// The commands that change a value without an editor.
    static func copies(_ key: [UInt8], flags: UInt64 = 0, lifetime: String? = nil) -> String {
        let key = word(key)
        let options = (lifetime.map { " \($0)" } ?? "") + (flags == 0 ? "" : " --flags \(flags)")
        return "get \(key) --raw > FILE, and set \(key)\(options) < FILE"
    }

    /// Bytes as a word of a line.
    private static func word(_ bytes: [UInt8]) -> String {
        String(decoding: WordSpelling.spell(bytes), as: UTF8.self)
    }

    /// The JSON of a pickle, if it represents the pickle completely.
    private static func json(
        of decoded: DecodedValue, _ conventions: ValueConventions
    ) throws(Refusal) -> [UInt8] {
        let name = Word.shown(Array(decoded.value.typeName.utf8))
        let refusal = Refusal(message: "the pickle (\(name)) has parts that JSON cannot bring back")
        guard let json = try? decoded.json(), let again = try? PickleValue(json: json), again == decoded.value,
            let pickle = try? again.pickled(conventions.transcoder.writing),
            let read = try? PickleValue(pickle: pickle, options: conventions.transcoder.reading), read == again
        else { throw refusal }
        return EditableJSON.indented(json)
    }
}

/// Formats our own JSON over several lines, with every byte unchanged.
enum EditableJSON {
    static func indented(_ json: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var depth = 0
        var isInText = false
        var index = 0
        func endLine() { out += [UInt8(ascii: "\n")] + [UInt8](repeating: 0x20, count: 2 * min(depth, 32)) }
        while index < json.count {
            let byte = json[index]
            if isInText {
                out.append(byte)
                if byte == UInt8(ascii: "\\"), index + 1 < json.count {
                    index += 1
                    out.append(json[index])
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
                index += 1
                continue
            }
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                out.append(byte)
                let next = index + 1 < json.count ? json[index + 1] : 0
                if next == UInt8(ascii: "]") || next == UInt8(ascii: "}") {
                    out.append(next)
                    index += 1
                } else {
                    depth += 1
                    endLine()
                }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                endLine()
                out.append(byte)
            case UInt8(ascii: ","):
                out.append(byte)
                endLine()
            case UInt8(ascii: ":"): out += [byte, 0x20]
            default:
                isInText = byte == UInt8(ascii: "\"")
                out.append(byte)
            }
            index += 1
        }
        return out + [UInt8(ascii: "\n")]
    }
}
