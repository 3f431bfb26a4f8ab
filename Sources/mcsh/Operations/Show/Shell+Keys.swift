import MemcacheCore

/// Commands about keys that need more than one exchange.
extension Shell {
    /// `show`: a value and everything that the server tells about it, without touching it.
    ///
    /// - Parameter decodes: Whether plain and the tables give the value as the application reads it. A key whose value
    ///   cannot be read so is told about, and left out.
    func show(_ keys: [[UInt8]], _ hash: RoutingNumber?, decodes: Bool, _ format: OutputFormat) {
        let flags: [MetaFlag<MetaGet>] = [
            .returnSize, .returnFlags, .returnCAS, .returnTimeToLive, .returnHitBefore, .returnLastAccess,
            .withoutBump, .returnValue,
        ]
        let wireKeys = keys.compactMap { wireKey($0, hash) }
        let answers = askHolders(of: wireKeys, hash) { server, key async throws(MemcacheError) in
            let result = try await server.execute(MetaGet(key, flags))
            if result.hasWon { await WinTokens.giveBack([key], on: server) }
            return (result: result, debug: try await server.execute(MetaDebug(key)))
        }
        var hasHeader = true
        // Each server's error is reported once, with all keys that it concerns.
        var failures: [String: (error: MemcacheError, keys: [[UInt8]])] = [:]
        for (bytes, answer) in zip(keys, answers) {
            guard let (server, outcome) = answer, case .failure(let error) = outcome else { continue }
            let name = server.address.description
            let known = failures[name] ?? (error, [])
            // The error that ended the connection counts, and not what followed from that.
            failures[name] = (known.error.code == .connectionLost ? error : known.error, known.keys + [bytes])
        }
        for (bytes, answer) in zip(keys, answers) {
            guard let (server, outcome) = answer else { continue }
            let name = server.address.description
            switch outcome {
            case .failure:
                guard let failure = failures.removeValue(forKey: name) else { continue }
                session.note(failure.error.exitStatus)
                session.tell(
                    explained(failure.error, server: name, command: "show"), line: builder.line, server: name,
                    format: format, keys: keys.count > 1 ? failure.keys : [])
            case .success(let found):
                if !hasHeader, format == .human { write([""]) }
                guard show(bytes, found.result, found.debug, on: name, decodes, format, hasHeader: hasHeader) else {
                    continue
                }
                hasHeader = false
            }
        }
    }

    /// Shows one key. False where its value cannot be read as it should be, which has been told.
    private func show(
        _ key: [UInt8], _ result: MetaResult, _ debug: MetaDebug.Outcome, on server: String, _ decodes: Bool,
        _ format: OutputFormat, hasHeader: Bool
    ) -> Bool {
        var decoded: [UInt8]?
        if decodes, format.givesDecodedValues, result.status == .done, let value = result.value {
            do throws(MemcacheError) {
                decoded = try StoredValue(bytes: value, flags: result.flags ?? 0).decoded(by: conventions).output()
            } catch {
                session.note(error.exitStatus)
                session.tell(
                    error.about(key: key), line: builder.line, server: server, format: format, keys: [key],
                    namesKeys: true)
                return false
            }
        }
        let description = ItemDescription(
            key: key, result: result, debug: debug, server: server, conventions: conventions, decoded: decoded)
        if !description.isFound { session.note(.negative) }
        session.output.write(
            description.rendered(
                format, style: session.presentation.style, width: session.presentation.width, hasHeader: hasHeader))
        return true
    }

    /// Asks the server of each key about it, all at once.
    ///
    /// - Returns: The server of each key and what it answered; nil where it has been told that there is none.
    private func askHolders<Outcome: Sendable>(
        of keys: [Key], _ number: RoutingNumber?,
        _ body: @escaping @Sendable (Server, Key) async throws(MemcacheError) -> Outcome
    ) -> [(Server, Result<Outcome, MemcacheError>)?] {
        for key in keys {
            let bytes = key.bytes
            router?.prepare(for: bytes.span, number)
        }
        let holders = keys.map { holder(of: $0, number) }
        let results = waitFor { () async throws(MemcacheError) in
            await withTaskGroup(of: (Int, Result<Outcome, MemcacheError>).self) { group in
                for (index, (key, holder)) in zip(keys, holders).enumerated() {
                    guard let holder else { continue }
                    group.addTask {
                        do throws(MemcacheError) {
                            return (index, .success(try await body(holder, key)))
                        } catch {
                            return (index, .failure(error))
                        }
                    }
                }
                return await group.reduce(into: [Int: Result<Outcome, MemcacheError>]()) { $0[$1.0] = $1.1 }
            }
        }
        return holders.enumerated().map { index, holder in
            guard let holder, let result = results?[index] else { return nil }
            return (holder, result)
        }
    }

    /// The server that a key's commands go to; nil where it has been told that there is none.
    private func holder(of key: Key, _ number: RoutingNumber?) -> Server? {
        guard let router else { return client.pool.servers[0] }
        let bytes = key.bytes
        if let position = router.server(for: bytes.span, number) { return client.pool.servers[position] }
        session.note(.disconnected)
        session.tell(
            router.noServerError, line: builder.line, server: nil, keys: [Array(bytes.dropFirst(builder.prefix.count))])
        return nil
    }
}
