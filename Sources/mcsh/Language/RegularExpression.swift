import MemcacheCore
import MemcachePlatform

/// A POSIX extended regular expression over bytes: one byte is one character, whatever the user's locale is.
///
/// `@unchecked Sendable`: the compiled pattern is not changed after its creation, and `regexec` may be called on
/// several threads.
final class RegularExpression: @unchecked Sendable {
    /// Why a pattern is invalid.
    struct Fault: Error, Hashable {
        /// The C library's message, in lower case.
        var reason: String
    }

    private var compiled = regex_t()

    /// Compiles a pattern. Calls `regcomp`, in the locale `C`.
    init(_ pattern: [UInt8]) throws(Fault) {
        guard !pattern.contains(0) else { throw Fault(reason: "a pattern cannot hold a NUL byte") }
        let text = pattern.map { CChar(bitPattern: $0) } + [0]
        let code = Self.inBytes { regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB) }
        guard code != 0 else { return }
        var reason = [CChar](repeating: 0, count: 256)
        regerror(code, &compiled, &reason, reason.count)
        // A pattern that could not be compiled must not be freed.
        compiled = regex_t()
        let letters = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        throw Fault(reason: String(decoding: letters, as: UTF8.self).lowercased())
    }

    /// The letter of an escape that other programs' expressions have and POSIX does not, such as `\d`; nil for none.
    static func foreignEscape(in pattern: [UInt8]) -> UInt8? {
        var index = 0
        while index + 1 < pattern.count {
            guard pattern[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            let letter = pattern[index + 1]
            let isLetter = (65...90).contains(letter) || (97...122).contains(letter)
            if isLetter, !"wWsSbB".utf8.contains(letter) { return letter }
            index += 2
        }
        return nil
    }

    deinit { regfree(&compiled) }

    /// Whether the pattern is found anywhere in some bytes, of which any may be 0. Calls `regexec`.
    func matches(_ bytes: Span<UInt8>) -> Bool {
        #if canImport(Musl)
            // This C library accepts only NUL-terminated text.
            var text: [CChar] = []
            for index in bytes.indices { text.append(CChar(bitPattern: bytes[index])) }
            return regexec(&compiled, text + [0], 0, nil, 0) == 0
        #else
            return bytes.withUnsafeBufferPointer { buffer in
                var range = regmatch_t(rm_so: 0, rm_eo: regoff_t(buffer.count))
                guard let base = buffer.baseAddress else { return regexec(&compiled, "", 0, &range, REG_STARTEND) == 0 }
                return base.withMemoryRebound(to: CChar.self, capacity: buffer.count) { text in
                    regexec(&compiled, text, 0, &range, REG_STARTEND) == 0
                }
            }
        #endif
    }

    /// Runs a closure on this thread in the locale `C`, in which a byte is a character. Calls `uselocale`.
    private static func inBytes<Result>(_ body: () -> Result) -> Result {
        #if canImport(Darwin)
            let locale = newlocale(LC_ALL_MASK, "C", nil)
        #else
            // The categories outside the mask are those of the locale C too.
            let locale = newlocale(1 << Int32(LC_CTYPE), "C", nil)
        #endif
        guard let locale else { return body() }
        let before = uselocale(locale)
        defer {
            uselocale(before)
            freelocale(locale)
        }
        return body()
    }
}
