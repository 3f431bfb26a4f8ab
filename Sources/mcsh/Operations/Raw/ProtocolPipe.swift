import MemcacheCore
import Synchronization

/// `--pipe`: protocol on standard input, the server's bytes on standard output.
///
/// Every request is parsed only as far as needed to determine where it and its answer end. After requests that may stay
/// silent (`noreply`, the flag `q`) a fence is inserted, whose answer is not shown.
///
/// It belongs to the main thread. It is a value that is not copied, so that the compiler checks that access to its
/// properties is exclusive, and no request pays for a check at run time.
struct ProtocolPipe: ~Copyable {
    private let client: MemcacheClient
    private let session: Session
    private let window: InFlightWindow
    private let outcome: Outcome
    /// The server's name in the log, and the log.
    private let server: String
    private let log: CommandLog?

    private var bytes: [UInt8] = []
    private var position = 0
    /// How far an incomplete line has been searched.
    private var searched = 0
    /// The number of requests so far.
    private var requests = 0
    /// The first of the requests at the end of the batch that may have no reply.
    private var silentSince: Int?
    /// Its offset in the batch.
    private var silentStart = 0
    private var batch = RequestEncoder()
    private var exchange: VerbatimReplies
    private var longRequest: LongRequest?
    /// The command after which the server hangs up, once it has been read.
    private var closingCommand: String?

    /// Why a request that may change something is not sent; nil if it is sent.
    var unconfirmed: String?

    private static let batchBytes = 65_536
    /// The maximum length of a request's line: memcached reads long ones only for a get of many keys.
    private static let maximumLineBytes = 16 << 20

    /// A request whose long value is being read. It is sent in the pieces in which it arrived, but not before it is
    /// complete.
    private struct LongRequest {
        let request: RawRequest
        /// The request line including its terminator, and the offset of the terminator.
        let line: [UInt8]
        let end: Int
        var pieces: [[UInt8]] = []
        /// The number of the value's bytes still to come.
        var missing: Int

        /// Takes the bytes that belong to the value, and returns the rest.
        mutating func take(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
            let piece = bytes.prefix(missing)
            if !piece.isEmpty { pieces.append(Array(piece)) }
            missing -= piece.count
            return bytes.dropFirst(piece.count)
        }
    }

    /// The errors so far.
    private final class Outcome: Sendable {
        let session: Session
        let server: String
        private let state = Mutex(State())

        private struct State {
            var isLost = false
            /// Why requests have no answer, until it is reported.
            var loss: Loss?
        }

        /// The error that ended the connection, and what it left without an answer.
        struct Loss: Sendable {
            var error: MemcacheError
            var command: String
            var unanswered: Range<Int>?
        }

        /// Whether the connection ended with requests unanswered.
        var isLost: Bool { state.withLock { $0.isLost } }

        init(session: Session, server: String) {
            self.session = session
            self.server = server
        }

        /// Records that nothing more should be sent; the reason has been reported.
        func giveUp() {
            state.withLock { $0.isLost = true }
        }

        /// Returns why requests have no answer, and forgets it.
        func takeLoss() -> Loss? {
            state.withLock { state in
                defer { state.loss = nil }
                return state.loss
            }
        }

        func note(_ exchange: VerbatimReplies) {
            session.note(exchange.status)
            for refusal in exchange.refusals {
                report("\(ProtocolPipe.name(refusal.ordinals)): \(refusal.text)", code: "refused", .done)
            }
            guard let error = exchange.error else { return }
            state.withLock { state in
                // What follows is lost for the same reason, whatever error it reports.
                guard !state.isLost else { return }
                state.isLost = true
                state.loss = Loss(
                    error: error, command: exchange.suspect, unanswered: exchange.unanswered)
            }
        }

        func report(_ message: String, code: String, _ status: ExitStatus) {
            session.report("\(server): \(message)", code: code, status)
        }
    }

    init(client: MemcacheClient, session: Session, server: String = "", log: CommandLog? = nil) {
        self.client = client
        self.server = server
        self.log = log
        self.session = session
        outcome = Outcome(session: session, server: client.configuration.firstServerName)
        exchange = VerbatimReplies(output: session.output)
        window = InFlightWindow(client: client, maximumBytes: 4 << 20)
    }

    /// Runs until the end of the input, a request that is not sent, or a loss of the connection.
    mutating func run(descriptor: Int32) {
        var chunk = [UInt8](repeating: 0, count: 262_144)
        var goesOn = true
        while goesOn, !outcome.isLost, !session.output.hasFailed {
            let count = chunk.withUnsafeMutableBytes { FileDescriptors.read(descriptor, into: $0) }
            if count < 0 {
                session.report(
                    "cannot read standard input: \(FileDescriptors.reason(Int32(-count)))", code: "local-file",
                    .localFailure)
            }
            guard count > 0 else { break }
            bytes.append(contentsOf: longRequest?.take(chunk[..<count]) ?? chunk[..<count])
            goesOn = takeRequests()
            submit()
        }
        if goesOn, !outcome.isLost, !session.output.hasFailed, hasRest { takeLastLine() }
        submit()
        window.drain()
        reportLoss()
        if let closingCommand, !outcome.isLost { refuseRest(after: closingCommand, from: descriptor) }
    }

    /// Reports why requests have no answer, if any has none.
    private func reportLoss() {
        guard let loss = outcome.takeLoss() else { return }
        var error = loss.error
        if let server = client.pool.servers.first {
            let result = Blocking.wait { () async throws(MemcacheError) in
                await RefusalReason.explained(loss.error, of: server, command: loss.command)
            }
            error = (try? result.get()) ?? error
        }
        let rest = loss.unanswered.map { "; not answered from \(ProtocolPipe.name($0))" } ?? ""
        outcome.report(error.message + rest, code: error.code.description, error.exitStatus)
    }

    /// The name of a request, or of several that cannot be distinguished, for a message.
    private static func name(_ ordinals: Range<Int>) -> String {
        ordinals.count == 1
            ? "request \(ordinals.lowerBound + 1)"
            : "one of requests \(ordinals.lowerBound + 1) to \(ordinals.upperBound)"
    }

    /// Moves complete requests to the batch. False after a request that is not sent.
    private mutating func takeRequests() -> Bool {
        defer {
            bytes.removeFirst(position)
            searched = max(0, searched - position)
            position = 0
        }
        if let longRequest {
            guard longRequest.missing == 0, bytes.count >= 2 else { return true }
            guard take(longRequest) else { return false }
        }
        while let newline = bytes.span.firstIndex(of: UInt8(ascii: "\n"), from: max(position, searched)) {
            let end = newline > position && bytes[newline - 1] == UInt8(ascii: "\r") ? newline - 1 : newline
            let request: RawRequest
            do throws(RawRequest.Fault) {
                request = try RawRequest(bytes.span, position..<end)
            } catch {
                refuse(error, position..<end)
                position = bytes.count
                return false
            }
            if let unconfirmed, !RawRequest.onlyReads(bytes.span, position..<end) {
                refuse("it may change the server, and \(unconfirmed)", Array(bytes[position..<end]), status: .unsafe)
                position = bytes.count
                return false
            }
            let next = newline + 1 + (request.valueBytes.map { $0 + 2 } ?? 0)
            guard next <= bytes.count else {
                searched = newline
                if let count = request.valueBytes, count > RequestEncoder.longValueBytes {
                    var long = LongRequest(
                        request: request, line: Array(bytes[position...newline]), end: end - position, missing: count)
                    bytes = Array(long.take(bytes[(newline + 1)...]))
                    longRequest = long
                    position = 0
                }
                return true
            }
            if request.valueBytes != nil, !bytes.span.equals("\r\n", in: next - 2..<next) {
                refuse("the value does not end where its length says", Array(bytes[position..<end]))
                position = bytes.count
                return false
            }
            log?.add(Array(bytes[position..<end]), on: server, .sent, nil)
            if let content = request.dump {
                copyDump(content, scope: request.dumpScope)
                if outcome.isLost {
                    position = bytes.count
                    return false
                }
            } else {
                let start = beginRequest(request)
                batch.append(bytes, position..<next)
                endRequest(request, start: start)
            }
            if request.shape == .close {
                // The server hangs up: what follows would not be read.
                closingCommand = EscapedText.string(Array(bytes[position..<end].prefix { $0 != UInt8(ascii: " ") }))
                position = next
                return false
            }
            position = next
            searched = next
        }
        searched = bytes.count
        guard bytes.count - position <= ProtocolPipe.maximumLineBytes else {
            refuse(
                "its line has more than \(ProtocolPipe.maximumLineBytes) bytes", Array(bytes[position...].prefix(80)))
            position = bytes.count
            return false
        }
        return true
    }

    /// Moves a request with a long value to the batch, which is then sent. False if it is not sent.
    private mutating func take(_ long: LongRequest) -> Bool {
        longRequest = nil
        guard bytes.span.equals("\r\n", in: 0..<2) else {
            refuse("the value does not end where its length says", Array(long.line[..<long.end]))
            position = bytes.count
            return false
        }
        log?.add(Array(long.line[..<long.end]), on: server, .sent, nil)
        let start = beginRequest(long.request)
        batch.append(long.line.span)
        batch.block(of: long.pieces)
        endRequest(long.request, start: start)
        position = 2
        searched = 2
        submit()
        return true
    }

    /// Prepares the batch for a request, and returns the offset at which the request should be appended.
    private mutating func beginRequest(_ request: RawRequest) -> Int {
        if !request.isQuiet { endSilence(.untilFence) }
        requests += 1
        return batch.bytes.count
    }

    /// Adds what a request expects, after the request was appended to the batch.
    private mutating func endRequest(_ request: RawRequest, start: Int) {
        let ordinal = requests - 1
        if request.isQuiet {
            if silentSince == nil { (silentSince, silentStart) = (ordinal, start) }
            if request.shape == .anythingUntilFence { endSilence(.anythingUntilFence) }
            return
        }
        exchange.add(request.shape, hidesEnd: false, ordinals: ordinal..<requests, start: start)
        if request.shape.leavesEndOpen {
            batch.append(RequestEncoder.fence)
            exchange.addFence()
        }
        if batch.bytes.count >= ProtocolPipe.batchBytes { submit() }
    }

    /// Copies a dump, after all earlier answers.
    private mutating func copyDump(_ content: ListingRequest.Content, scope: [UInt8]) {
        submit()
        window.drain()
        requests += 1
        guard !outcome.isLost else { return }
        if ListingCopier(client: client, session: session).copy(content, scope: scope) == .failed { outcome.giveUp() }
    }

    private mutating func endSilence(_ shape: ReplyShape) {
        guard let first = silentSince else { return }
        batch.append(RequestEncoder.fence)
        exchange.add(shape, hidesEnd: true, ordinals: first..<requests, start: silentStart)
        silentSince = nil
    }

    /// A last line without a terminator is sent nevertheless; an incomplete value is not.
    private mutating func takeLastLine() {
        let line = longRequest?.line ?? Array(bytes[position...])
        bytes.append("\r\n")
        if takeRequests(), hasRest { refuse("the input ends inside it", line) }
    }

    /// Reports the input after a request after which the server hangs up: for a slow input, only what has arrived by
    /// now.
    private mutating func refuseRest(after command: String, from descriptor: Int32) {
        let spaces = Array(" \t\r\n".utf8)
        if bytes.allSatisfy(spaces.contains), !Terminal.isTerminal(descriptor), FileDescriptors.isReadable(descriptor) {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = chunk.withUnsafeMutableBytes { FileDescriptors.read(descriptor, into: $0) }
            bytes.append(contentsOf: chunk.prefix(max(0, count)))
        }
        guard let first = bytes.firstIndex(where: { !spaces.contains($0) }) else { return }
        requests += bytes[..<first].count { $0 == UInt8(ascii: "\n") }
        let line = bytes[first...].prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        refuse("the server hangs up after \(command)", Array(line))
    }

    private var hasRest: Bool { position < bytes.count || longRequest != nil }

    private mutating func submit() {
        endSilence(.untilFence)
        log?.flush()
        guard !batch.bytes.isEmpty else { return }
        let exchange = exchange
        _ = window.submit(
            batch.bytes, with: batch.longValues, expecting: exchange.shapes, isLost: { [outcome] in outcome.isLost }
        ) { [outcome] whenFinished, requests in
            exchange.requests = requests
            exchange.isLost = { outcome.isLost }
            exchange.onFinish = {
                outcome.note($0)
                whenFinished()
            }
            return exchange
        }
        batch = RequestEncoder()
        self.exchange = VerbatimReplies(output: session.output)
    }

    private mutating func refuse(_ fault: RawRequest.Fault, _ line: Range<Int>) {
        refuse(fault.sentence(in: bytes, line: line), Array(bytes[line]))
    }

    private mutating func refuse(_ reason: String, _ line: [UInt8], status: ExitStatus = .usage) {
        submit()
        window.drain()
        reportLoss()
        session.note(status)
        let shown = EscapedText.string(Array(line.prefix(80)))
        session.report(
            "request \(requests + 1) was not sent, nor what follows it: \(reason): \(shown)",
            code: status == .usage ? "usage" : "not-confirmed", .done)
    }
}
