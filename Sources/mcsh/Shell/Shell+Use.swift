import MemcacheCore

/// Other servers.
extension Shell {
    /// `use`: switches to other servers.
    ///
    /// The lines that follow in a script are meant for those servers only: without them it ends.
    func use(_ names: [String]) -> LineOutcome {
        do throws(OptionFault) {
            try catalog.reload()
            connect(to: try catalog.resolve(names))
            if let note = selectionNote, !options.isQuiet {
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
        let ask = options.canAsk ? "; dangerous commands ask you to type its name" : ""
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
}
