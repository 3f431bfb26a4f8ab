import MemcacheCore

/// Turns commands into requests in the batches of their servers.
extension RequestBuilder {
    /// Plans `<verb> KEY VALUE`.
    ///
    /// - Parameters:
    ///   - encoded: What is stored for the value, if that is not the value itself.
    ///   - isMany: Whether the command stores several values.
    ///   - isContinued: Whether this is not the first of them.
    mutating func store(
        _ verb: RequestEncoder.StorageVerb, name: StaticString, key: Word, value: Word?, encoded: EncodedValue? = nil,
        lifetime: Int64, cas: UInt64? = nil, isMany: Bool = false, isContinued: Bool = false,
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>
    ) throws(Diagnostic) {
        try requireKey(key, bytes)
        let input = encoded?.bytes ?? arguments.inputValue ?? []
        let (isInLine, inLine) = (encoded == nil && value != nil, value?.range ?? 0..<0)
        try requireStorable(isInLine ? inLine.count : input.count, at: value ?? key)
        if !isContinued { ordinal += 1 }
        let (flags, noreply, format) = (encoded?.flags ?? arguments.flags, arguments.noreply, arguments.format)
        withWireKey(key, bytes, routedBy: arguments.hash, arguments.format) { (builder, wireKey) in
            builder.round.batches[builder.server].addFence()
            if noreply { builder.beginSilence() }
            let start = builder.requestBytes + verb.word.utf8CodeUnitCount + 1
            if isInLine {
                builder.round.batches[builder.server].encoder.storage(
                    verb, key: wireKey, flags: flags, expiration: lifetime, value: bytes.extracting(inLine), cas: cas,
                    noreply: noreply)
            } else {
                builder.round.batches[builder.server].encoder.storage(
                    verb, key: wireKey, flags: flags, expiration: lifetime, value: input, cas: cas, noreply: noreply)
            }
            let position = (start, wireKey.count)
            if noreply {
                builder.endSilence(name, key: position, isMany: isMany, format)
            } else {
                builder.add(name, .storage, .storage, key: position, isMany: isMany, format)
            }
        }
    }

    /// Plans a read of keys, each joined to the previous read if both are of the same kind.
    mutating func retrieve(
        _ name: StaticString, _ answer: AnswerInterpretation, keys: ArraySlice<Word>, _ arguments: borrowing Arguments,
        _ bytes: Span<UInt8>, before: Int64? = nil
    ) throws(Diagnostic) {
        for key in keys { try requireKey(key, bytes) }
        guard knowsServers(of: keys, bytes, routedBy: arguments.hash) else { return }
        ordinal += 1
        let (isMany, format) = (keys.count > 1, arguments.format ?? format)
        let isDecoded = arguments.decodes && format.givesDecodedValues
        for key in keys {
            withWireKey(key, bytes, routedBy: arguments.hash, arguments.format) { (builder, wireKey) in
                builder.read(
                    name, answer, wireKey, isMany: isMany, isDecoded: isDecoded, before: before, format)
            }
        }
        // A lifetime precedes all keys of its request: other commands must not share it.
        guard before != nil else { return }
        for index in round.batches.indices { round.batches[index].openKeys = 0 }
    }

    private mutating func read(
        _ name: StaticString, _ answer: AnswerInterpretation, _ key: Span<UInt8>, isMany: Bool, isDecoded: Bool,
        before: Int64?, _ format: OutputFormat
    ) {
        round.batches[server].addRead(
            key, lifetime: before, prefix: prefix.count,
            ExpectedAnswer(
                answer: answer, name: name, format: format, line: line, ordinal: ordinal, isMany: isMany,
                isDecoded: isDecoded, isOver: isOver))
        if route.isPool { round.owners.append(server) }
    }

    /// Plans a read for people without the meta command.
    mutating func readAgain(_ read: LostRead, on position: Int) {
        var command = read.command
        command.answer = .items
        round.batches[position].addRead(read.key.span, lifetime: nil, prefix: read.prefix, command)
        if route.isPool { round.owners.append(position) }
    }

    /// Plans a read for people: through the meta command, which also returns the remaining lifetime, if the server has
    /// it.
    mutating func describe(
        keys: ArraySlice<Word>, _ arguments: borrowing Arguments, _ bytes: Span<UInt8>
    ) throws(Diagnostic) {
        for key in keys { try requireKey(key, bytes) }
        guard knowsServers(of: keys, bytes, routedBy: arguments.hash, withVersions: true) else { return }
        ordinal += 1
        let (isMany, format) = (keys.count > 1, arguments.format ?? format)
        for key in keys {
            withWireKey(key, bytes, routedBy: arguments.hash, format) { (builder, wireKey) in
                guard builder.route.servers[builder.server].hasMetaCommands != false else {
                    builder.read("get", .items, wireKey, isMany: isMany, isDecoded: false, before: nil, format)
                    return
                }
                builder.round.batches[builder.server].addFence()
                let start = builder.requestBytes + 3
                builder.round.batches[builder.server].encoder.append("mg ")
                builder.round.batches[builder.server].encoder.append(wireKey)
                builder.round.batches[builder.server].encoder.append(" t f v")
                builder.round.batches[builder.server].encoder.endLine()
                builder.add("get", .description, .meta, key: (start, wireKey.count), isMany: isMany, format)
            }
        }
    }

    /// Plans one request for each key; `encode` writes all of it and returns where the key begins.
    mutating func forEachKey(
        _ keys: ArraySlice<Word>, _ name: StaticString, _ answer: AnswerInterpretation, _ shape: ReplyShape,
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>,
        encode: (inout RequestEncoder, Span<UInt8>) -> Int
    ) throws(Diagnostic) {
        for key in keys { try requireKey(key, bytes) }
        guard knowsServers(of: keys, bytes, routedBy: arguments.hash) else { return }
        ordinal += 1
        let (isMany, noreply, format) = (keys.count > 1, arguments.noreply, arguments.format)
        for key in keys {
            withWireKey(key, bytes, routedBy: arguments.hash, arguments.format) { (builder, wireKey) in
                builder.round.batches[builder.server].addFence()
                if noreply { builder.beginSilence() }
                let start = builder.requestBytes
                let offset = encode(&builder.round.batches[builder.server].encoder, wireKey)
                let position = (start + offset, wireKey.count)
                if noreply {
                    builder.endSilence(name, key: position, isMany: isMany, format)
                } else {
                    builder.add(name, answer, shape, key: position, isMany: isMany, format)
                }
            }
        }
    }

    /// Plans a request for a key that another part writes, such as a meta command.
    mutating func request(
        _ name: StaticString, _ answer: AnswerInterpretation, _ shape: ReplyShape, key: Word,
        _ arguments: borrowing Arguments,
        _ bytes: Span<UInt8>, encode: (inout RequestEncoder, Span<UInt8>) -> Int
    ) throws(Diagnostic) {
        try requireKey(key, bytes)
        ordinal += 1
        let format = arguments.format
        withWireKey(key, bytes, routedBy: arguments.hash, arguments.format) { (builder, wireKey) in
            builder.round.batches[builder.server].addFence()
            let start = builder.requestBytes
            let offset = encode(&builder.round.batches[builder.server].encoder, wireKey)
            if shape == .untilFence { builder.round.batches[builder.server].encoder.append(RequestEncoder.fence) }
            builder.add(name, answer, shape, key: (start + offset, wireKey.count), format)
        }
    }

    /// Plans a request without a key, to every server.
    mutating func request(
        _ name: StaticString, _ answer: AnswerInterpretation, _ shape: ReplyShape, format: OutputFormat? = nil,
        encode: (inout RequestEncoder) -> Void
    ) {
        guard knowsEveryServer() else { return }
        ordinal += 1
        for position in route.everyServer ?? [0] {
            server = position
            round.batches[server].addFence()
            encode(&round.batches[server].encoder)
            add(name, answer, shape, format)
        }
    }

    /// Plans `config get cluster`.
    mutating func clusterConfiguration(format: OutputFormat?) {
        request("config", .cluster, .configuration, format: format) { $0.line("config", "get", "cluster") }
    }

    /// Plans a `stats` request.
    mutating func statistics(_ statistics: StatisticsRequest, words: [UInt8], format: OutputFormat?) {
        guard knowsEveryServer() else { return }
        round.statistics.append(statistics)
        request("stats", .statistics(round.statistics.count - 1), .statistics, format: format) { request in
            request.append("stats")
            if !words.isEmpty {
                request.append(" ")
                request.append(words.span)
            }
            request.endLine()
        }
    }

    // MARK: Keys

    /// Passes on a key as it is sent over the wire, once its server is chosen. If no server can be asked, the answer
    /// says so; if it is not known whether the server can, nothing is planned.
    private mutating func withWireKey(
        _ word: Word, _ bytes: Span<UInt8>, routedBy number: RoutingNumber?, _ format: OutputFormat?,
        _ body: (inout RequestBuilder, Span<UInt8>) -> Void
    ) {
        guard !prefix.isEmpty else {
            let key = bytes.extracting(word.range)
            guard choose(key, number, word, bytes, format) else { return }
            return body(&self, key)
        }
        let whole = prefix + bytes.copy(word.range)
        guard choose(whole.span, number, word, bytes, format) else { return }
        body(&self, whole.span)
    }

    private mutating func choose(
        _ key: Span<UInt8>, _ number: RoutingNumber?, _ word: Word, _ bytes: Span<UInt8>, _ format: OutputFormat?
    ) -> Bool {
        guard route.isPool else { return true }
        switch route.choice(for: key, number, line: line) {
        case .server(let position):
            server = position
            return true
        case .unknown(let position): require(.connections([position]))
        case .nowhere: addUnreachable(bytes.copy(word.range), format)
        }
        return false
    }

    private mutating func addUnreachable(_ key: [UInt8], _ format: OutputFormat?) {
        var error = route.noServerError
        error.message = "\(EscapedText.string(key)): \(error.message)"
        round.owners.append(PoolBatch.nowhere)
        round.complaints.append(
            ReportedError(
                error: error, line: line, server: nil, format: format ?? self.format, keys: [key], namesKeys: true))
    }

    /// Whether enough is known to choose the servers of all keys of a command, so that it can be planned as a whole; if
    /// not, what is needed is recorded. A key alone needs no check before it is planned.
    ///
    /// - Parameter withVersions: Whether the versions of the servers must be known too.
    mutating func knowsServers(
        of keys: ArraySlice<Word>, _ bytes: Span<UInt8>, routedBy number: RoutingNumber?, withVersions: Bool = false
    ) -> Bool {
        guard withVersions || route.isPool && keys.count > 1 else { return true }
        var unknown: [Int] = []
        var unversioned: [Int] = []
        for key in keys {
            switch choice(for: key, bytes, number) {
            case .server(let position):
                guard withVersions, route.servers[position].hasMetaCommands == nil else { break }
                if !unversioned.contains(position) { unversioned.append(position) }
            case .unknown(let position): if !unknown.contains(position) { unknown.append(position) }
            case .nowhere: break
            }
        }
        if !unknown.isEmpty {
            require(.connections(unknown))
        } else if !unversioned.isEmpty {
            require(.versions(unversioned.sorted()))
        }
        return unknown.isEmpty && unversioned.isEmpty
    }

    private func choice(for key: Word, _ bytes: Span<UInt8>, _ number: RoutingNumber?) -> PoolRoute.Choice {
        guard !prefix.isEmpty else { return route.choice(for: bytes.extracting(key.range), number, line: line) }
        let whole = prefix + bytes.copy(key.range)
        return route.choice(for: whole.span, number, line: line)
    }

    /// Whether all servers have been tried for the line, so that a command can be planned for those that are reached; if
    /// not, that is recorded as needed.
    private mutating func knowsEveryServer() -> Bool {
        guard route.isPool, route.everyServer == nil else { return true }
        require(.everyServer)
        return false
    }

    // MARK: The end of the batch

    /// The length of the pending requests of the current server.
    private var requestBytes: Int { round.batches[server].encoder.bytes.count }

    /// Prepares for a command with `noreply`: a run of them shares one fence, which moves after the last one.
    private mutating func beginSilence() {
        guard round.batches[server].commands.last?.answer == .silence else { return }
        round.batches[server].encoder.truncate(to: requestBytes - RequestEncoder.fence.utf8CodeUnitCount)
    }

    /// Ends a request that may have no reply with a fence.
    private mutating func endSilence(_ name: StaticString, key: (Int, Int), isMany: Bool, _ format: OutputFormat?) {
        let isShared = round.batches[server].commands.last?.answer == .silence
        round.batches[server].encoder.append(RequestEncoder.fence)
        add(name, .silence, isShared ? nil : .untilFence, key: key, isMany: isMany, format)
    }

    /// Records the command whose request the batch now ends with.
    ///
    /// - Parameters:
    ///   - shape: The shape of its reply; nil if it shares the reply of the command before it.
    ///   - key: Where its key is on the wire, with the prefix.
    private mutating func add(
        _ name: StaticString, _ answer: AnswerInterpretation, _ shape: ReplyShape?,
        key: (start: Int, count: Int)? = nil,
        isMany: Bool = false, isDecoded: Bool = false, _ format: OutputFormat?
    ) {
        let position = key.map {
            KeyPosition(start: $0.start + prefix.count, count: $0.count - prefix.count, prefix: prefix.count)
        }
        round.batches[server].add(
            ExpectedAnswer(
                answer: answer, name: name, format: format ?? self.format, line: line, ordinal: ordinal,
                key: position ?? KeyPosition(start: 0, count: 0, prefix: 0), isMany: isMany, isDecoded: isDecoded,
                isOver: isOver),
            shape)
        if route.isPool { round.owners.append(server) }
    }
}
