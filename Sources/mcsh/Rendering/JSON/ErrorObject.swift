import MemcacheCore

/// An error as the JSON format has it on standard error.
enum ErrorObject {
    /// `{"error","code","line"?,"server"?,"key"|"keys"?}`, without the end of the line.
    static func text(
        _ message: String, code: String, line: Int? = nil, server: String? = nil, keys: [[UInt8]] = []
    ) -> String {
        var out: [UInt8] = []
        out.append("{\"error\":")
        JSONText.append(string: message, to: &out)
        out.append(",\"code\":")
        JSONText.append(string: code, to: &out)
        if let line { out.append(contentsOf: Array(",\"line\":\(line)".utf8)) }
        if let server {
            out.append(",\"server\":")
            JSONText.append(string: server, to: &out)
        }
        append(keys, to: &out)
        out.append("}")
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends one key, or several: in base64 if one of them is not text.
    private static func append(_ keys: [[UInt8]], to out: inout [UInt8]) {
        guard keys.count != 1 else {
            let key = keys[0]
            out.append(",")
            return JSONText.append("key", bytes: key.span, to: &out)
        }
        guard !keys.isEmpty else { return }
        let areText = keys.allSatisfy { JSONText.isUTF8($0.span) }
        out.append(areText ? ",\"keys\":[" : ",\"keys_b64\":[")
        for (index, key) in keys.enumerated() {
            if index > 0 { out.append(",") }
            let text = areText ? key : Base64.encode(key)
            JSONText.append(string: text.span, to: &out)
        }
        out.append("]")
    }
}
