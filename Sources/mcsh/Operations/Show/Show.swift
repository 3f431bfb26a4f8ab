import MemcacheCore

/// `show`: a value and everything that the server knows about it, without touching it.
struct Show: OperationCommand {
    static let command = CommandDescription(
        name: "show", group: .read,
        parameters: [.init(name: "KEY", kind: .key, isRepeated: true)], options: [.decode, .hash],
        summary: "print a value and everything known about it, without touching it",
        details: """
            Lifetime left and the time at which it ends, when it was moved, whether it was read before, flags, size, CAS \
            token, slab class. Moved is when the item was stored or last moved in its LRU, and not when it was last read. \
            The LRU and the fetched mark stay as they are, and the win token of a stale item is given back. Needs \
            memcached 1.6.10 or newer.
            """,
        examples: [.init(line: "show user:42", meaning: "the value and how long it will last")],
        cost: "Two requests for each key, O(1) each. The LRU and the counters of reads do not change.",
        wireForm: "mg KEY s v t f c h l u, and me KEY for the slab class")
    static let presence = Presence.paged

    private static let flags: [MetaFlag<Command.MetaGet>] = [
        .returnSize, .returnFlags, .returnCAS, .returnTimeToLive, .returnHitBefore, .returnLastAccess, .withoutBump,
        .returnValue,
    ]

    private let keys: [[UInt8]]
    private let prefix: [UInt8]
    private let hash: RoutingNumber?
    /// Whether the plain format and tables show the value as the application reads it. A key whose value cannot be read
    /// that way is reported and omitted.
    private let decodes: Bool

    init(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: borrowing RequestBuilder
    ) throws(Diagnostic) {
        keys = try builder.keys(arguments, bytes)
        prefix = builder.prefix
        hash = arguments.hash
        decodes = arguments.decodes
    }

    func run(on fleet: Fleet, to output: inout OperationOutput) async throws(MemcacheError) {
        let answers = await askHolders(output.host)
        var hasHeader = true
        // Each server's error is reported once, with all keys that it concerns.
        var failures: [String: (error: MemcacheError, keys: [[UInt8]])] = [:]
        for (bytes, answer) in zip(keys, answers) {
            guard let (server, outcome) = answer, case .failure(let error) = outcome else { continue }
            let name = server.address.description
            let known = failures[name] ?? (error, [])
            // The error that ended the connection counts, and not the errors that followed from it.
            failures[name] = (known.error.code == .connectionLost ? error : known.error, known.keys + [bytes])
        }
        for (bytes, answer) in zip(keys, answers) {
            guard let (server, outcome) = answer else { continue }
            let name = server.address.description
            switch outcome {
            case .failure:
                guard let failure = failures.removeValue(forKey: name) else { continue }
                let error =
                    output.isInterrupted
                    ? failure.error : await RefusalReason.explained(failure.error, of: server, command: "show")
                output.report(error, server: name, keys: keys.count > 1 ? failure.keys : [])
            case .success(let found):
                if !hasHeader, output.format == .human { output.write(lines: [""]) }
                if show(bytes, found, of: name, hasHeader: hasHeader, &output) { hasHeader = false }
            }
        }
    }

    /// A server's answer about a key.
    private struct Found: Sendable {
        var result: MetaResult
        var debug: Command.MetaDebug.Outcome
    }

    /// Shows one key. Returns false if its value cannot be read as requested, which has been reported.
    private func show(
        _ key: [UInt8], _ found: Found, of server: String, hasHeader: Bool, _ output: inout OperationOutput
    ) -> Bool {
        let conventions = output.host.conventions
        var decoded: [UInt8]?
        if decodes, output.format.givesDecodedValues, found.result.status == .done, let value = found.result.value {
            do throws(MemcacheError) {
                decoded = try StoredValue(bytes: value, flags: found.result.flags ?? 0).decoded(by: conventions)
                    .output()
            } catch {
                output.report(error.about(key: key), server: server, keys: [key], namesKeys: true)
                return false
            }
        }
        let description = ItemDescription(
            key: key, result: found.result, debug: found.debug, server: server, conventions: conventions,
            decoded: decoded)
        if !description.isFound { output.note(.negative) }
        output.write(
            description.rendered(
                output.format, style: output.presentation.style, width: output.presentation.width, hasHeader: hasHeader)
        )
        return true
    }

    /// Asks the server of each key about it, all servers at once.
    ///
    /// - Returns: The server of each key and its answer; nil where there is no server, which has been reported.
    private func askHolders(_ host: any OperationHost) async -> [(Server, Result<Found, MemcacheError>)?] {
        let wireKeys = keys.compactMap { Key(prefix: prefix, $0, routedBy: hash) }
        host.prepare(for: wireKeys, hash)
        let holders = wireKeys.map { host.holder(of: $0, hash) }
        var servers: [Server] = []
        var keysOfServers: [ObjectIdentifier: [Key]] = [:]
        for (key, holder) in zip(wireKeys, holders) {
            guard let holder else { continue }
            if keysOfServers[ObjectIdentifier(holder)] == nil { servers.append(holder) }
            keysOfServers[ObjectIdentifier(holder), default: []].append(key)
        }
        let asked = keysOfServers
        let answers = await ServerPool.sideBySide(servers) { server async throws(MemcacheError) in
            await Self.ask(server, about: asked[ObjectIdentifier(server)] ?? [])
        }
        var waiting: [ObjectIdentifier: ArraySlice<Result<Found, MemcacheError>>] = [:]
        for (server, answer) in zip(servers, answers) {
            waiting[ObjectIdentifier(server)] = (try? answer.get())?[...] ?? []
        }
        return holders.map { holder in
            guard let holder, let result = waiting[ObjectIdentifier(holder)]?.popFirst() else { return nil }
            return (holder, result)
        }
    }

    /// What a server says about each of some keys.
    private static func ask(_ server: Server, about keys: [Key]) async -> [Result<Found, MemcacheError>] {
        let results = await server.execute(keys.map { Command.MetaGet($0, flags) })
        await WinTokens.giveBack(of: results, for: keys, on: server)
        let debugs = await server.execute(keys.map { Command.MetaDebug($0) })
        return zip(results, debugs).map { result, debug in
            do throws(MemcacheError) {
                return .success(Found(result: try result.get(), debug: try debug.get()))
            } catch {
                return .failure(error)
            }
        }
    }
}
