import MemcacheCore

/// What the objects of items have beside the stored value: the type that the application reads, and what it reads.
enum DecodedMembers {
    /// Appends `,"type":…` and, where it is not the stored text itself, `,"decoded":…` or `,"decoded_b64":…`. Nothing is
    /// appended for bytes without flags, and for what cannot be decoded.
    static func append(_ value: [UInt8], flags: UInt64, _ conventions: ValueConventions, to out: inout [UInt8]) {
        guard flags != 0 else { return }
        do throws(MemcacheError) {
            let decoded = try StoredValue(bytes: value, flags: flags).decoded(by: conventions)
            var members: [UInt8] = []
            members.append(",\"type\":")
            JSONText.append(string: decoded.value.typeName, to: &members)
            switch decoded.value.content {
            case .text(let text) where text.utf8.count > decoded.maximumJSONBytes: return
            case .text where !decoded.isPickle && decoded.expandedBytes == nil: break
            case .bytes(let bytes) where !decoded.isPickle:
                guard bytes.count <= decoded.maximumJSONBytes else { return }
                members.append(",")
                JSONText.append("decoded", bytes: bytes.span, to: &members)
            default:
                members.append(",\"decoded\":")
                members += try decoded.json()
            }
            out += members
        } catch {
            // The stored value says all that there is.
        }
    }
}
