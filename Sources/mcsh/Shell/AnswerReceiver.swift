import MemcacheCore

/// Writes the answers of one batch, each in its turn.
///
/// Commands come in groups: an owner with replies of its own, and those behind it that share them, as the reads of a run
/// do. The cursor is at the command whose answer is next; the group is done with the owner's last reply.
///
/// `@unchecked Sendable`: after it is submitted it is only touched on the connection's thread, and so is the printer that
/// the batches of a session share.
final class AnswerReceiver: ReplyReceiver, @unchecked Sendable {
    private let batch: PreparedBatch
    private let printer: AnswerPrinter
    private let session: Session
    private let onFinish: @Sendable () -> Void

    /// The command whose answer is next.
    private var cursor = 0
    /// How many of its keys have their answer.
    private var keys = 0
    /// Behind the last command of the group.
    private var groupEnd = 0
    /// How many replies of the group are still to come.
    private var repliesLeft = 0
    /// A refusal that answers all of the group that has no answer yet.
    private var refusal: Refusal?
    private var status = ExitStatus.done
    private var collector = ReplyCollector()

    init(batch: PreparedBatch, printer: AnswerPrinter, session: Session, onFinish: @escaping @Sendable () -> Void) {
        self.batch = batch
        self.printer = printer
        self.session = session
        self.onFinish = onFinish
        beginGroup()
    }

    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) throws(ReplyParser.Failure) {
        guard cursor < batch.commands.count else { return }
        let command = batch.commands[cursor]
        if case .refusal(let kind, let line) = element {
            status = status.worst(.refused)
            let refusal = Refusal(kind: kind, line: bytes.copy(line))
            if command.answer.isShareable || !completesReply {
                self.refusal = self.refusal ?? refusal
            } else {
                tell(refusal, of: command)
                keys += 1
            }
            if completesReply { completeReply() }
            return
        }
        switch command.answer {
        case .items, .itemsWithCAS: try printItem(element, of: bytes)
        case .storage, .deletion, .touch, .line: try printStatus(element, command)
        case .number:
            if case .number(let number) = element {
                printer.number(number, key: key(of: command), of: batch, command)
            } else {
                try printStatus(element, command)
            }
        case .meta where shape == .untilFence && completesReply: break
        case .meta: try printMeta(element, of: bytes, command)
        case .existence, .timeToLive, .description: try printFacts(element, of: bytes, command)
        case .version:
            guard case .version(let text) = element else { throw .unexpected(line: Array("no VERSION".utf8)) }
            printer.text(bytes.extracting(text), named: "version", of: batch, command)
        case .statistics(let position):
            if let reply = try collector.collect(element, of: bytes, shape: shape) {
                printer.statistics(reply, batch.statistics[position], of: batch, command)
            }
        case .cluster:
            if case .configuration(let body) = element {
                printer.text(bytes.extracting(body), named: "configuration", of: batch, command)
            }
        case .silence: break
        }
        guard completesReply else { return }
        if !command.answer.isShareable { keys += 1 }
        completeReply()
    }

    func paused() {
        printer.flush()
    }

    func finish(_ error: MemcacheError?, answered: Int) {
        if error == nil, cursor < batch.commands.count, batch.shapes.last == .close {
            // The end of the connection is the answer to shutdown.
            printer.status("OK", key: KeyPosition(start: 0, count: 0), of: batch, batch.commands[cursor])
        }
        printer.flush()
        session.note(status)
        if var error, cursor < batch.commands.count {
            let changes = batch.commands[cursor...].contains { $0.answer.changesItems }
            error.mayHaveTakenEffect = error.mayHaveTakenEffect && changes
            session.note(
                Session.Loss(
                    error: error, firstLine: batch.commands[cursor].line,
                    lastLine: batch.commands[batch.commands.count - 1].line, format: batch.commands[cursor].format))
        }
        onFinish()
    }

    // MARK: Groups

    private func beginGroup() {
        keys = 0
        refusal = nil
        guard cursor < batch.commands.count else { return }
        repliesLeft = batch.commands[cursor].replyCount
        groupEnd = cursor + 1
        while groupEnd < batch.commands.count, batch.commands[groupEnd].replyCount == 0 { groupEnd += 1 }
    }

    private func completeReply() {
        repliesLeft -= 1
        guard repliesLeft == 0 else { return }
        if let refusal {
            // Reads that were answered before the refusal keep their answers; silent commands cannot be told apart.
            let isSilent = batch.commands[cursor].answer == .silence
            for index in cursor..<(isSilent ? cursor + 1 : groupEnd) { tell(refusal, of: batch.commands[index]) }
        } else if batch.commands[cursor].answer.hasItems {
            while cursor < groupEnd { missRest() }
        }
        cursor = groupEnd
        beginGroup()
    }

    /// The key that the reply now awaited is about.
    private func key(of command: PreparedCommand) -> KeyPosition {
        guard command.keyCount > 0 else { return KeyPosition(start: 0, count: 0) }
        return batch.keys[command.firstKey + min(keys, command.keyCount - 1)]
    }

    // MARK: Reads

    private func printItem(_ element: ReplyElement, of bytes: Span<UInt8>) throws(ReplyParser.Failure) {
        guard case .value(let key, let flags, let cas, let data) = element else { return }
        let position = try missKeys(before: key, in: bytes)
        let command = batch.commands[cursor]
        if command.answer == .itemsWithCAS, let cas { session.tokens.remember(cas, of: bytes.copy(key)) }
        printer.item(
            AnsweredItem(flags: flags, cas: cas), key: position, value: bytes.extracting(data), of: batch, command)
        keys += 1
    }

    /// Answers the keys that the server has left out, up to one that it has sent, whose place is returned.
    private func missKeys(before key: Range<Int>, in bytes: Span<UInt8>) throws(ReplyParser.Failure) -> KeyPosition {
        while true {
            let command = batch.commands[cursor]
            while keys < command.keyCount {
                let position = batch.keys[command.firstKey + keys]
                if isKey(position, key, of: bytes) { return position }
                miss(position, command)
                keys += 1
            }
            guard cursor + 1 < groupEnd else { throw .unexpected(line: Array("VALUE ".utf8) + bytes.copy(key)) }
            cursor += 1
            keys = 0
        }
    }

    private func isKey(_ position: KeyPosition, _ key: Range<Int>, of bytes: Span<UInt8>) -> Bool {
        let requests = batch.encoder.bytes
        return requests.span.equals(bytes, key, in: position.range)
    }

    private func missRest() {
        let command = batch.commands[cursor]
        while keys < command.keyCount {
            miss(batch.keys[command.firstKey + keys], command)
            keys += 1
        }
        cursor += 1
        keys = 0
    }

    private func miss(_ position: KeyPosition, _ command: PreparedCommand) {
        status = status.worst(.negative)
        if command.answer == .itemsWithCAS {
            session.tokens.forget(Array(batch.encoder.bytes[position.range]))
        }
        printer.miss(key: position, of: batch, command)
    }

    // MARK: One reply for each key

    private func printStatus(_ element: ReplyElement, _ command: PreparedCommand) throws(ReplyParser.Failure) {
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
        default: throw .unexpected(line: Array(String(describing: element).utf8))
        }
        switch element {
        case .stored, .deleted, .touched, .ok, .reset: break
        default: status = status.worst(.negative)
        }
        printer.status(word, key: key(of: command), of: batch, command)
    }

    private func printMeta(
        _ element: ReplyElement, of bytes: Span<UInt8>, _ command: PreparedCommand
    ) throws(ReplyParser.Failure) {
        switch element {
        case .meta(let code, let flags, let data):
            if code != .done, code != .value { status = status.worst(.negative) }
            printer.meta(
                code, flags: bytes.extracting(flags), value: bytes.extracting(data), key: key(of: command), of: batch,
                command)
        case .metaDebug(let text):
            printer.text(bytes.extracting(text), named: "me", of: batch, command)
        case .metaNoop:
            printer.status("MN", key: KeyPosition(start: 0, count: 0), of: batch, command)
        default: throw .unexpected(line: Array(String(describing: element).utf8))
        }
    }

    /// `exists`, `ttl` and `get` for people: what a meta read says of a key.
    private func printFacts(
        _ element: ReplyElement, of bytes: Span<UInt8>, _ command: PreparedCommand
    ) throws(ReplyParser.Failure) {
        guard case .meta(let code, let flags, let data) = element else {
            throw .unexpected(line: Array(String(describing: element).utf8))
        }
        let key = key(of: command)
        guard code == .done || code == .value else {
            status = status.worst(.negative)
            if command.answer == .existence {
                printer.existence(false, key: key, of: batch, command)
            } else {
                printer.miss(key: key, of: batch, command)
            }
            return
        }
        if command.answer == .existence { return printer.existence(true, key: key, of: batch, command) }
        var item = AnsweredItem(flags: 0)
        for flag in MetaReturnFlag.parse(bytes, flags) {
            switch flag.letter {
            case UInt8(ascii: "t"): item.timeToLive = ASCIINumber.parseSigned(flag.argument)
            case UInt8(ascii: "f"):
                item.flags = UInt32(truncatingIfNeeded: ASCIINumber.parseUnsigned(flag.argument) ?? 0)
            case UInt8(ascii: "c"): item.cas = ASCIINumber.parseUnsigned(flag.argument)
            default: break
            }
        }
        if command.answer == .timeToLive {
            printer.timeToLive(item.timeToLive.flatMap { $0 < 0 ? nil : $0 }, key: key, of: batch, command)
        } else {
            printer.item(item, key: key, value: bytes.extracting(data), of: batch, command)
        }
    }

    // MARK: Refusals

    private func tell(_ refusal: Refusal, of command: PreparedCommand) {
        printer.flush()
        var error = MemcacheError(refusal)
        if refusal.kind == .error, command.answer.needsMetaCommands {
            error.message += ": this server does not know the meta commands, which memcached has since 1.6.10"
        }
        session.tell(error, line: command.line, server: printer.server, format: command.format)
    }
}
