import MemcacheCore

/// Copies the lines of a dump to the output as the server sends them, for `raw` and `--pipe`.
struct DumpCopier {
    let client: MemcacheClient
    let session: Session

    /// Copies a dump to its end. False when the server refused; its line is then in the output, as over a plain connection.
    func copy(_ content: DumpRequest.Content, scope: [UInt8]) -> Bool {
        let request: DumpRequest
        do throws(MemcacheError) {
            request = DumpRequest(content, try CrawlScope(String(decoding: scope, as: UTF8.self)))
        } catch {
            session.note(.usage)
            session.tell("not sent: \(error.message)", code: "usage")
            return true
        }
        switch MainThread.wait(for: { [client] () async throws(MemcacheError) in try await client.dump(request) }) {
        case .success(let dump):
            copy(dump, end: content == .metadata ? "END\r\n" : "EN\r\n")
            return true
        case .failure(let error):
            switch error.code {
            case .error, .clientError, .serverError, .unavailable:
                session.output.write(Array("\(error.message)\r\n".utf8))
                session.tell(error, line: 0, server: client.configuration.server.description)
                return false
            default:
                tell(error)
                return true
            }
        }
    }

    private func copy(_ dump: Dump<DumpEntry>, end: String) {
        while true {
            switch MainThread.wait(for: { () async throws(MemcacheError) in try await dump.nextLines() }) {
            case .success(let lines?): session.output.write(lines)
            case .success(nil):
                session.output.write(Array(end.utf8))
                return
            case .failure(let error):
                tell(error)
                return
            }
            if session.output.hasFailed { return }
        }
    }

    private func tell(_ error: MemcacheError) {
        session.note(error.exitStatus)
        session.tell(error, line: 0, server: client.configuration.server.description)
    }
}
