import MemcacheCore

/// Lays out our own JSON in lines for people: short arrays and objects in one line, others over several. The text may
/// be truncated anywhere. What is unsafe for a terminal is escaped.
struct JSONLayout {
    private let json: [UInt8]
    private var lines: [String] = []
    private var line: [UInt8] = []
    private var depth = 0

    /// The maximum number of bytes of an array or object in one line.
    private static let shortBytes = 60
    private let shortBytes: Int
    /// Deeper levels are not indented further.
    private static let deepestIndent = 32

    /// - Parameter width: The columns of the terminal; nil if lines may have any length.
    static func lines(_ json: [UInt8], width: Int? = nil) -> [String] {
        var layout = JSONLayout(json: json, width: width)
        layout.layOut()
        return layout.lines
    }

    private init(json: [UInt8], width: Int?) {
        self.json = json
        shortBytes = min(Self.shortBytes, width ?? Self.shortBytes)
    }

    private mutating func layOut() {
        var index = 0
        while index < json.count {
            let byte = json[index]
            switch byte {
            case UInt8(ascii: "\""):
                let end = endOfString(index)
                line += json[index..<end]
                index = end
                continue
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                if let end = endOfShort(index) {
                    appendShort(index..<end)
                    index = end
                    continue
                }
                line.append(byte)
                depth += 1
                endLine()
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                endLine()
                line.append(byte)
            case UInt8(ascii: ","):
                line.append(byte)
                endLine()
            case UInt8(ascii: ":"): line.append(": ")
            default: line.append(byte)
            }
            index += 1
        }
        endLine()
    }

    private mutating func endLine() {
        if line.contains(where: { $0 != 0x20 }) {
            lines.append(EscapedText.string(line, keepsBackslashes: true))
        }
        line = [UInt8](repeating: 0x20, count: 2 * max(0, min(depth, Self.deepestIndent)))
    }

    /// Appends an array or object with spaces after its commas and colons.
    private mutating func appendShort(_ range: Range<Int>) {
        var index = range.lowerBound
        while index < range.upperBound {
            if json[index] == UInt8(ascii: "\"") {
                let end = endOfString(index)
                line += json[index..<end]
                index = end
                continue
            }
            line.append(json[index])
            if json[index] == UInt8(ascii: ",") || json[index] == UInt8(ascii: ":") { line.append(0x20) }
            index += 1
        }
    }

    /// The position after the string that begins at `start`.
    private func endOfString(_ start: Int) -> Int {
        var index = start + 1
        while index < json.count, json[index] != UInt8(ascii: "\"") {
            index += json[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, json.count)
    }

    /// The position after the array or object that begins at `start`, if it is a short one.
    private func endOfShort(_ start: Int) -> Int? {
        let limit = min(start + shortBytes, json.count)
        var index = start
        var level = 0
        while index < limit {
            switch json[index] {
            case UInt8(ascii: "\""):
                index = endOfString(index)
                continue
            case UInt8(ascii: "["), UInt8(ascii: "{"): level += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                level -= 1
                if level == 0 { return index + 1 }
            default: break
            }
            index += 1
        }
        return nil
    }
}
