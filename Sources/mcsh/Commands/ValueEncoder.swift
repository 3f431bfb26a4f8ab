import MemcacheCore

/// Encodes a value of a line as the application's client would: the stored bytes and the flags.
enum ValueEncoder {
    /// The bytes and flags to store for a value.
    ///
    /// - Parameters:
    ///   - value: The word of the value; nil for one from a file, from a here-document or from standard input.
    ///   - bytes: What the words point into.
    /// - Returns: Nil if the value is stored unchanged, with the flags of the line.
    static func encode(
        _ value: Word?, _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, by conventions: ValueConventions
    ) throws(Diagnostic) -> EncodedValue? {
        guard arguments.form != nil || arguments.compression != nil else { return nil }
        let input = value.map { bytes.copy($0.range) } ?? arguments.inputValue ?? []
        if let word = arguments.flagsWord, arguments.compression != nil,
            arguments.flags & PythonTranscoder.Flags.compressed.rawValue != 0
        {
            throw Diagnostic(
                "these flags say that the value is compressed already: 8 is among them", at: word,
                suggestion: "leave out --compress, or take 8 off the flags")
        }
        let options = EncodingOptions(minimumCompressLength: arguments.compression.map { $0 == 0 ? -1 : $0 } ?? 0)
        do throws(Fault) {
            let (content, flags) = try content(of: input, as: arguments.form ?? .bytes, conventions)
            var encoded = try refused { () throws(MemcacheError) in
                try conventions.transcoder.encode(content, options: options)
            }
            encoded.flags |= flags | arguments.flags
            return encoded
        } catch {
            throw diagnostic(error, value, option: arguments.formWord ?? arguments.name, form: arguments.form)
        }
    }

    /// An error in a value, and the offset of the byte in question.
    private struct Fault: Error {
        var message: String
        var position: Int?
    }

    private static func diagnostic(_ fault: Fault, _ value: Word?, option: Word, form: ValueForm?) -> Diagnostic {
        let suggestion: String? =
            switch form {
            case .int: "write digits, with a - in front of a negative number"
            case .json, .pickle: "write JSON such as {\"a\":[1,true,null]}, in which text has double quotes"
            case .text: "write --as bytes to store it as it is"
            case .bytes, nil: nil
            }
        guard let position = fault.position else {
            return Diagnostic(fault.message, at: value ?? option, suggestion: suggestion)
        }
        guard let value, !value.isQuoted, value.source.count == value.range.count else {
            return Diagnostic(
                "\(fault.message) (byte \(position + 1) of the value)", at: value ?? option, suggestion: suggestion)
        }
        // A word without quotes appears in the line unchanged, so that the byte itself can be shown.
        let place = value.source.lowerBound + position
        return Diagnostic(
            fault.message, at: place..<min(place + 1, value.source.upperBound), suggestion: suggestion)
    }

    /// The value to encode, and its additional flags.
    private static func content(
        of input: [UInt8], as form: ValueForm, _ conventions: ValueConventions
    ) throws(Fault) -> (PickleValue, flags: UInt64) {
        switch form {
        case .bytes: return (PickleValue(.bytes(input)), 0)
        case .text: return (try text(input), 0)
        case .json:
            try checked { () throws(JSONFault) in try PickleValue.check(json: input) }
            return (try text(input), 0)
        case .pickle:
            // Stored as the client stores it: a number or a text is not pickled.
            return (try checked { () throws(JSONFault) in try PickleValue.read(json: input) }, 0)
        case .int:
            // As in Python, spaces around the digits are ignored: a file ends with a newline.
            var digits = input[...]
            while let first = digits.first, isSpace(first) { digits.removeFirst() }
            while let last = digits.last, isSpace(last) { digits.removeLast() }
            guard let number = BigInteger(decimal: digits, maximumDigits: maximumDigits) else {
                let isLong = digits.count > maximumDigits
                throw Fault(
                    message: isLong ? "the integer has more than \(maximumDigits) digits" : "the value is no integer")
            }
            return (PickleValue(.integer(number)), 0)
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

    /// The limit of digits: the library does not read back more.
    private static let maximumDigits = PickleLimits().maximumIntegerDigits

    private static func text(_ input: [UInt8]) throws(Fault) -> PickleValue {
        guard let text = String(validating: input, as: UTF8.self) else {
            throw Fault(message: "the value is not UTF-8, as text has to be")
        }
        return PickleValue(.text(text))
    }

    private static func checked<Result>(_ body: () throws(JSONFault) -> Result) throws(Fault) -> Result {
        do throws(JSONFault) { return try body() } catch {
            throw Fault(message: error.message, position: error.position)
        }
    }

    private static func refused<Result>(_ body: () throws(MemcacheError) -> Result) throws(Fault) -> Result {
        do throws(MemcacheError) { return try body() } catch { throw Fault(message: error.message) }
    }
}
