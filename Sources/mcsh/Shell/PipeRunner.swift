import MemcacheCore
import Synchronization

/// `--pipe`: protocol on standard input, the server's bytes on standard output.
///
/// Every request is looked at only as far as is needed to know where it and its answer end. After requests that may stay
/// silent (`noreply`, the flag `q`) an `mn` is slipped in, whose answer is not shown.
final class PipeRunner {
    private let client: MemcacheClient
    private let session: Session
    private let inFlight = InFlightCounter()
    private let outcome: Outcome

    private var bytes: [UInt8] = []
    private var position = 0
    /// How many requests have been seen.
    private var requests = 0
    /// The first of the requests at the end of the batch that may stay silent.
    private var silentSince: Int?
    private var batch: [UInt8] = []
    private var exchange: PassThrough
    private var isEmpty = true

    private static let batchBytes = 65_536
    private static let maximumBytesInFlight = 4 << 20

    /// What went wrong so far.
    private final class Outcome: Sendable {
        let session: Session
        let server: String
        let lost = Mutex(false)

        init(session: Session, server: String) {
            self.session = session
            self.server = server
        }

        func note(_ exchange: PassThrough) {
            session.note(exchange.status)
            for refusal in exchange.refusals {
                tell("\(PipeRunner.name(refusal.ordinals)): \(refusal.text)", code: "refused")
            }
            guard let error = exchange.error else { return }
            session.note(error.exitStatus)
            let isFirst = lost.withLock { lost in
                defer { lost = true }
                return !lost
            }
            if isFirst {
                let rest = exchange.unanswered.map { "; not answered from \(PipeRunner.name($0))" } ?? ""
                tell(error.message + rest, code: error.code.description)
            }
        }

        private func tell(_ message: String, code: String) {
            session.tell("\(server): \(message)", code: code)
        }
    }

    init(client: MemcacheClient, session: Session) {
        self.client = client
        self.session = session
        outcome = Outcome(session: session, server: client.configuration.server.description)
        exchange = PassThrough(output: session.output)
    }

    /// Runs until the end of the input.
    func run(descriptor: Int32) {
        var chunk = [UInt8](repeating: 0, count: 262_144)
        while !outcome.lost.withLock({ $0 }) {
            let count = chunk.withUnsafeMutableBytes { FileDescriptors.read(descriptor, into: $0) }
            if count < 0 {
                session.note(.localFailure)
                session.tell(
                    "cannot read standard input: \(FileDescriptors.reason(Int32(-count)))", code: "local-file")
            }
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
            guard takeRequests() else { break }
            submit()
        }
        if position < bytes.count { takeLastLine() }
        submit()
        inFlight.waitUntilEmpty()
    }

    /// A request, or several that cannot be told apart, for a message.
    private static func name(_ ordinals: Range<Int>) -> String {
        ordinals.count == 1
            ? "request \(ordinals.lowerBound + 1)"
            : "one of requests \(ordinals.lowerBound + 1) to \(ordinals.upperBound)"
    }

    /// Moves complete requests to the batch. False after a request that is not sent.
    private func takeRequests() -> Bool {
        defer {
            bytes.removeFirst(position)
            position = 0
        }
        while let newline = bytes.span.firstIndex(of: UInt8(ascii: "\n"), from: position) {
            let end = newline > position && bytes[newline - 1] == UInt8(ascii: "\r") ? newline - 1 : newline
            let request: RequestLine
            do throws(RequestLine.Fault) {
                request = try RequestLine(bytes.span, position..<end)
            } catch {
                refuse(error, position..<end)
                position = bytes.count
                return false
            }
            let next = newline + 1 + (request.valueBytes.map { $0 + 2 } ?? 0)
            guard next <= bytes.count else { return true }
            if let length = request.valueBytes, bytes[newline + 1 + length] != UInt8(ascii: "\r") {
                refuse("the value does not end where its length says", position..<end)
                position = bytes.count
                return false
            }
            if let content = request.dump {
                copyDump(content, scope: request.dumpScope)
            } else {
                take(request, position..<next)
            }
            if request.shape == .close {
                // The server hangs up: what follows would not be read.
                position = bytes.count
                return false
            }
            position = next
        }
        return true
    }

    private func take(_ request: RequestLine, _ range: Range<Int>) {
        let ordinal = requests
        requests += 1
        isEmpty = false
        if request.isQuiet {
            if silentSince == nil { silentSince = ordinal }
            batch.append(bytes.span, range)
            if request.shape == .anythingUntilNoop { endSilence(.anythingUntilNoop) }
            return
        }
        if request.isNoop, let first = silentSince {
            // The user's own mn ends the silence, and its answer is shown.
            batch.append(bytes.span, range)
            exchange.add(.untilNoop, hidesNoop: false, ordinals: first..<ordinal + 1)
            silentSince = nil
            return
        }
        endSilence(.untilNoop)
        batch.append(bytes.span, range)
        exchange.add(request.shape, hidesNoop: false, ordinals: ordinal..<ordinal + 1)
        if batch.count >= PipeRunner.batchBytes { submit() }
    }

    /// Copies a dump, after all earlier answers.
    private func copyDump(_ content: DumpRequest.Content, scope: [UInt8]) {
        submit()
        inFlight.waitUntilEmpty()
        requests += 1
        if !DumpCopier(client: client, session: session).copy(content, scope: scope) {
            session.note(.refused)
        }
    }

    private func endSilence(_ shape: ReplyShape) {
        guard let first = silentSince else { return }
        batch.append("mn\r\n")
        exchange.add(shape, hidesNoop: true, ordinals: first..<max(requests, first + 1))
        silentSince = nil
    }

    /// A last line without an end is sent all the same; a value that is cut short is not.
    private func takeLastLine() {
        let line = position..<bytes.count
        bytes.append("\r\n")
        if takeRequests(), position < bytes.count {
            refuse("the input ends inside it", line)
        }
    }

    private func submit() {
        endSilence(.untilNoop)
        guard !isEmpty else { return }
        let size = batch.count
        inFlight.add(size, waitingBelow: PipeRunner.maximumBytesInFlight)
        let exchange = exchange
        exchange.onFinish = { [outcome, inFlight] in
            outcome.note($0)
            inFlight.remove(size)
        }
        do throws(MemcacheError) {
            let connection = try client.connection()
            connection.submit(
                batch, expecting: exchange.shapes, timeout: client.configuration.replyTimeout, to: exchange)
        } catch {
            exchange.finish(error, answered: 0)
        }
        batch = []
        self.exchange = PassThrough(output: session.output)
        isEmpty = true
    }

    private func refuse(_ fault: RequestLine.Fault, _ line: Range<Int>) {
        refuse(fault.sentence(in: Array(bytes[line])), line)
    }

    private func refuse(_ reason: String, _ line: Range<Int>) {
        submit()
        inFlight.waitUntilEmpty()
        session.note(.usage)
        let shown = EscapedText.string(Array(bytes[line].prefix(80)))
        session.tell(
            "request \(requests + 1) was not sent, nor what follows it: \(reason): \(shown)", code: "usage")
    }
}
