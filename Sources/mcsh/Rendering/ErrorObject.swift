import MemcacheCore

/// An error as the format JSON has it on standard error.
enum ErrorObject {
    /// `{"error","code","line"?,"server"?}`, without the end of the line.
    static func text(_ message: String, code: String, line: Int? = nil, server: String? = nil) -> String {
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
        out.append("}")
        return String(decoding: out, as: UTF8.self)
    }
}
