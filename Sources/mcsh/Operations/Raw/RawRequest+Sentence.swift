import MemcacheCore

extension RawRequest.Fault {
    /// The error in a line within some bytes, for a message.
    func sentence(in bytes: [UInt8], line: Range<Int>) -> String {
        switch self {
        case .key(let fault):
            let words = bytes[line].split(separator: UInt8(ascii: " "))
            let key = words.count > 1 ? Array(words[1]) : []
            return MemcacheError(fault, key: key, maximumBytes: Key.maximumBytes).message
        case .word(let range, let what):
            return "\"\(EscapedText.string(Array(bytes[range])))\" is not \(what)"
        case .incomplete(let syntax): return "words are missing: write \(syntax)"
        case .endless(let command):
            return "the answer to \(command) has no end: use the command \(command) of mcsh"
        }
    }
}
