import MemcacheCore

/// Writes the answers of one batch, each in its turn.
///
/// `@unchecked Sendable`: after it is submitted it is only touched on the connection's thread, and so is the printer that
/// the batches of a session share.
final class AnswerReceiver: ReplyReceiver, @unchecked Sendable {
    private let batch: PreparedBatch
    private let printer: AnswerPrinter
    private let session: Session
    private let onFinish: @Sendable () -> Void

    /// The command whose reply is awaited.
    private var cursor = 0
    /// How many of its replies are complete.
    private var replies = 0
    /// How many of its keys have their answer.
    private var keys = 0
    private var status = ExitStatus.done
    private var collector = ReplyCollector()
    /// The first line of the refusal that a silent command got.
    private var refusal: Refusal?

    init(batch: PreparedBatch, printer: AnswerPrinter, session: Session, onFinish: @escaping @Sendable () -> Void) {
        self.batch = batch
        self.printer = printer
        self.session = session
        self.onFinish = onFinish
    }

    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) throws(ReplyParser.Failure) {
        guard cursor < batch.commands.count else { return }
        if case .refusal(let kind, let line) = element {
            noteRefusal(Refusal(kind: kind, line: bytes.copy(line)), isComplete: completesReply)
            return
        }
        let command = batch.commands[cursor]
        switch command.answer {
        case .items, .itemsWithCAS:
            try receiveItem(element, of: bytes, completesReply: completesReply)
            return
        case .storage, .deletion, .touch, .line: try printStatus(element, command)
        case .number:
            if case .number(let number) = element {
                printer.number(number, key: batch.keys[command.firstKey], of: batch, command)
            } else {
                try printStatus(element, command)
            }
        case .meta where shape == .untilNoop && completesReply: break
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
        if completesReply { completeReply() }
    }

    func paused() {
        printer.flush()
    }

    func finish(_ error: MemcacheError?, answered: Int) {
        printer.flush()
        session.note(status)
        if let error, cursor < batch.commands.count {
            session.note(
                Session.Loss(
                    error: error, firstLine: batch.commands[cursor].line,
                    lastLine: batch.commands[batch.commands.count - 1].line))
        }
        onFinish()
    }

    // MARK: One reply for each command

    private func completeReply() {
        replies += 1
        keys += 1
        if replies == batch.commands[cursor].replyCount { completeCommand() }
    }

    private func completeCommand() {
        if let refusal { tell(refusal, of: batch.commands[cursor]) }
        refusal = nil
        cursor += 1
        replies = 0
        keys = 0
    }

    /// The key that the reply now awaited is about.
    private func key(of command: PreparedCommand) -> KeyPosition {
        let position = command.firstKey + min(keys, command.keyCount - 1)
        return command.keyCount > 0 ? batch.keys[position] : KeyPosition(start: 0, count: 0)
    }

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

    // MARK: Reads, of which one reply answers several

    private func receiveItem(
        _ element: ReplyElement, of bytes: Span<UInt8>, completesReply: Bool
    ) throws(ReplyParser.Failure) {
        if case .value(let key, let flags, let cas, let data) = element {
            try skipMisses(upTo: key, in: bytes)
            let command = batch.commands[cursor]
            let position = batch.keys[command.firstKey + keys]
            if command.answer == .itemsWithCAS, let cas {
                session.tokens.remember(cas, of: bytes.copy(key))
            }
            printer.item(
                AnsweredItem(flags: flags, cas: cas), key: position, value: bytes.extracting(data), of: batch, command)
            keys += 1
        }
        guard completesReply else { return }
        let owner = ownerOfReply
        replies += 1
        guard replies == batch.commands[owner].replyCount else { return }
        let end = endOfGroup
        while cursor < end { completeMisses() }
    }

    /// Answers the keys that the server has left out, up to one that it has sent.
    private func skipMisses(upTo key: Range<Int>, in bytes: Span<UInt8>) throws(ReplyParser.Failure) {
        let end = endOfGroup
        while cursor < end {
            let command = batch.commands[cursor]
            while keys < command.keyCount {
                let position = batch.keys[command.firstKey + keys]
                if isKey(position, key, of: bytes) { return }
                miss(position, command)
                keys += 1
            }
            guard cursor + 1 < end else { break }
            nextInGroup()
        }
        throw .unexpected(line: Array("VALUE ".utf8) + bytes.copy(key))
    }

    private func isKey(_ position: KeyPosition, _ key: Range<Int>, of bytes: Span<UInt8>) -> Bool {
        let requests = batch.encoder.bytes
        return requests.span.equals(bytes, key, in: position.range)
    }

    private func completeMisses() {
        let command = batch.commands[cursor]
        while keys < command.keyCount {
            miss(batch.keys[command.firstKey + keys], command)
            keys += 1
        }
        nextInGroup()
        if cursor == batch.commands.count || batch.commands[cursor].replyCount > 0 { replies = 0 }
    }

    private func miss(_ position: KeyPosition, _ command: PreparedCommand) {
        status = status.worst(.negative)
        if command.answer == .itemsWithCAS {
            session.tokens.forget(Array(batch.encoder.bytes[position.range]))
        }
        printer.miss(key: position, of: batch, command)
    }

    private func nextInGroup() {
        cursor += 1
        keys = 0
    }

    /// The command whose reply the current one shares.
    private var ownerOfReply: Int {
        var owner = cursor
        while owner > 0, batch.commands[owner].replyCount == 0 { owner -= 1 }
        return owner
    }

    /// Behind the last command that shares the reply of the current one.
    private var endOfGroup: Int {
        var end = cursor + 1
        while end < batch.commands.count, batch.commands[end].replyCount == 0 { end += 1 }
        return end
    }

    // MARK: Refusals

    private func noteRefusal(_ refusal: Refusal, isComplete: Bool) {
        status = status.worst(.refused)
        let command = batch.commands[cursor]
        guard isComplete else {
            self.refusal = self.refusal ?? refusal
            return
        }
        if command.answer.isShareable {
            let owner = ownerOfReply
            for index in cursor..<endOfGroup { tell(refusal, of: batch.commands[index]) }
            replies += 1
            if replies == batch.commands[owner].replyCount {
                cursor = endOfGroup
                keys = 0
                replies = 0
            }
            return
        }
        tell(refusal, of: command)
        completeReply()
    }

    private func tell(_ refusal: Refusal, of command: PreparedCommand) {
        printer.flush()
        var error = MemcacheError(refusal)
        if refusal.kind == .error, command.answer.needsMetaCommands {
            error.message += ": this server does not know the meta commands, which memcached has since 1.6.10"
        }
        session.tell(error, line: command.line, server: printer.server)
    }
}
