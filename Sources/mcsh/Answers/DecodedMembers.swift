import MemcacheCore

/// The members beside the stored value in the objects of items: the type that the application reads, and its value.
enum DecodedMembers {
    /// Appends `,"type":…` and, unless it is the stored text itself, `,"decoded":…` or `,"decoded_b64":…`; if bytes at
    /// the end are ignored, `,"ignored_bytes":…`. A value that cannot be decoded gets `,"undecoded":…`, the reason.
    /// Nothing is appended for bytes without flags, nor for flags that the application's client does not know.
    static func append(_ value: [UInt8], flags: UInt64, _ conventions: ValueConventions, to out: inout [UInt8]) {
        guard flags != 0 else { return }
        do throws(MemcacheError) {
            let decoded = try StoredValue(bytes: value, flags: flags).decoded(by: conventions)
            var members: [UInt8] = []
            members.append(",\"type\":")
            JSONText.append(string: decoded.value.typeName, to: &members)
            switch decoded.value.content {
            case .text(let text) where text.utf8.count > decoded.maximumJSONBytes: throw decoded.tooLong
            case .text where !decoded.isPickle && decoded.expandedBytes == nil: break
            case .bytes(let bytes) where !decoded.isPickle:
                guard bytes.count <= decoded.maximumJSONBytes else { throw decoded.tooLong }
                members.append(",")
                JSONText.append("decoded", bytes: bytes.span, to: &members)
            default:
                members.append(",\"decoded\":")
                members += try decoded.json()
            }
            if decoded.ignoredBytes > 0 {
                members.append(",\"ignored_bytes\":")
                ASCIINumber.append(UInt64(decoded.ignoredBytes), to: &members)
            }
            out += members
        } catch {
            // The flags of another program's client are not an error.
            guard error.code != .unknownFlags else { return }
            out.append(",\"undecoded\":")
            JSONText.append(string: error.message, to: &out)
        }
    }
}
