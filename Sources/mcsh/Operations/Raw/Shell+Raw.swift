import MemcacheCore

extension Shell {
    /// Sends a protocol line as it is, and prints the server's bytes: escaped for people, exact otherwise.
    func raw(_ line: [UInt8], _ payload: [UInt8]?) {
        guard router == nil else {
            session.note(.usage)
            session.tell(
                "raw goes to one server, and there are \(client.pool.servers.count): choose one with use or -s",
                code: "usage", line: builder.line)
            return
        }
        let request: RawRequest
        do throws(RawRequest.Fault) {
            request = try RawRequest(line.span, 0..<line.count)
        } catch {
            session.note(.usage)
            session.tell(
                "not sent: \(error.sentence(in: line, line: 0..<line.count))", code: "usage", line: builder.line)
            return
        }
        if selection.isProduction, !RawRequest.onlyReads(line.span, 0..<line.count),
            !confirm("raw \(Word.shown(line)) on \(server): sent as it is, whatever it does", command: "raw")
        {
            return
        }
        if let content = request.dump {
            _ = ListingCopier(client: client, session: session, isForPeople: builder.format == .human)
                .copy(content, scope: request.dumpScope)
            return
        }
        var encoder = RequestEncoder()
        encoder.append(line.span)
        encoder.endLine()
        if let length = request.valueBytes {
            guard let payload, payload.count == length else {
                session.note(.usage)
                session.tell(
                    "not sent: the line announces a value of \(length) bytes, and "
                        + (payload.map { "\($0.count) are given" } ?? "none is given")
                        + "; give it with < FILE or << TAG",
                    code: "usage", line: builder.line)
                return
            }
            encoder.block(payload)
        }
        var shape = request.shape
        if request.isQuiet {
            encoder.append(RequestEncoder.fence)
            shape = shape == .anythingUntilFence ? shape : .untilFence
        }
        let exchange = VerbatimReplies(output: session.output, isForPeople: builder.format == .human)
        exchange.add(shape, hidesEnd: request.isQuiet)
        if shape.leavesEndOpen {
            encoder.append(RequestEncoder.fence)
            exchange.addFence()
        }
        let window = InFlightWindow(client: client, maximumBytes: .max)
        _ = window.submit(
            encoder.bytes, with: encoder.longValues, expecting: exchange.shapes, isLost: { false }
        ) { whenFinished in
            exchange.onFinish = { _ in whenFinished() }
            return exchange
        }
        window.drain()
        session.note(exchange.status)
        if let error = exchange.error {
            session.note(error.exitStatus)
            session.tell(error, line: builder.line, server: server)
        }
    }
}

extension RawRequest.Fault {
    /// What is wrong with a line that stands in some bytes, for a message.
    func sentence(in bytes: [UInt8], line: Range<Int>) -> String {
        switch self {
        case .key(let fault):
            let words = bytes[line].split(separator: UInt8(ascii: " "))
            let key = words.count > 1 ? Array(words[1]) : []
            return MemcacheError(fault, key: key, maximumBytes: Key.maximumBytes).message
        case .word(let range, let what):
            return "\"\(EscapedText.string(Array(bytes[range])))\" is not \(what)"
        case .incomplete(let syntax): return "words are missing: write \(syntax)"
        case .endless(let command):
            return "the answer to \(command) has no end: use the command \(command) of mcsh"
        }
    }
}
