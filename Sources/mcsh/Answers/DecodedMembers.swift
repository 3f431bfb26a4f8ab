import MemcacheCore

/// What the objects of items have beside the stored value: the type that the application reads, and what it reads.
enum DecodedMembers {
    /// Appends `,"type":…` and, where it is not the stored text itself, `,"decoded":…` or `,"decoded_b64":…`; where bytes
    /// at the end are ignored, `,"ignored_bytes":…`. For what cannot be decoded there is `,"undecoded":…`, the reason.
    /// Nothing is appended for bytes without flags, and for flags that the application's client does not know.
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
            // Flags of another program's client are no fault.
            guard error.code != .unknownFlags else { return }
            out.append(",\"undecoded\":")
            JSONText.append(string: error.message, to: &out)
        }
    }
}
