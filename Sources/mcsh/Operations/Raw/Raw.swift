import MemcacheCore

/// `raw`: sends a protocol line unchanged, and prints the server's bytes: escaped for people, exact otherwise.
struct Raw: OperationCommand {
    static let command = CommandDescription(
        name: "raw", group: .shell,
        parameters: [.init(name: "LINE", kind: .line, meaning: "a line of the protocol, as it goes over the wire")],
        summary: "send a protocol line as it is, and print the server's bytes",
        details: """
            The line is sent with CR LF after it; a value for a storage command comes from < FILE, << TAG or -x. The \
            end of the answer is found by the command's word. For people the answer is escaped; every other format has \
            its exact bytes.
            """,
        examples: [.init(line: "raw mg user:42 v t", meaning: "what the server answers, byte for byte")],
        cost: "What the line costs; mcsh does not check what it does.",
        loss: "Whatever the line loses: nothing is asked, but on production.",
        wireForm: "LINE", danger: .writes)
    static let presence = Presence.streamed
    static let readsListings = true

    let line: [UInt8]
    let payload: [UInt8]?
    private let isForPeople: Bool

    init(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: borrowing RequestBuilder
    ) throws(Diagnostic) {
        let last = arguments.words[arguments.words.count - 1]
        line = bytes.copy(arguments.words[0].source.lowerBound..<last.source.upperBound)
        payload = arguments.inputValue
        isForPeople = builder.format == .human
    }

    func run(on fleet: Fleet, to output: inout OperationOutput) async throws(MemcacheError) {
        guard !fleet.isPool else {
            return output.report(
                "raw goes to one server, and there are \(fleet.servers.count): choose one with use or -s",
                code: "usage", .usage)
        }
        let request: RawRequest
        do throws(RawRequest.Fault) {
            request = try RawRequest(line.span, 0..<line.count)
        } catch {
            return output.report(
                "not sent: \(error.sentence(in: line, line: 0..<line.count))", code: "usage", .usage)
        }
        if output.host.isProduction, !RawRequest.onlyReads(line.span, 0..<line.count),
            !output.confirm(
                "raw \(Word.shown(line)) on \(output.host.serverNames): sent as it is, whatever it does")
        {
            return
        }
        if let content = request.dump {
            _ = ListingCopier(client: fleet.client, session: output.session, isForPeople: isForPeople)
                .copy(content, scope: request.dumpScope)
            return
        }
        await send(request, to: fleet, &output)
    }

    private func send(_ request: RawRequest, to fleet: Fleet, _ output: inout OperationOutput) async {
        var encoder = RequestEncoder()
        encoder.append(line.span)
        encoder.endLine()
        if let length = request.valueBytes {
            guard let payload, payload.count == length else {
                return output.report(
                    "not sent: the line announces a value of \(length) \(length == 1 ? "byte" : "bytes"), and "
                        + (payload.map { "\($0.count) \($0.count == 1 ? "is" : "are") given" } ?? "none is given")
                        + "; give it with < FILE or << TAG",
                    code: "usage", .usage)
            }
            encoder.block(payload)
        }
        var shape = request.shape
        if request.isQuiet {
            encoder.append(RequestEncoder.fence)
            shape = shape == .anythingUntilFence ? shape : .untilFence
        }
        let exchange = VerbatimReplies(output: output.sink, isForPeople: isForPeople)
        exchange.add(shape, hidesEnd: request.isQuiet)
        if shape.leavesEndOpen {
            encoder.append(RequestEncoder.fence)
            exchange.addFence()
        }
        let window = InFlightWindow(client: fleet.client, maximumBytes: .max)
        _ = window.submit(
            encoder.bytes, with: encoder.longValues, expecting: exchange.shapes, isLost: { false }
        ) { whenFinished, requests in
            exchange.requests = requests
            exchange.onFinish = { _ in whenFinished() }
            return exchange
        }
        window.drain()
        output.note(exchange.status)
        guard var error = exchange.error else { return }
        if !output.isInterrupted, let server = fleet.servers.first {
            error = await RefusalReason.explained(error, of: server, command: exchange.suspect)
        }
        output.report(error, server: output.host.serverNames)
    }
}
