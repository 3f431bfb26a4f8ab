import CStart
import MemcacheCore

/// The program's arguments, byte for byte.
///
/// Arguments may be any bytes, and the option parser works on text. Bytes that are not UTF-8 go through it as
/// characters of a private plane (U+10FF00 and the byte), and are converted back afterwards.
enum ArgumentText {
    private static let base: UInt32 = 0x10_ff00

    /// Arguments as text, without the program's name.
    static func arguments() -> [String] {
        let count = mcsh_argument_count()
        return (1..<max(1, count > 0 ? count : CommandLine.argc)).compactMap { index in
            let argument = count > 0 ? mcsh_argument(index) : CommandLine.unsafeArgv[Int(index)]
            return argument.map { text(Array(UnsafeRawBufferPointer(start: $0, count: length(of: $0)))) }
        }
    }

    /// An argument's own bytes.
    static func bytes(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            if scalar.value >= base, scalar.value < base + 256 {
                bytes.append(UInt8(scalar.value - base))
            } else {
                bytes.append(contentsOf: String(scalar).utf8)
            }
        }
        return bytes
    }

    /// An argument as text for the name of a file or a server: what is not UTF-8 is repaired.
    static func original(_ text: String) -> String {
        String(decoding: bytes(text), as: UTF8.self)
    }

    /// An argument's bytes as text. A character of that plane that the user wrote is passed on byte for byte too.
    static func text(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self),
            text.unicodeScalars.allSatisfy({ $0.value < base })
        {
            return text
        }
        var text = ""
        var index = 0
        while index < bytes.count {
            if let (scalar, length) = EscapedText.decodeScalar(bytes.span, at: index), scalar.value < base {
                text.unicodeScalars.append(scalar)
                index += length
            } else {
                if let scalar = Unicode.Scalar(base + UInt32(bytes[index])) { text.unicodeScalars.append(scalar) }
                index += 1
            }
        }
        return text
    }

    private static func length(of pointer: UnsafeMutablePointer<CChar>) -> Int {
        var length = 0
        while pointer[length] != 0 { length += 1 }
        return length
    }
}
