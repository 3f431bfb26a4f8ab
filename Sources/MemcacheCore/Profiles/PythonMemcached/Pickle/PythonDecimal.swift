/// How Python writes a `decimal.Decimal`.
enum PythonDecimal {
    /// Whether a text is a number for Python's `Decimal`: `12.340`, `-1E+28`, `Infinity`, `NaN`, `-sNaN123`.
    static func isDecimal(_ text: [UInt8]) -> Bool {
        var rest = text[...]
        func skip(_ word: String) -> Bool {
            guard rest.count >= word.utf8.count, zip(rest, word.utf8).allSatisfy({ $0 | 0x20 == $1 }) else {
                return false
            }
            rest = rest.dropFirst(word.utf8.count)
            return true
        }
        func digits() -> Int {
            let count = rest.prefix { $0 &- UInt8(ascii: "0") <= 9 }.count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        if skip("infinity") || skip("inf") { return rest.isEmpty }
        if skip("snan") || skip("nan") {
            _ = digits()
            return rest.isEmpty
        }
        var count = digits()
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            count += digits()
        }
        guard count > 0 else { return false }
        if skip("e") {
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
            // Python's largest exponent has 18 digits.
            guard (1...18).contains(digits()) else { return false }
        }
        return rest.isEmpty
    }

    /// Whether it is a signaling NaN, which Python does not accept as a key.
    static func isSignaling(_ text: [UInt8]) -> Bool {
        let isSigned = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+")
        return text.dropFirst(isSigned ? 1 : 0).first.map { $0 | 0x20 == UInt8(ascii: "s") } ?? false
    }
}
