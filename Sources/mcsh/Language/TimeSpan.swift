import MemcacheCore

/// A length of time as options accept it: `3`, `1.5`, `500ms`, `2s`, `1m`, `1h`, `1d`.
enum TimeSpan {
    static func parse(_ text: [UInt8]) -> Duration? {
        var digits = text[...]
        var milliseconds = 1000.0
        if digits.suffix(2).elementsEqual("ms".utf8) {
            milliseconds = 1
            digits = digits.dropLast(2)
        } else if digits.last == UInt8(ascii: "s") {
            digits = digits.dropLast()
        } else if digits.last == UInt8(ascii: "m") {
            milliseconds = 60_000
            digits = digits.dropLast()
        } else if digits.last == UInt8(ascii: "h") {
            milliseconds = 3_600_000
            digits = digits.dropLast()
        } else if digits.last == UInt8(ascii: "d") {
            milliseconds = 86_400_000
            digits = digits.dropLast()
        }
        guard (1...12).contains(digits.count),
            digits.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }),
            let number = Double(String(decoding: digits, as: UTF8.self)),
            let microseconds = Int64(exactly: (number * milliseconds * 1000).rounded(.towardZero))
        else { return nil }
        return .microseconds(microseconds)
    }
}
