import MemcacheCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// `edit`: a value in the user's editor, stored if nobody else has changed it meanwhile.
extension Shell {
    func edit(_ bytes: [UInt8], _ hash: RoutingNumber?, _ format: OutputFormat) {
        guard behaviour.canAsk, Terminal.isTerminal(STDOUT_FILENO) else {
            session.note(.usage)
            session.tell(
                "edit needs a terminal; in a script, write \(EditableValue.copies(bytes))", code: "usage",
                line: builder.line)
            return
        }
        guard let key = wireKey(bytes, hash), let original = read(key) else { return }
        let editable: EditableValue
        do throws(EditableValue.Refusal) {
            editable =
                try original.map { item throws(EditableValue.Refusal) in
                    try EditableValue(item.bytes, flags: item.flags, by: conventions)
                } ?? EditableValue(by: conventions)
        } catch {
            session.note(.negative)
            let item = original.item
            let copies = EditableValue.copies(bytes, flags: item?.flags ?? 0, lifetime: item?.lifetime.word())
            session.tell(
                "\(Word.shown(bytes)) cannot be edited: \(error.message); write \(copies)", code: "not-edited",
                line: builder.line)
            return
        }
        switch PrivateFile.make(named: editable.fileName, editable.text) {
        case .failure(let error):
            session.note(.localFailure)
            session.tell("cannot make a file to edit: \(error.reason)", code: "local-file", line: builder.line)
        case .success(let file):
            var edit = Edit(key: bytes, wireKey: key, original: original, editable: editable, file: file)
            repeat {
                guard let edited = run(&edit) else { return }
                store(edited, &edit, format)
            } while edit.isWantedAgain
        }
    }

    /// What is there to edit.
    private func read(_ key: Key) -> Edit.Original? {
        let flags: [MetaFlag<MetaGet>] = [.returnTimeToLive, .returnFlags, .returnCAS, .returnValue, .withoutBump]
        let found = waitFor { [client] () async throws(MemcacheError) in try await client.metaGet(key, flags) }
        guard let found else { return nil }
        guard found.status == .done, let value = found.value, var cas = found.cas else { return .missing }
        if found.hasWon, let current = giveBackWin(of: key, value) { cas = current }
        return .found(
            Edit.Item(bytes: value, flags: found.flags ?? 0, cas: cas, timeToLive: found.timeToLive, readAt: .now))
    }

    /// Gives back the win token that reading a stale item has taken, as nothing may come of the edit.
    ///
    /// - Returns: The item's CAS token afterwards, where the value is still the same.
    private func giveBackWin(of key: Key, _ value: [UInt8]) -> CASToken? {
        let found = waitFor { [client] () async throws(MemcacheError) -> Item? in
            guard let server = client.pool.server(for: key.routingKey) else { return nil }
            await WinTokens.giveBack([key], on: server)
            return try await client.gets(key)
        }
        guard let item = found ?? nil, item.value == value else { return nil }
        return item.cas
    }

    /// Runs the editor, again where the user wants that. Returns what should be stored; nil where that is nothing, which has
    /// been said.
    private func run(_ edit: inout Edit) -> [UInt8]? {
        while true {
            edit.isWantedAgain = false
            let command = behaviour.editor.command
            let status = behaviour.editor.edit(edit.file.path, watcher: interactive?.watcher)
            session.output.childHadTerminal()
            let contents = FileDescriptors.contents(ofFile: edit.file.path)
            let text = (try? contents.get()).map { edit.editable.withOwnEnding($0) }
            let isChanged = text != nil && text != edit.editable.text
            guard status == 0 else {
                session.note(.localFailure)
                let how =
                    status.map { $0 == 127 ? "could not be run" : "ended with status \($0)" } ?? "could not be run"
                let name = EscapedText.string(Array(command.utf8))
                tell("the editor \(name) \(how): nothing is stored", edit, keeping: isChanged ? text : nil)
                return nil
            }
            if case .failure(let error) = contents {
                session.note(.localFailure)
                edit.file.remove()
                session.tell(
                    "cannot read what the editor has left: \(error.reason); nothing is stored", code: "local-file",
                    line: builder.line)
                return nil
            }
            guard let text, isChanged else {
                edit.file.remove()
                let what = edit.original.item == nil ? "is still not there" : "is left as it was"
                session.tell(
                    "\(Word.shown(edit.key)) \(what): nothing is stored", code: "unchanged", line: builder.line)
                return nil
            }
            edit.text = text
            do throws(EditableValue.Refusal) {
                return try edit.editable.stored(text)
            } catch {
                session.note(.usage)
                guard isEditedAgain(&edit, after: "not stored: \(error.message)") else { return nil }
            }
        }
    }

    /// Says why a text cannot be stored as it is, and asks what to do with it.
    ///
    /// - Returns: Whether to edit it again.
    private func isEditedAgain(_ edit: inout Edit, after reason: String) -> Bool {
        session.tell(reason, code: "not-stored", line: builder.line)
        let start = ContinuousClock.now
        let answer = Question.answer(to: "(e)dit again / (d)iscard? ", watcher: interactive?.watcher)
        idleTime += .now - start
        switch answer?.first {
        case UInt8(ascii: "e"), UInt8(ascii: "E"):
            edit.isWantedAgain = true
            return true
        case UInt8(ascii: "d"), UInt8(ascii: "D"):
            edit.file.remove()
            session.tell("your text is discarded: nothing is stored", code: "not-stored", line: builder.line)
        default:
            if isInterrupted {
                interactive?.hasToldInterrupt = true
                session.output.endLine(isBehindMark: true)
            }
            edit.file.replace(edit.text)
            session.tell(
                "your text is kept in \(EscapedText.string(edit.file.path))", code: "not-stored", line: builder.line)
        }
        return false
    }

    /// Stores the value with the token under which it was read.
    private func store(_ value: [UInt8], _ edit: inout Edit, _ format: OutputFormat) {
        var flags: [MetaFlag<MetaSet>] = []
        if let item = edit.original.item {
            guard let expiration = item.lifetime.expiration() else {
                session.note(.negative)
                return tell("not stored: the item has expired in the meantime", edit, keeping: edit.text)
            }
            flags = [edit.isDropped ? .mode(.add) : .compareCAS(item.cas), .flags(item.flags), .expiration(expiration)]
        } else {
            flags = [.mode(.add)]
        }
        let (key, sent) = (edit.wireKey, flags)
        let owner = client.pool.server(for: key.routingKey)
        if let limit = itemLimit(for: value, on: owner), edit.leastItemBytes(of: value) > limit {
            session.note(.usage)
            let (size, most) = (HumanUnits.bytes(UInt64(value.count)), HumanUnits.bytes(limit))
            let reason = "not stored: the value is too large (\(size); the server stores items of at most \(most))"
            _ = isEditedAgain(&edit, after: reason)
            return
        }
        let result: MetaResult
        switch Blocking.wait(for: { [client] () async throws(MemcacheError) in
            try await client.metaSet(key, to: value, sent)
        }) {
        case .success(let done): result = done
        case .failure(let error) where error.code == .serverError || error.code == .clientError:
            // An error reply is a definite no; the server may have dropped the old value all the same.
            session.note(error.exitStatus)
            var reason = "not stored: \(error.message)"
            if edit.original.item != nil, !edit.isDropped, case .missing? = read(key) {
                edit.isDropped = true
                reason += "; the old value is gone: the server has dropped it"
            }
            _ = isEditedAgain(&edit, after: reason)
            return
        case .failure(let error):
            session.note(error.exitStatus)
            if !isInterrupted { session.tell(error, line: builder.line, server: server) }
            return tell("it is not known to be stored", edit, keeping: edit.text)
        }
        switch result.status {
        case .done:
            edit.file.remove()
            var renderer = AnswerWriter.makeRenderer(format, session.presentation, conventions)
            let context = AnswerContext(
                name: "edit", server: owner?.address.description ?? server, namesServer: router != nil,
                endsValues: session.presentation.endsValues, isMany: false)
            var out: [UInt8] = []
            renderer.status("STORED", key: edit.key.span, context, to: &out)
            session.output.write(out)
        case .missing:
            session.note(.negative)
            tell("not stored: the item was deleted, evicted or expired in the meantime", edit, keeping: edit.text)
        case .changed, .notStored:
            session.note(.negative)
            tell("not stored: the item has changed in the meantime", edit, keeping: edit.text, showsBoth: true)
        }
    }

    /// The largest item that a server stores; nil where it does not say, and for a value that any server stores.
    private func itemLimit(for value: [UInt8], on server: Server?) -> UInt64? {
        // The least limit that memcached can be started with.
        guard value.count > 900, let server else { return nil }
        let answer = Blocking.wait { () async throws(MemcacheError) in try await server.execute(Statistics(.settings))
        }
        guard case .success(let settings) = answer else { return nil }
        return StatisticsReading(settings).number("item_size_max")
    }

    /// Says why nothing is stored, and where the edited text is; its file is removed where there is none.
    ///
    /// - Parameter showsBoth: Whether what is on the server now is shown beside the text.
    private func tell(_ reason: String, _ edit: Edit, keeping text: [UInt8]?, showsBoth: Bool = false) {
        guard let text else {
            edit.file.remove()
            return session.tell(reason, code: "not-stored", line: builder.line)
        }
        edit.file.replace(text)
        var lines = ["mcsh: \(reason)"]
        if showsBoth, case .found(let item) = read(edit.wireKey) {
            let now = ValueView(item.bytes, flags: item.flags, by: conventions, width: session.presentation.width)
            let own = ValueView(text, width: session.presentation.width)
            lines += ["on the server now (\(now.size)):"] + Edit.beginning(of: now.lines)
            lines += ["your text (\(own.size)):"] + Edit.beginning(of: own.lines)
        }
        let command = edit.editable.command(
            key: edit.key, file: edit.file.path, lifetime: edit.original.item?.lifetime.word())
        lines.append("your text is kept in \(EscapedText.string(edit.file.path))")
        lines.append("to store it all the same: \(command)")
        if session.presentation.format == .json {
            session.tell(lines.joined(separator: "; "), code: "not-stored", line: builder.line)
        } else {
            session.output.writeMessage(lines)
        }
    }
}

/// One value that is edited.
private struct Edit {
    /// What was read.
    struct Item {
        var bytes: [UInt8]
        var flags: UInt64
        var cas: CASToken
        var timeToLive: TimeToLive?
        var readAt: ContinuousClock.Instant

        /// When the item ends.
        var lifetime: ReadLifetime { ReadLifetime(timeToLive: timeToLive, readAt: readAt) }
    }

    enum Original {
        case found(Item)
        case missing

        var item: Item? {
            if case .found(let item) = self { return item }
            return nil
        }

        func map<Value>(
            _ body: (Item) throws(EditableValue.Refusal) -> Value
        ) throws(EditableValue.Refusal) -> Value? {
            guard let item else { return nil }
            return try body(item)
        }
    }

    var key: [UInt8]
    var wireKey: Key
    var original: Original
    var editable: EditableValue
    var file: PrivateFile
    /// What was made of it.
    var text: [UInt8] = []
    /// The user wants to go on editing.
    var isWantedAgain = false
    /// The server has dropped the item, because it could not store the text.
    var isDropped = false

    init(key: [UInt8], wireKey: Key, original: Original, editable: EditableValue, file: PrivateFile) {
        self.key = key
        self.wireKey = wireKey
        self.original = original
        self.editable = editable
        self.file = file
    }

    /// The bytes that an item with this value takes at least: memcached adds a header, the key and a line end.
    func leastItemBytes(of value: [UInt8]) -> UInt64 {
        UInt64(48 + 8 + key.count + 1 + value.count + 2)
    }

    /// The first lines of a view.
    static func beginning(of lines: [String]) -> [String] {
        lines.prefix(8).map { "  " + $0 }
            + (lines.count > 8
                ? ["  … \(HumanUnits.count(UInt64(lines.count - 8))) more \(lines.count == 9 ? "line" : "lines")"] : [])
    }
}

/// The lifetime that an item had when it was read.
struct ReadLifetime {
    var timeToLive: TimeToLive?
    var readAt: ContinuousClock.Instant

    /// The word for a command that is entered later; nil for no end.
    func word(at moment: ContinuousClock.Instant = .now, now: Int64 = UnixClock.now()) -> String? {
        guard case .remaining(let duration)? = timeToLive, !endsAfterAllTimes(now) else { return nil }
        return "@\(now + (duration - readAt.duration(to: moment)).components.seconds)"
    }

    /// What ends when the item was to end; nil when that is over.
    func expiration(at moment: ContinuousClock.Instant = .now, now: Int64 = UnixClock.now()) -> Expiration? {
        guard case .remaining(let duration)? = timeToLive, !endsAfterAllTimes(now) else { return .never }
        let left = duration - readAt.duration(to: moment)
        return left > .zero ? .after(left) : nil
    }

    /// Whether the end is later than the last time that memcached keeps: a server may send any number.
    private func endsAfterAllTimes(_ now: Int64) -> Bool {
        guard case .remaining(let duration)? = timeToLive else { return false }
        return duration >= .seconds(max(0, Expiration.maximumWireValue - now))
    }
}
