extension MemcacheError {
    /// The error for bytes that are not a valid reply.
    package init(_ failure: ReplyParser.Failure) {
        let message: String
        switch failure {
        case .lineTooLong(let limit):
            message = "the server sent a line of more than \(limit) bytes: this is not memcached"
        case .valueTooLong(let bytes, let limit):
            message =
                "the server announced a value of \(bytes) \(bytes == 1 ? "byte" : "bytes"), more than the limit of \(limit)"
        case .replyTooLong(let limit):
            message = "the server's answer exceeds the limit of \(limit) bytes"
        case .malformed(let line):
            message = "the server sent a malformed line: \(Self.excerpt(line))"
        case .valueNotTerminated:
            message = "the server sent a value that does not end where its length says"
        case .unexpected(let line) where line.starts(with: Array("HTTP/".utf8)):
            message = "the server speaks HTTP, not memcached: \(Self.excerpt(line))"
        case .unexpected(let line):
            message = "the server sent an unexpected reply: \(line.isEmpty ? "an empty line" : Self.excerpt(line))"
        }
        self.init(.unreadableReply, message, mayHaveTakenEffect: true)
    }

    private static func excerpt(_ line: [UInt8]) -> String {
        line.count > 80 ? EscapedText.string(Array(line.prefix(80))) + "…" : EscapedText.string(line)
    }
}
