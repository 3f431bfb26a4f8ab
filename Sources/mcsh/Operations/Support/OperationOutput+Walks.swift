import MemcacheCore

/// Reading the listings of all servers, for operations that look at every item.
extension OperationOutput {
    /// Starts the listings of all servers. Those that cannot are reported, and so is what the listings of the others
    /// may lack.
    ///
    /// - Parameter name: What the user asked for, to name the cause of a failure.
    mutating func openWalks(
        of fleet: Fleet, for name: String, slabClasses: [SlabClass]? = nil
    ) async -> [ItemWalk] {
        let (client, reporter, isQuiet) = (fleet.client, reporter, isQuiet)
        let answers = await fleet.each(for: name) { server async throws(MemcacheError) in
            try await ItemWalk(of: server, client, slabClasses: slabClasses) { reason in
                guard !isQuiet else { return }
                reporter.report("\(server.address): \(reason): waiting for its end", code: "note", .done)
            }
        }
        guard !Blocking.isCancelled else { return [] }
        let walks = values(of: answers).map(\.value)
        if !isQuiet {
            for walk in walks {
                guard let shortcoming = walk.shortcoming else { continue }
                report("note: \(walk.server): \(shortcoming)", code: "note", .done)
            }
        }
        return walks
    }

    /// Reads a server's listing.
    ///
    /// - Parameter take: Receives some whole lines.
    /// - Returns: Whether it was read as far as it is wanted. A failure has been reported.
    func read(
        _ walk: ItemWalk, _ progress: Progress?, _ take: (Span<UInt8>) -> ItemReader.Ending
    ) async -> Bool {
        while true {
            switch await Self.nextLines(of: walk, progress) {
            case .success(let lines?):
                let ending = take(lines.span)
                progress?.drawIfDue()
                if hasFailed { return true }
                switch ending {
                case .read: break
                case .stopped: return true
                case .unreadable(let line):
                    report(.unreadable(line: lines.span.copy(line), of: walk.server), beside: progress)
                    return false
                }
            case .success(nil): return true
            case .failure(let error):
                if !Blocking.isCancelled { report(error, beside: progress) }
                return false
            }
        }
    }

    /// Waits for lines, and draws the progress in the meantime.
    private static func nextLines(of walk: ItemWalk, _ progress: Progress?) async -> Result<[UInt8]?, MemcacheError> {
        let listing = walk.dump
        guard let progress else { return await nextLines(of: listing) }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await progress.keepDrawing() }
            defer { group.cancelAll() }
            return await nextLines(of: listing)
        }
    }

    private static func nextLines(of listing: Listing<ListedItem>) async -> Result<[UInt8]?, MemcacheError> {
        do throws(MemcacheError) {
            return .success(try await listing.nextLines())
        } catch {
            return .failure(error)
        }
    }

    /// The progress of reading listings, if a user can see it and it disturbs nothing: the reader of a pipe may use the
    /// terminal itself.
    func walkProgress(over walks: [ItemWalk], isChoosy: Bool) -> Progress? {
        guard host.showsProgress, !walks.isEmpty else { return nil }
        switch sink.destination {
        case .pager, .pipe: return nil
        case .terminal, .file: break
        }
        let counts = walks.compactMap(\.itemCount)
        let total = counts.count == walks.count ? counts.saturatingSum() : nil
        return Progress(ProgressFigures(noun: "keys", total: total, found: isChoosy ? 0 : nil))
    }

    private func report(_ error: MemcacheError, beside progress: Progress?) {
        let report = { [reporter] in reporter.report(error) }
        if let progress { progress.aside(report) } else { report() }
    }
}
