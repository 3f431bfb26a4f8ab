import MemcacheCore

/// Other servers, and the answers of all of them.
extension Shell {
    /// `use`: switches to other servers.
    ///
    /// The lines that follow in a script are meant for those servers only: without them it ends.
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

    /// A note about the selected servers: that they are production, and the pool whose settings apply to servers that
    /// were named directly.
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

    /// Runs a closure for every server while the main thread waits.
    func everyAnswer<Outcome: Sendable>(
        _ body: @escaping @Sendable () async -> [ServerAnswer<Outcome>]
    ) -> [ServerAnswer<Outcome>] {
        waitFor { () async throws(MemcacheError) in await body() } ?? []
    }

    /// The answer of a server; nil if its failure has been reported.
    ///
    /// - Parameter keys: The keys that it was asked about, if there are several.
    func success<Outcome>(of answer: ServerAnswer<Outcome>, keys: [[UInt8]] = []) -> Outcome? {
        switch answer.result {
        case .success(let outcome):
            // A server that answers is up, whatever was known about it.
            for server in client.pool.servers where server.description == answer.server && !server.isAlive {
                server.forgetDeath()
            }
            return outcome
        case .failure(let error):
            let name = answer.server.address.description
            let error = explained(error, server: name, command: "stats")
            session.report(error, line: builder.line, server: name, keys: keys)
            return nil
        }
    }
}
