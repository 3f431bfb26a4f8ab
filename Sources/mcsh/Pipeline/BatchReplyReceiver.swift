import MemcacheCore

/// Writes the answers of one server's batch in order.
///
/// Commands come in groups: an owner with a reply of its own, and the commands after it that share it, as the reads of
/// a run do. The cursor is at the command whose answer is next; the group ends with the owner's reply.
///
/// `@unchecked Sendable`: after it is submitted it is only accessed on the connection's thread, and so is the writer
/// that the batches of a server share. For the same reason properties that change with every answer skip the runtime
/// check for exclusive access: one `~Copyable` value in their place was measured to cost the connection's thread 2,292
/// instead of 2,143 instructions for a `get` (7 %).
final class BatchReplyReceiver: ReplyReceiver, @unchecked Sendable {
    private let batch: ServerBatch
    private let statistics: [StatisticsRequest]
    private let printer: AnswerWriter
    private let session: Session
    private let lostReads: LostReads
    /// The same requests, if they may be sent again.
    private var late: LateRequests?
    private let onFinish: @Sendable () -> Void
    /// Whether its reads are being repeated.
    private let isRetry: Bool
    private var isFinished = false

    /// The command whose answer is next.
    @exclusivity(unchecked) private var cursor = 0
    /// The group that contains the cursor, or that precedes it while the end of its reply is awaited.
    @exclusivity(unchecked) private var group = 0..<0
    /// An error reply that answers all commands of the group without an answer.
    @exclusivity(unchecked) private var refusal: Refusal?
    @exclusivity(unchecked) private var status = ExitStatus.done
    /// Where the next item is looked up first: after the previous one, because nearly every server preserves the order.
    @exclusivity(unchecked) private var expected = 0
    /// Items of the group that arrived before those of earlier keys, as a router may send them.
    @exclusivity(unchecked) private var early = EarlyItems()
    /// What follows the value that is being written as it arrives.
    private var endOfValue: StaticString = ""
    private var collector = ReplyCollector()
    /// The reply of `stats conns`, for the statistics that follow it.
    private var room: ConnectionRoom?

    init(
        batch: ServerBatch, statistics: [StatisticsRequest] = [], printer: AnswerWriter, session: Session,
        lostReads: LostReads, isRetry: Bool = false, late: LateRequests? = nil, onFinish: @escaping @Sendable () -> Void
    ) {
        self.batch = batch
        self.statistics = statistics
        self.printer = printer
        self.session = session
        self.lostReads = lostReads
        self.late = late
        self.onFinish = onFinish
        self.isRetry = isRetry
        beginGroup()
    }

    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) throws(ReplyParser.Failure) {
        if let retries = printer.retries, retries.isActive, !isRetry {
            retries.keep(element, at: range, of: bytes, shape: shape, completesReply: completesReply, for: self)
            return
        }
        try receive(element, of: bytes, shape: shape, completesReply: completesReply)
    }

    /// Receives an element that was kept while reads were repeated.
    func receiveKept(_ element: ReplyElement, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool) {
        guard !isFinished else { return }
        do throws(ReplyParser.Failure) {
            try receive(element, of: bytes, shape: shape, completesReply: completesReply)
        } catch {
            // The connection has continued by now: only this batch is abandoned.
            finish(MemcacheError(error), answered: 0)
        }
    }

    private func receive(
        _ element: ReplyElement, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) throws(ReplyParser.Failure) {
        guard group.lowerBound < batch.commands.count else { return }
        let command = batch.commands[group.lowerBound]
        if case .refusal = element, isAside(command) {
            if completesReply { completeReply() }
            return
        }
        if case .refusal(let kind, let line) = element {
            refusal = refusal ?? Refusal(kind: kind, line: bytes.copy(line))
            if completesReply { completeReply() }
            return
        }
        if shape == .values, refusal != nil {
            // What follows an error among several values, up to the fence, is requested again.
            if completesReply { completeReply() }
            return
        }
        switch command.answer {
        case .items, .itemsWithCAS: try printItem(element, of: bytes)
        case .storage, .deletion, .touch, .line: try printStatus(element, of: bytes, command)
        case .number:
            if case .number(let number) = element {
                printer.number(number, of: batch, command)
            } else {
                try printStatus(element, of: bytes, command)
            }
        case .meta where shape == .untilFence && completesReply: break
        case .meta: try printMeta(element, of: bytes, command)
        case .existence, .timeToLive, .description: try printFacts(element, of: bytes, command)
        case .version:
            guard case .version(let text) = element else { throw .unexpected(line: Array("no VERSION".utf8)) }
            printer.text(bytes.extracting(text), named: "version", command)
        case .statistics(let position):
            guard let reply = try collector.collect(element, of: bytes, shape: shape) else { break }
            if statistics[position] == .connectionRoom {
                if case .statistics(let connections) = reply { room = ConnectionRoom(connections) }
            } else {
                printer.statistics(reply, statistics[position], room, command)
            }
        case .cluster:
            if case .configuration(let body) = element {
                printer.text(bytes.extracting(body), named: "configuration", command)
            }
        case .silence: break
        }
        if completesReply { completeReply() }
    }

    func beginValue(_ header: ReplyElement, of bytes: Span<UInt8>) -> Bool {
        guard refusal == nil, isRetry || printer.retries?.isActive != true else { return false }
        guard case .value(let key, let flags, let cas, _) = header, group.lowerBound < batch.commands.count,
            batch.commands[group.lowerBound].answer.hasItems, let owner = owner(of: key, of: bytes)
        else { return false }
        let item = AnsweredItem(flags: flags, cas: cas)
        guard owner == cursor else {
            early.begin(item)
            expected = owner
            return true
        }
        guard !batch.commands[owner].isDecoded, let end = printer.endOfValue(item, batch.commands[owner]) else {
            return false
        }
        remember(cas, batch.commands[owner])
        endOfValue = end
        return true
    }

    func continueValue(_ piece: Span<UInt8>) {
        if early.isOpen { early.append(piece) } else { printer.piece(piece) }
    }

    func endValue() {
        if early.isOpen {
            early.end(expected, in: group)
            expected += 1
            return
        }
        printer.end(endOfValue)
        endCommand()
        expected = cursor
        showEarly()
    }

    func paused() {
        printer.flush()
    }

    func finish(_ error: MemcacheError?, answered: Int) {
        guard !isFinished else { return }
        if let retries = printer.retries, retries.isActive, !isRetry {
            return retries.keep(error, answered: answered, for: self)
        }
        if let error, answered == 0, !session.hasLoss, let next = late?.next(after: error) {
            late = next
            if (try? next.send(to: self)) != nil { return }
        }
        isFinished = true
        if error == nil, cursor < batch.commands.count, batch.shapes.last == .close {
            // The end of the connection is the answer to shutdown.
            printer.status("OK", of: batch, batch.commands[cursor])
            endCommand()
        }
        if error != nil, let refusal, isRead {
            // The server closed the connection after the error, or does not answer the fence.
            refuse(refusal)
            beginGroup()
        }
        var lost: [Int] = []
        if var error, group.lowerBound < batch.commands.count {
            var first = batch.commands.count
            // Commands that will not be answered must not hold up the answers of other servers.
            while cursor < batch.commands.count {
                if takeEarly() { continue }
                first = min(first, cursor)
                lost.append(cursor)
                endCommand()
            }
            first = min(first, batch.commands.count - 1)
            if error.code == .connectionLost, error.message.contains("before it answered"), !lost.isEmpty,
                lost.allSatisfy({ batch.commands[$0].answer == .description })
            {
                // A proxy that does not know the meta commands hangs up on them, as twemproxy does.
                session.note(status)
                lostReads.add(lost.map { lostRead(batch.commands[$0]) })
                printer.flush()
                return onFinish()
            }
            let changes = batch.commands[first...].contains { $0.answer.changesItems }
            error.mayHaveTakenEffect = error.mayHaveTakenEffect && changes
            let suspect = suspect(in: first...)
            session.note(
                LostReplies(
                    error: error, server: printer.server, command: suspect,
                    isSuspect: !RefusalReason.isPassedOn(suspect),
                    unanswered: batch.unanswered(lost.isEmpty ? [first] : lost), format: batch.commands[first].format))
        }
        session.note(status)
        printer.flush()
        onFinish()
    }

    /// The name of the command that a server may have hung up on: the first one that a proxy does not pass on, if there
    /// is one.
    private func suspect(in commands: PartialRangeFrom<Int>) -> String {
        let names = batch.commands[commands].lazy.map { String(describing: $0.name) }
        return names.first { !RefusalReason.isPassedOn($0) }
            ?? String(describing: batch.commands[commands.lowerBound].name)
    }

    private func lostRead(_ command: ExpectedAnswer) -> LostRead {
        LostRead(
            server: printer.server, key: Array(batch.encoder.bytes[command.key.wireRange]), prefix: command.key.prefix,
            command: command)
    }

    /// Whether a command only serves another one: an error reply to it is ignored.
    private func isAside(_ command: ExpectedAnswer) -> Bool {
        guard case .statistics(let position) = command.answer else { return false }
        return statistics[position] == .connectionRoom
    }

    // MARK: Groups

    private func beginGroup() {
        refusal = nil
        var end = min(cursor + 1, batch.commands.count)
        while end < batch.commands.count, !batch.commands[end].hasReply { end += 1 }
        group = cursor..<end
        expected = cursor
    }

    private func completeReply() {
        if let refusal {
            if let retries = printer.retries, mayBeOfOneKey(refusal) { return retry(with: retries) }
            refuse(refusal)
        } else if isRead {
            while cursor < group.upperBound {
                if !takeEarly() { miss() }
            }
        }
        while cursor < group.upperBound { endCommand() }
        beginGroup()
    }

    /// Whether the group consists of reads, which have items.
    private var isRead: Bool { batch.commands[group.lowerBound].answer.hasItems }

    /// Answers all commands of the group without an answer with an error reply.
    private func refuse(_ refusal: Refusal) {
        status = status.worst(MemcacheError(refusal).exitStatus)
        // Reads that were answered before the error keep their answers; silent commands cannot be distinguished.
        if batch.commands[group.lowerBound].answer == .silence {
            reportSilent(refusal)
        } else if cursor == group.upperBound {
            // All have their answers: the error instead of the end belongs to the last one.
            report(refusal, of: batch.commands[cursor - 1], isLate: true)
        } else {
            var reported: Int?
            while cursor < group.upperBound {
                if takeEarly() { continue }
                let command = batch.commands[cursor]
                if command.ordinal != reported { report(refusal, of: command, keys: unansweredKeys(of: command)) }
                reported = command.ordinal
                endCommand()
            }
        }
    }

    /// Whether the error reply to a request of several keys may concern a single one, while others have no answer yet.
    private func mayBeOfOneKey(_ refusal: Refusal) -> Bool {
        isRead && group.count > 1 && cursor < group.upperBound && refusal.mayBeOfOneKey
    }

    /// Requests the keys from the cursor on again, each alone. Their answers are written by another receiver, which
    /// also receives the items that arrived early.
    private func retry(with retries: ReadRetries) {
        let again = batch.readsAlone(cursor..<group.upperBound, in: group)
        early.removeAll()
        cursor = group.upperBound
        beginGroup()
        retries.begin(
            again,
            to: BatchReplyReceiver(
                batch: again, printer: printer, session: session, lostReads: lostReads, isRetry: true
            ) { [self] in
                printer.retries?.end()
            })
    }

    private func endCommand() {
        cursor += 1
        printer.endCommand()
    }

    // MARK: Reads

    private func printItem(_ element: ReplyElement, of bytes: Span<UInt8>) throws(ReplyParser.Failure) {
        guard case .value(let key, let flags, let cas, let data) = element else { return }
        guard let owner = owner(of: key, of: bytes) else {
            throw .unexpected(line: Array("VALUE ".utf8) + bytes.copy(key))
        }
        expected = owner + 1
        guard owner == cursor else {
            // Whether the keys before it are misses is known only at the end.
            early.begin(AnsweredItem(flags: flags, cas: cas))
            early.append(bytes.extracting(data))
            return early.end(owner, in: group)
        }
        let command = batch.commands[cursor]
        remember(cas, command)
        show(AnsweredItem(flags: flags, cas: cas), value: bytes.extracting(data), command)
        endCommand()
        showEarly()
    }

    /// Writes the items that arrived early and are next now.
    private func showEarly() {
        while !early.isEmpty, cursor < group.upperBound, takeEarly() {}
    }

    /// Writes the item of the command at the cursor if it arrived early.
    private func takeEarly() -> Bool {
        guard !early.isEmpty, group.contains(cursor), let item = early.take(cursor, in: group) else { return false }
        let command = batch.commands[cursor]
        remember(item.item.cas, command)
        show(item.item, value: early.bytes.span.extracting(item.value), command)
        endCommand()
        if early.isEmpty { early.removeAll() }
        return true
    }

    /// Writes an item, decoded if that was requested. If it cannot be decoded, the reason is reported.
    private func show(_ item: AnsweredItem, value: Span<UInt8>, _ command: ExpectedAnswer) {
        guard command.isDecoded else { return printer.item(item, value: value, of: batch, command) }
        do throws(MemcacheError) {
            let decoded = try StoredValue(bytes: value.copy(0..<value.count), flags: item.flags)
                .decoded(by: printer.conventions).output()
            var item = item
            item.size = value.count
            printer.item(item, value: decoded.span, of: batch, command)
        } catch {
            status = status.worst(error.exitStatus)
            let key = shownKey(of: command)
            printer.complain(
                ReportedError(
                    error: error.about(key: key), line: command.line, server: printer.server, format: command.format,
                    keys: [key], namesKeys: true),
                to: session)
        }
    }

    private func remember(_ cas: UInt64?, _ command: ExpectedAnswer) {
        if command.answer == .itemsWithCAS, let cas {
            session.tokens.remember(CASToken(rawValue: cas), of: shownKey(of: command))
        }
    }

    /// The command that an item with this key answers; nil if the key was not requested, or is already answered. Keys
    /// may be requested twice, and a router sends items in any order.
    private func owner(of key: Range<Int>, of bytes: Span<UInt8>) -> Int? {
        var index = max(expected, cursor)
        while index < group.upperBound {
            if isUnanswered(index), isKey(batch.commands[index].key, key, of: bytes) { return index }
            index += 1
        }
        index = cursor
        while index < min(expected, group.upperBound) {
            if isUnanswered(index), isKey(batch.commands[index].key, key, of: bytes) { return index }
            index += 1
        }
        return nil
    }

    private func isUnanswered(_ index: Int) -> Bool { early.isEmpty || !early.contains(index, in: group) }

    private func isKey(_ position: KeyPosition, _ key: Range<Int>, of bytes: Span<UInt8>) -> Bool {
        let requests = batch.encoder.bytes
        return requests.span.equals(bytes, key, in: position.wireRange)
    }

    private func shownKey(of command: ExpectedAnswer) -> [UInt8] {
        Array(batch.encoder.bytes[command.key.range])
    }

    private func miss() {
        let command = batch.commands[cursor]
        status = status.worst(.negative)
        if command.answer == .itemsWithCAS { session.tokens.forget(shownKey(of: command)) }
        printer.miss(of: batch, command)
        endCommand()
    }

    // MARK: One reply for each command

    private func printStatus(
        _ element: ReplyElement, of bytes: Span<UInt8>, _ command: ExpectedAnswer
    ) throws(ReplyParser.Failure) {
        let word: StaticString
        switch (element, command.answer) {
        case (.stored, .storage): word = "STORED"
        case (.notStored, .storage): word = "NOT_STORED"
        case (.exists, .storage): word = "EXISTS"
        case (.notFound, .storage), (.notFound, .deletion), (.notFound, .touch), (.notFound, .number):
            word = "NOT_FOUND"
        case (.deleted, .deletion): word = "DELETED"
        case (.touched, .touch): word = "TOUCHED"
        case (.ok, .line): word = "OK"
        case (.reset, .line): word = "RESET"
        default: throw .unexpected(line: element.line(in: bytes))
        }
        switch element {
        case .stored, .deleted, .touched, .ok, .reset: break
        default: status = status.worst(.negative)
        }
        printer.status(word, of: batch, command)
    }

    private func printMeta(
        _ element: ReplyElement, of bytes: Span<UInt8>, _ command: ExpectedAnswer
    ) throws(ReplyParser.Failure) {
        switch element {
        case .meta(let code, let flags, let data):
            if code != .done, code != .value { status = status.worst(.negative) }
            printer.meta(
                code, flags: bytes.extracting(flags), value: bytes.extracting(data), of: batch, command)
        case .metaDebug(let text):
            printer.text(bytes.extracting(text), named: "me", command)
        case .metaNoop:
            printer.status("MN", of: batch, command)
        default: throw .unexpected(line: element.line(in: bytes))
        }
    }

    /// `exists`, `ttl` and `get` for people: the result of a meta read of a key.
    private func printFacts(
        _ element: ReplyElement, of bytes: Span<UInt8>, _ command: ExpectedAnswer
    ) throws(ReplyParser.Failure) {
        guard case .meta(let code, let flags, let data) = element else {
            throw .unexpected(line: element.line(in: bytes))
        }
        guard code == .done || code == .value else {
            status = status.worst(.negative)
            if command.answer == .existence {
                printer.existence(false, of: batch, command)
            } else {
                printer.miss(of: batch, command)
            }
            return
        }
        if command.answer == .existence {
            if !flags.isEmpty { noteWin(MetaReturnFlag.parse(bytes, flags), command) }
            return printer.existence(true, of: batch, command)
        }
        var item = AnsweredItem(flags: 0)
        let returned = MetaReturnFlag.parse(bytes, flags)
        noteWin(returned, command)
        for flag in returned {
            switch flag.letter {
            case UInt8(ascii: "t"): item.timeToLive = ASCIINumber.parseSigned(flag.argument)
            case UInt8(ascii: "f"):
                item.flags = ASCIINumber.parseUnsigned(flag.argument) ?? 0
            case UInt8(ascii: "c"): item.cas = ASCIINumber.parseUnsigned(flag.argument)
            default: break
            }
        }
        if command.answer == .timeToLive {
            printer.timeToLive(item.timeToLive.flatMap { $0 < 0 ? nil : $0 }, of: batch, command)
        } else {
            printer.item(item, value: bytes.extracting(data), of: batch, command)
        }
    }

    /// Records that a read has taken the win token of a stale item, so that it can be given back.
    private func noteWin(_ flags: [MetaReturnFlag], _ command: ExpectedAnswer) {
        guard flags.contains(where: { $0.letter == UInt8(ascii: "W") }) else { return }
        let key = Array(batch.encoder.bytes[command.key.wireRange])
        session.note(TakenWin(server: printer.server, key: key))
    }

    // MARK: Error replies

    /// Why a server that knows the command's first word answers `ERROR`; nil if that is unknown.
    private func reason(of command: ExpectedAnswer) -> String? {
        switch command.answer {
        case .cluster: return "config get cluster is answered by an ElastiCache configuration endpoint only"
        case .statistics(let position) where position < statistics.count:
            switch statistics[position] {
            case .proxy, .other("proxyfuncs"), .other("proxybe"):
                return "this server does not run the built-in proxy (memcached 1.6.13 or newer, -o proxy_config)"
            case .extstore: return "this server has no flash storage (-o ext_path)"
            default: return nil
            }
        default: return nil
        }
    }

    /// The keys of a command with several that have no answer yet; none for one with a single key, which the line
    /// names.
    private func unansweredKeys(of command: ExpectedAnswer) -> [[UInt8]] {
        guard command.isMany else { return [] }
        return (cursor..<group.upperBound).filter {
            batch.commands[$0].ordinal == command.ordinal && isUnanswered($0)
        }.map { shownKey(of: batch.commands[$0]) }
    }

    /// Reports an error reply among commands that are otherwise silent: to one of them, or to several.
    private func reportSilent(_ refusal: Refusal) {
        let commands = batch.commands[group]
        let (first, last) = (batch.commands[group.lowerBound], batch.commands[group.upperBound - 1])
        let isOne = first.ordinal == last.ordinal
        var refusal = refusal
        if first.line != last.line {
            refusal.line += Array(" (the answer to one of lines \(first.line) to \(last.line))".utf8)
        } else if isOne, commands.count > 1 {
            refusal.line += Array(" (at least one of them)".utf8)
        }
        report(refusal, of: first, keys: isOne && first.isMany ? commands.map { shownKey(of: $0) } : [])
    }

    /// - Parameters:
    ///   - keys: The keys that it concerns, if the command has several; nil for its own.
    ///   - isLate: Whether the command's answer is already complete.
    private func report(_ refusal: Refusal, of command: ExpectedAnswer, keys: [[UInt8]]? = nil, isLate: Bool = false) {
        var error = MemcacheError(refusal)
        let name = String(describing: command.name)
        if command.answer.needsMetaCommands, refusal.isBare || refusal.text.contains("incorrect number of tokens") {
            error.message += ": this server does not know the meta commands, which memcached has since 1.6.10"
        } else if refusal.kind == .error, let reason = reason(of: command) {
            error.message += ": \(reason)"
        } else if let hint = RefusalReason.hint(refusal.text, command: name) {
            error.message += ": \(hint)"
        }
        printer.complain(
            ReportedError(
                error: error, line: command.line, server: printer.server, format: command.format,
                keys: keys ?? (command.isMany ? [shownKey(of: command)] : [])),
            to: session, isLate: isLate)
    }
}
