import MemcacheCore

/// `edit`: a value in the user's editor, stored if no other client has changed it in the meantime.
struct Edit: OperationCommand {
    static let command = CommandDescription(
        name: "edit", group: .write, parameters: [.init(name: "KEY", kind: .key)], options: [.hash],
        summary: "change a value in an editor, and store it if no other client has changed it",
        details: """
            Opens $VISUAL, else $EDITOR, else vi, on a private file. Flags and the end of the lifetime stay. A pickle \
            is edited as JSON, a compressed value as what it was before. Stored with its CAS token: if the item has \
            changed in the meantime, nothing is stored, both values are shown, and yours stays in the file. Of a key \
            that is not there an empty text is edited, and added. A newline that the editor puts at the end is taken \
            off again where the value had none. Needs memcached 1.6.10 or newer.
            """,
        examples: [.init(line: "edit config:site", meaning: "look, change, save, leave the editor")],
        cost: "One read that leaves the LRU alone, and one store when the value was changed.",
        wireForm: "mg KEY t f c v u, then ms KEY BYTES C<cas> F<flags> T<ttl>", danger: .writes)
    static let presence = Presence.ownsTerminal

    private let key: [UInt8]
    private let prefix: [UInt8]
    private let hash: RoutingNumber?

    init(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: borrowing RequestBuilder
    ) throws(Diagnostic) {
        try builder.requireKey(arguments.words[0], bytes)
        key = bytes.copy(arguments.words[0].range)
        prefix = builder.prefix
        hash = arguments.hash
    }

    func run(on fleet: Fleet, to output: inout OperationOutput) async throws(MemcacheError) {
        guard output.host.canAsk, Terminal.outputIsShown else {
            return output.report(
                "edit needs a terminal; in a script, write \(EditableValue.copies(key))", code: "usage", .usage)
        }
        guard let wireKey = Key(prefix: prefix, key, routedBy: hash) else { return }
        let conventions = output.host.conventions
        let original = try await Self.read(wireKey, fleet.client)
        let editable: EditableValue
        do throws(EditableValue.Refusal) {
            editable =
                try original.map { item throws(EditableValue.Refusal) in
                    try EditableValue(item.bytes, flags: item.flags, by: conventions)
                } ?? EditableValue(by: conventions)
        } catch {
            let item = original.item
            let copies = EditableValue.copies(key, flags: item?.flags ?? 0, lifetime: item?.lifetime.word())
            return output.report(
                "\(Word.shown(key)) cannot be edited: \(error.message); write \(copies)", code: "not-edited", .negative)
        }
        switch PrivateFile.make(named: editable.fileName, editable.text) {
        case .failure(let error):
            output.report("cannot make a file to edit: \(error.reason)", code: "local-file", .localFailure)
        case .success(let file):
            var item = EditedItem(key: key, wireKey: wireKey, original: original, editable: editable, file: file)
            repeat {
                guard let edited = await edit(&item, fleet, &output) else { return }
                await store(edited, &item, fleet, &output)
            } while item.isWantedAgain
        }
    }

    /// Reads the item to edit.
    private static func read(_ key: Key, _ client: MemcacheClient) async throws(MemcacheError) -> EditedItem.Original {
        let found = try await client.metaGet(
            key, [.returnTimeToLive, .returnFlags, .returnCAS, .returnValue, .withoutBump])
        guard found.status == .done, let value = found.value, var cas = found.cas else { return .missing }
        if found.hasWon, let current = try await giveBackWin(of: key, value, client) { cas = current }
        return .found(
            EditedItem.Item(bytes: value, flags: found.flags ?? 0, cas: cas, timeToLive: found.timeToLive, readAt: .now)
        )
    }

    /// Gives back the win token that reading a stale item has taken, because the edit may store nothing.
    ///
    /// - Returns: The item's CAS token afterwards, if the value is still the same.
    private static func giveBackWin(
        of key: Key, _ value: [UInt8], _ client: MemcacheClient
    ) async throws(MemcacheError) -> CASToken? {
        guard let server = client.pool.server(for: key.routingKey) else { return nil }
        await WinTokens.giveBack([key], on: server)
        guard let item = try await client.gets(key), item.value == value else { return nil }
        return item.cas
    }

    /// Runs the editor, again if the user wants to. Returns what should be stored; nil if nothing should, which has
    /// been reported.
    private func edit(
        _ edit: inout EditedItem, _ fleet: Fleet, _ output: inout OperationOutput
    ) async -> [UInt8]? {
        while true {
            edit.isWantedAgain = false
            let command = output.host.editor.command
            let status = output.host.editor.edit(edit.file.path, watcher: output.host.signalWatcher)
            output.sink.childHadTerminal()
            let contents = FileDescriptors.contents(ofFile: edit.file.path)
            let text = (try? contents.get()).map { edit.editable.withOwnEnding($0) }
            let isChanged = text != nil && text != edit.editable.text
            guard status == 0 else {
                output.note(.localFailure)
                let how =
                    status.map { $0 == 127 ? "could not be run" : "ended with status \($0)" } ?? "could not be run"
                let name = EscapedText.string(Array(command.utf8))
                await refuse(
                    "the editor \(name) \(how): nothing is stored", edit, keeping: isChanged ? text : nil, fleet,
                    &output)
                return nil
            }
            if case .failure(let error) = contents {
                edit.file.remove()
                output.report(
                    "cannot read what the editor has left: \(error.reason); nothing is stored", code: "local-file",
                    .localFailure)
                return nil
            }
            guard let text, isChanged else {
                edit.file.remove()
                let what = edit.original.item == nil ? "still does not exist" : "is left as it was"
                output.report(
                    "\(Word.shown(edit.key)) \(what): nothing is stored", code: "unchanged", .done)
                return nil
            }
            edit.text = text
            do throws(EditableValue.Refusal) {
                return try edit.editable.stored(text)
            } catch {
                output.note(.usage)
                guard isEditedAgain(&edit, after: "not stored: \(error.message)", &output) else { return nil }
            }
        }
    }

    /// Reports why a text cannot be stored as it is, and asks what to do with it.
    ///
    /// - Returns: Whether to edit it again.
    private func isEditedAgain(
        _ edit: inout EditedItem, after reason: String, _ output: inout OperationOutput
    ) -> Bool {
        output.report(reason, code: "not-stored", .done)
        switch output.answer(to: "(e)dit again / (d)iscard? ")?.first {
        case UInt8(ascii: "e"), UInt8(ascii: "E"):
            edit.isWantedAgain = true
            return true
        case UInt8(ascii: "d"), UInt8(ascii: "D"):
            edit.file.remove()
            output.report("your text is discarded: nothing is stored", code: "not-stored", .done)
        default:
            if output.isInterrupted {
                output.host.noteInterruptIsReported()
                output.sink.endLine(isAfterMark: true)
            }
            edit.file.replace(edit.text)
            output.report(
                "your text is kept in \(EscapedText.string(edit.file.path))", code: "not-stored", .done)
        }
        return false
    }

    /// Stores the value with the CAS token that was read with it.
    private func store(
        _ value: [UInt8], _ edit: inout EditedItem, _ fleet: Fleet, _ output: inout OperationOutput
    ) async {
        var flags: [MetaFlag<Command.MetaSet>] = [.mode(.add)]
        if let item = edit.original.item {
            guard let expiration = item.lifetime.expiration() else {
                output.note(.negative)
                return await refuse(
                    "not stored: the item has expired in the meantime", edit, keeping: edit.text, fleet, &output)
            }
            flags = [edit.isDropped ? .mode(.add) : .compareCAS(item.cas), .flags(item.flags), .expiration(expiration)]
        }
        let (client, key) = (fleet.client, edit.wireKey)
        let owner = client.pool.server(for: key.routingKey)
        if let limit = await Self.itemLimit(for: value, on: owner), edit.leastItemBytes(of: value) > limit {
            output.note(.usage)
            let (size, most) = (HumanUnits.bytes(UInt64(value.count)), HumanUnits.bytes(limit))
            let reason = "not stored: the value is too large (\(size); the server stores items of at most \(most))"
            _ = isEditedAgain(&edit, after: reason, &output)
            return
        }
        do throws(MemcacheError) {
            let result = try await client.metaSet(key, to: value, flags)
            await show(result.status, of: edit, on: owner, fleet, &output)
        } catch  where error.code == .serverError || error.code == .clientError {
            // After an error reply nothing is stored; the server may have dropped the old value nevertheless.
            output.note(error.exitStatus)
            var reason = "not stored: \(error.message)"
            if edit.original.item != nil, !edit.isDropped, case .missing? = try? await Self.read(key, client) {
                edit.isDropped = true
                reason += "; the old value is gone: the server has dropped it"
            }
            _ = isEditedAgain(&edit, after: reason, &output)
        } catch {
            output.reportForAll(error)
            await refuse("it is not known to be stored", edit, keeping: edit.text, fleet, &output)
        }
    }

    /// Shows that the value was stored, or why it was not.
    private func show(
        _ status: MetaResult.Status, of edit: EditedItem, on owner: Server?, _ fleet: Fleet,
        _ output: inout OperationOutput
    ) async {
        switch status {
        case .done:
            edit.file.remove()
            var renderer = AnswerWriter.makeRenderer(output.format, output.presentation, output.host.conventions)
            let context = AnswerContext(
                name: "edit", server: owner?.address.description ?? output.host.serverNames,
                namesServer: fleet.isPool, endsValues: output.presentation.endsValues, isMany: false)
            var out: [UInt8] = []
            renderer.status("STORED", key: edit.key.span, context, to: &out)
            output.write(out)
        case .missing:
            output.note(.negative)
            await refuse(
                "not stored: the item was deleted, evicted or expired in the meantime", edit, keeping: edit.text, fleet,
                &output)
        case .changed, .notStored:
            output.note(.negative)
            await refuse(
                "not stored: the item has changed in the meantime", edit, keeping: edit.text, showsBoth: true, fleet,
                &output)
        }
    }

    /// The largest item that a server stores; nil if it does not report that, and for a value that any server stores.
    private static func itemLimit(for value: [UInt8], on server: Server?) async -> UInt64? {
        // The lowest limit that memcached can be started with.
        guard value.count > 900, let server, let settings = try? await server.execute(Command.Statistics(.settings))
        else {
            return nil
        }
        return StatisticsReading(settings).number("item_size_max")
    }

    /// Reports why nothing is stored, and where the edited text is; its file is removed if there is no text.
    ///
    /// - Parameter showsBoth: Whether what is on the server now is shown beside the text.
    private func refuse(
        _ reason: String, _ edit: EditedItem, keeping text: [UInt8]?, showsBoth: Bool = false, _ fleet: Fleet,
        _ output: inout OperationOutput
    ) async {
        guard let text else {
            edit.file.remove()
            return output.report(reason, code: "not-stored", .done)
        }
        edit.file.replace(text)
        var lines = ["mcsh: \(reason)"]
        if showsBoth, case .found(let item)? = try? await Self.read(edit.wireKey, fleet.client) {
            let width = output.presentation.width
            let now = ValueView(item.bytes, flags: item.flags, by: output.host.conventions, width: width)
            let own = ValueView(text, width: width)
            lines += ["on the server now (\(now.size)):"] + EditedItem.beginning(of: now.lines)
            lines += ["your text (\(own.size)):"] + EditedItem.beginning(of: own.lines)
        }
        let command = edit.editable.command(
            key: edit.key, file: edit.file.path, lifetime: edit.original.item?.lifetime.word())
        lines.append("your text is kept in \(EscapedText.string(edit.file.path))")
        lines.append("to store it anyway: \(command)")
        if output.presentation.format == .json {
            output.report(lines.joined(separator: "; "), code: "not-stored", .done)
        } else {
            output.sink.writeMessage(lines)
        }
    }
}
