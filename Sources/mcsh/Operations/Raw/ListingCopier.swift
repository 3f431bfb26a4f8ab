import MemcacheCore

/// Copies the lines of a dump to the output as the server sends them, for `raw` and `--pipe`.
struct ListingCopier {
    let client: MemcacheClient
    let session: Session
    /// Whether the lines are shown to people and therefore escaped.
    var isForPeople = false

    /// The result of copying a dump.
    enum Outcome {
        /// All of it is in the output.
        case copied
        /// The server sent an error; its line is in the output, as over a plain connection.
        case refused
        /// It was not sent, or is incomplete.
        case failed
    }

    /// Copies a dump to its end. Reports errors, and records the exit status.
    func copy(_ content: ListingRequest.Content, scope: [UInt8]) -> Outcome {
        let request: ListingRequest
        do throws(MemcacheError) {
            request = ListingRequest(content, try CrawlScope(String(decoding: scope, as: UTF8.self)))
        } catch {
            session.report("not sent: \(error.message)", code: "usage", .usage)
            return .failed
        }
        switch Blocking.wait(for: { [client] () async throws(MemcacheError) in try await client.dump(request) }) {
        case .success(let dump):
            return copy(dump, end: content == .metadata ? "END\r\n" : "EN\r\n")
        case .failure(let error):
            switch error.code {
            case .error, .clientError, .serverError, .unavailable:
                let answer = error.underlyingError as? MemcacheError ?? error
                write(Array("\(answer.message)\r\n".utf8))
                session.report(error, line: 0, server: client.configuration.firstServerName)
                return .refused
            default:
                report(error)
                return .failed
            }
        }
    }

    private func copy(_ dump: Listing<ListedItem>, end: String) -> Outcome {
        write(dump.firstLine)
        while true {
            switch Blocking.wait(for: { () async throws(MemcacheError) in try await dump.nextLines() }) {
            case .success(let lines?): write(lines)
            case .success(nil):
                write(Array(end.utf8))
                return .copied
            case .failure(let error):
                report(error)
                return .failed
            }
            if session.output.hasFailed { return .failed }
        }
    }

    private func write(_ bytes: [UInt8]) {
        guard isForPeople else { return session.output.write(bytes) }
        var shown: [UInt8] = []
        VerbatimReplies.append(escaped: bytes.span, to: &shown)
        session.output.write(shown)
    }

    private func report(_ error: MemcacheError) {
        session.report(error, line: 0, server: client.configuration.firstServerName)
    }
}
