import MemcacheCore

/// Why a server refuses a command, or hangs up on it: it is too old, or a proxy instead of memcached.
enum RefusalReason {
    /// The first release known to support a command.
    private static let releases: [String: ServerVersion] = [
        "touch": ServerVersion(1, 4, 8), "gat": ServerVersion(1, 5, 3), "gats": ServerVersion(1, 5, 3),
        "cache_memlimit": ServerVersion(1, 4, 27), "lru": ServerVersion(1, 4, 35),
        "refresh_certs": ServerVersion(1, 5, 13), "mg": meta, "ms": meta, "md": meta, "ma": meta, "me": meta,
        "mn": meta,
        "show": meta, "exists": meta, "ttl": meta, "edit": meta,
    ]

    private static let meta = ServerVersion(1, 6, 10)

    /// The commands that every proxy passes on: a proxy that hangs up on one of them proves nothing.
    private static let passedOn: Set<String> = [
        "get", "gets", "set", "add", "replace", "append", "prepend", "cas", "delete", "incr", "decr", "touch",
        "version",
        "mset", "mget",
    ]

    /// Whether every proxy passes a command on, so that another one made it hang up.
    static func isPassedOn(_ command: String) -> Bool { passedOn.contains(command) }

    /// The text added to a bare `ERROR`, which is a server's whole reply to an unknown command.
    static func hint(_ line: String, command: String) -> String? {
        guard line == "ERROR", let release = releases[command] else { return nil }
        return "\(command) needs memcached \(release.text) or newer"
    }

    /// The error, with its cause as far as a request to the server reveals it.
    ///
    /// - Parameters:
    ///   - command: The name of the command that failed.
    ///   - release: The first release that supports the request, if that is known better than from the name.
    ///   - looksForProtocol: Whether a server that does not answer is asked which protocol it speaks.
    static func explained(
        _ error: MemcacheError, of server: Server, command: String, since release: ServerVersion? = nil,
        looksForProtocol: Bool = true
    ) async -> MemcacheError {
        if let release = release ?? releases[command], isOfUnknownCommand(error) {
            guard let version = try? await server.execute(Command.Version()), version.major > 0, version < release
            else {
                return error
            }
            return MemcacheError(
                .error, "\(command) needs memcached \(release.text), and this is \(version.text)",
                server: server.address,
                underlyingError: error)
        }
        if error.code == .connectionLost, error.message.contains("before it answered"), !passedOn.contains(command),
            let proxy = await proxy(at: server)
        {
            // The server is as alive as before.
            server.forgetDeath()
            return MemcacheError(
                .unavailable,
                "this is a proxy (\(proxy)) that hangs up on \(command) without a reply: name the servers behind it",
                server: server.address, underlyingError: error)
        }
        guard looksForProtocol, isSilence(error), await BinaryProtocol.isOnlyProtocol(of: server) else { return error }
        var error = error
        error.message = error.message.replacing(" (does it require TLS?)", with: "")
        error.message += ": this server speaks only the binary protocol (-S or -B binary), and mcsh speaks text"
        return error
    }

    /// The largest number of silent servers that are each asked which protocol they speak.
    static let maximumSilentServers = 2

    /// Whether the server may never have answered.
    static func isSilence(_ error: MemcacheError) -> Bool {
        error.code == .timedOut
            || error.code == .connectionLost && error.message.contains("before it answered anything")
    }

    /// Whether the server did not know the command, or answered as the meta commands did before 1.6.10.
    private static func isOfUnknownCommand(_ error: MemcacheError) -> Bool {
        switch error.code {
        case .error: error.message == "ERROR"
        case .clientError: error.message.contains("incorrect number of tokens")
        case .unreadableReply: error.message.contains(": VA ") || error.message.contains(": OK")
        default: false
        }
    }

    /// The kind of proxy that a server is, which answers `version`; nil for one that is not a proxy, or does not
    /// answer.
    private static func proxy(at server: Server) async -> String? {
        guard let version = try? await server.execute(Command.Version()) else { return nil }
        if version.text.contains("mcrouter") { return "mcrouter" }
        do throws(MemcacheError) {
            let settings = StatisticsReading(try await server.execute(Command.Statistics(.settings)))
            return settings.text("proxy_enabled") == "yes" ? "memcached's own" : nil
        } catch {
            return error.code == .connectionLost ? "twemproxy or one like it" : nil
        }
    }
}
