import MemcacheCore

/// Other servers, and what all of them answer.
extension Shell {
    /// `use`: other servers from here on.
    ///
    /// Lines that follow in a script are meant for those servers, and for no others: without them it ends.
    func use(_ names: [String]) -> Flow {
        do throws(OptionFault) {
            try catalog.reload()
            connect(to: try catalog.resolve(names))
            if let note = selectionNote, !behaviour.isQuiet {
                session.report("note: \(note)", code: "note", .done, line: builder.line)
            }
            return .next
        } catch {
            session.report(error.sentence, code: error.code, error.status, line: builder.line)
            return session.script == nil && keepsGoing ? .next : .stop(status: nil)
        }
    }

    /// What there is to say about the servers that were chosen: that they are production, and the pool whose settings hold
    /// for servers that were named directly.
    private var selectionNote: String? {
        let name = EscapedText.string(Array(selection.name.utf8))
        let ask = behaviour.canAsk ? "; dangerous commands ask you to type its name" : ""
        guard let pool = selection.listingPools.first else {
            return selection.isProduction ? "\(name) is production\(ask)" : nil
        }
        var marks = [selection.isProduction ? "production" : nil, selection.isReadOnly ? "read-only" : nil]
            .compactMap(\.self)
        if !selection.prefix.isEmpty { marks.append("prefix \(EscapedText.string(selection.prefix))") }
        guard !marks.isEmpty else { return nil }
        let others = selection.listingPools.dropFirst().map { ", @\($0)" }.joined()
        return
            "\(name) is listed in @\(pool)\(others): \(marks.joined(separator: ", "))\(selection.isProduction ? ask : "")"
    }

    /// Runs something on every server, while the main thread waits.
    func everyAnswer<Outcome: Sendable>(
        _ body: @escaping @Sendable () async -> [ServerAnswer<Outcome>]
    ) -> [ServerAnswer<Outcome>] {
        waitFor { () async throws(MemcacheError) in await body() } ?? []
    }

    /// What a server answered; nil where it has been told why it did not.
    ///
    /// - Parameter keys: The keys that it was asked about, where there are several.
    func success<Outcome>(of answer: ServerAnswer<Outcome>, keys: [[UInt8]] = []) -> Outcome? {
        switch answer.result {
        case .success(let outcome):
            // What answers is alive, whatever was known of it.
            for server in client.pool.servers where server.description == answer.server && !server.isAlive {
                server.forgetDeath()
            }
            return outcome
        case .failure(let error):
            let name = answer.server.address.description
            let error = explained(error, server: name, command: "this command")
            session.report(error, line: builder.line, server: name, keys: keys)
            return nil
        }
    }
}
