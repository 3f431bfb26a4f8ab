import MemcacheCore

/// `-v`: prints the bytes on the wire on standard error. Lines sent begin with `>`, lines received with `<`.
enum TraceWriter {
    static func write(_ direction: TraceDirection, _ bytes: Span<UInt8>) {
        let mark = direction == .sent ? "> " : "< "
        var lines: [String] = []
        var start = 0
        while start < bytes.count {
            let newline = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start)
            let end = newline.map { $0 + 1 } ?? bytes.count
            let shown = min(end, start + 200)
            let rest =
                end > shown
                ? "… \(HumanUnits.count(UInt64(end - shown))) more \(end - shown == 1 ? "byte" : "bytes")" : ""
            lines.append(mark + EscapedText.string(bytes.copy(start..<shown)) + rest)
            start = end
        }
        Messages.write(lines: lines)
    }
}
