import MemcacheCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// `keys`: the keys of all servers, from their dumps.
extension Shell {
    func listKeys(_ order: KeysQuery, _ format: OutputFormat) {
        let names = client.pool.servers.map(\.address.description)
        var listing = KeyListing(
            order, prefix: builder.prefix,
            rows: KeyRows(
                format, isLong: order.isLong, style: session.presentation.style, servers: router == nil ? [] : names),
            keptCount: interactive == nil ? 0 : SeenKeys.maximumCount)
        // At a prompt the signals are taken in by the session's watcher.
        let catcher = interactive == nil ? InterruptCatcher { Blocking.cancel() } : nil
        let lists = openLists(order.slabClasses, format)
        let isChoosy =
            order.glob != nil || order.expression != nil || order.slabClasses != nil || !builder.prefix.isEmpty
        let progress = listsProgress(over: lists, isChoosy: isChoosy, format)
        var isComplete = lists.count == names.count
        for list in lists where !listing.isFull && !session.output.hasFailed && !Blocking.isCancelled {
            listing.begin(server: list.server.description, now: list.now)
            let isRead = read(list, progress, format) { lines in
                let ending = listing.take(lines)
                progress?.set(done: listing.seen, found: listing.matched)
                listing.withRows { write($0, progress) }
                return ending
            }
            if !isRead { isComplete = false }
        }
        let wasOnScreen = progress?.end() ?? false
        for key in listing.kept { interactive?.keys.insert(key) }
        let summary = KeysSummary(
            seen: listing.seen, matched: listing.matched, itemBytes: order.isLong ? listing.itemBytes : nil,
            servers: lists.count, patterns: order.patterns.map { EscapedText.string($0) }, isFull: listing.isFull)
        let isCaught = catcher?.end() ?? false
        if isCaught || isInterrupted {
            // What is held for a pager is not lost with the program.
            if isCaught { session.output.endPaging() }
            tell(summary, isAfterMark: !wasOnScreen)
            if isCaught { InterruptCatcher.endByInterrupt() }
            return
        }
        if !lists.isEmpty {
            listing.end()
            listing.withRows { session.output.write($0) }
        }
        if listing.matched == 0, isComplete { session.note(.negative) }
        if format == .human, !lists.isEmpty, !behaviour.isQuiet {
            session.output.write(Array((session.presentation.style(summary.text, .dim) + "\n").utf8))
        }
        if listing.isFull || session.output.hasFailed, interactive == nil { ItemWalk.finish(lists) }
    }

    /// Has all servers begin. Those that cannot are reported, and so is what the lists of the others may lack.
    func openLists(_ slabClasses: [SlabClass]?, _ format: OutputFormat) -> [ItemWalk] {
        let (client, session, isQuiet, line) = (client, session, behaviour.isQuiet, builder.line)
        let opened = Blocking.wait { () async throws(MemcacheError) in
            await client.pool.onEveryServer { server async throws(MemcacheError) in
                try await ItemWalk(of: server, client, slabClasses: slabClasses) { reason in
                    guard !isQuiet else { return }
                    session.tell(
                        "\(server.address): \(reason): waiting for its end", code: "note", line: line, format: format)
                }
            }
        }
        guard !Blocking.isCancelled else { return [] }
        guard case .success(let answers) = opened else {
            if case .failure(let error) = opened {
                session.note(error.exitStatus)
                session.tell(error, line: line, server: server, format: format)
            }
            return []
        }
        let lists = answers.compactMap { success(of: $0) }
        if !isQuiet {
            for list in lists {
                guard let shortcoming = list.shortcoming else { continue }
                session.tell("note: \(list.server): \(shortcoming)", code: "note", line: line, format: format)
            }
        }
        return lists
    }

    /// Reads a server's list.
    ///
    /// - Parameter take: Takes some whole lines.
    /// - Returns: Whether it was read as far as it is wanted. If not, that has been reported.
    func read(
        _ list: ItemWalk, _ progress: Progress?, _ format: OutputFormat,
        _ take: (Span<UInt8>) -> ItemReader.Ending
    ) -> Bool {
        while true {
            switch nextLines(of: list, progress) {
            case .success(let lines?):
                let ending = take(lines.span)
                progress?.drawIfDue()
                if session.output.hasFailed { return true }
                switch ending {
                case .read: break
                case .stopped: return true
                case .unreadable(let line):
                    tell(.unreadable(line: lines.span.copy(line), of: list.server), progress, format)
                    return false
                }
            case .success(nil): return true
            case .failure(let error):
                if !Blocking.isCancelled { tell(error, progress, format) }
                return false
            }
        }
    }

    /// Waits for lines, and draws how far the work has come meanwhile.
    private func nextLines(of list: ItemWalk, _ progress: Progress?) -> Result<[UInt8]?, MemcacheError> {
        Blocking.wait { [dump = list.dump] () async throws(MemcacheError) in
            guard let progress else { return try await dump.nextLines() }
            return try await withTaskGroup(of: Void.self) { group in
                group.addTask { await progress.keepDrawing() }
                defer { group.cancelAll() }
                do throws(MemcacheError) {
                    return Result<[UInt8]?, MemcacheError>.success(try await dump.nextLines())
                } catch {
                    return .failure(error)
                }
            }.get()
        }
    }

    /// How far the reading of lists has come, where somebody can see it, and it disturbs nothing: what reads a pipe may
    /// have the terminal for itself.
    func listsProgress(over lists: [ItemWalk], isChoosy: Bool, _ format: OutputFormat) -> Progress? {
        guard behaviour.showsProgress, !lists.isEmpty else { return nil }
        switch session.output.destination {
        case .pager, .pipe: return nil
        case .terminal, .file: break
        }
        let counts = lists.compactMap(\.itemCount)
        let total = counts.count == lists.count ? counts.saturatingSum() : nil
        return Progress(ProgressFigures(noun: "keys", total: total, found: isChoosy ? 0 : nil))
    }

    private func write(_ rows: [UInt8], _ progress: Progress?) {
        guard let progress, session.output.destination == .terminal else { return session.output.write(rows) }
        progress.aside { session.output.write(rows) }
        // From here on the screen is the pager's.
        if session.output.destination == .pager { progress.end() }
    }

    private func tell(_ error: MemcacheError, _ progress: Progress?, _ format: OutputFormat) {
        session.note(error.exitStatus)
        let tell = { [self] in session.tell(error, line: builder.line, server: nil, format: format) }
        if let progress { progress.aside(tell) } else { tell() }
    }

    /// What there is when Ctrl-C ends it.
    private func tell(_ summary: KeysSummary, isAfterMark: Bool) {
        if interactive != nil {
            interactive?.hasToldInterrupt = true
            session.output.endLine(isBehindMark: isAfterMark)
        } else if isAfterMark, Terminal.isTerminal(STDERR_FILENO) {
            // Behind the terminal's own ^C.
            Messages.write("")
        }
        if !behaviour.isQuiet { session.tell(summary.cancelledText, code: "cancelled", line: builder.line) }
    }
}
