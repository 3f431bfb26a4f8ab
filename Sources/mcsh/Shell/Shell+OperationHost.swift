import MemcacheCore

extension Shell: OperationHost {
    var keyPrefix: [UInt8] { builder.prefix }
    var serverNames: String { server }
    var isProduction: Bool { selection.isProduction }
    var canAsk: Bool { options.canAsk }
    var showsProgress: Bool { options.showsProgress }
    var isPrompt: Bool { interactive != nil }
    var editor: EditorChoice { options.editor }
    var signalWatcher: SignalWatcher? { interactive?.watcher }

    /// Runs an operation on the main thread, which waits for it.
    func perform(_ operation: any Operation, _ format: OutputFormat) {
        switch type(of: operation).presence {
        case .paged: break
        case .streamed: releaseRun()
        case .ownsTerminal:
            releaseRun()
            session.output.endPaging()
        }
        // At a prompt the session's watcher handles the signals.
        let stops = type(of: operation).readsListings && interactive == nil ? StopHolder() : nil
        defer { stops?.end() }
        let name = type(of: operation).name
        let (fleet, session, line, isQuiet) = (Fleet(client: client), session, builder.line, options.isQuiet)
        let host = MainThreadReference(host: self)
        do throws(MemcacheError) {
            try Blocking.run {
                var output = OperationOutput(
                    name, format, session: session, line: line, isQuiet: isQuiet, host: host.host)
                do throws(MemcacheError) {
                    try await operation.run(on: fleet, to: &output)
                } catch {
                    output.reportForAll(error)
                }
            }
        } catch {
            session.report(error, line: line, server: server, format: format)
        }
        reachability.forgetRevived(&builder.route)
    }

    func prepare(for keys: [Key], _ number: RoutingNumber?) {
        for key in keys {
            let bytes = key.bytes
            guard case .unknown(let position) = builder.route.choice(for: bytes.span, number, line: builder.line) else {
                continue
            }
            reachability.prepare(position, builder.route)
        }
    }

    func holder(of key: Key, _ number: RoutingNumber?) -> Server? {
        let bytes = key.bytes
        defer { reachability.endLine(&builder.route) }
        while true {
            switch builder.route.choice(for: bytes.span, number, line: builder.line) {
            case .server(let position): return client.pool.servers[position]
            case .unknown(let position):
                reachability.find(.connections([position]), for: builder.line, &builder.route)
            case .nowhere:
                session.report(
                    builder.route.noServerError, line: builder.line, server: nil,
                    keys: [Array(bytes.dropFirst(builder.prefix.count))])
                return nil
            }
        }
    }

    func remember(key: [UInt8]) { interactive?.keys.insert(key) }

    func noteIdleTime(_ duration: Duration) { idleTime += duration }

    func noteInterruptIsReported() { interactive?.hasReportedInterrupt = true }
}

/// Passes the shell to an operation's task.
///
/// `@unchecked Sendable`: the task runs on the main thread, as the shell does, which waits for it.
private struct MainThreadReference: @unchecked Sendable {
    let host: any OperationHost
}
