/// How Python writes and reads floats: `1.0`, `1e+16`, `1e-05`, `inf`, `nan`.
enum PythonFloat {
    /// Returns Python's `repr`: the shortest digits that read back as the same number, with an exponent from 10¹⁶ on
    /// and below 10⁻⁴.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        let sign = value.sign == .minus ? "-" : ""
        if value.isInfinite { return sign + "inf" }
        if value == 0 { return sign + "0.0" }
        // Swift finds the same shortest digits, but switches to exponents elsewhere, so only its digits are used.
        var digits: [UInt8] = []
        var pointPosition: Int?
        var exponent = 0
        let description = Array(value.magnitude.description.utf8)
        for (index, character) in description.enumerated() {
            if character == UInt8(ascii: "e") {
                exponent = Int(String(decoding: description[(index + 1)...], as: UTF8.self)) ?? 0
                break
            }
            if character == UInt8(ascii: ".") { pointPosition = digits.count } else { digits.append(character) }
        }
        exponent += pointPosition ?? digits.count
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(leading)
        exponent -= leading
        while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return sign + layOut(digits, exponent: exponent)
    }

    /// The number `0.digits × 10^exponent`.
    private static func layOut(_ digits: [UInt8], exponent: Int) -> String {
        let text = String(decoding: digits, as: UTF8.self)
        if exponent > 16 || exponent < -3 {
            let power = exponent - 1
            let magnitude = String(power.magnitude)
            return text.prefix(1) + (digits.count > 1 ? "." + text.dropFirst() : "") + (power < 0 ? "e-" : "e+")
                + (magnitude.count < 2 ? "0" : "") + magnitude
        }
        if exponent <= 0 { return "0." + String(repeating: "0", count: -exponent) + text }
        if exponent >= digits.count { return text + String(repeating: "0", count: exponent - digits.count) + ".0" }
        return text.prefix(exponent) + "." + text.dropFirst(exponent)
    }

    /// The number written in a text, or nil. Hexadecimal forms are not Python's.
    static func number(_ text: ArraySlice<UInt8>) -> Double? {
        let isDecimal = text.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "p"), UInt8(ascii: "P"), UInt8(ascii: "("): false
            default: byte > 0x20 && byte < 0x7f
            }
        }
        guard isDecimal, text.count <= 4096 else { return nil }
        return Double(String(decoding: text, as: UTF8.self))
    }
}
