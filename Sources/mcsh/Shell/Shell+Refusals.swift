import MemcacheCore

extension Shell {
    /// Repeats reads for people without meta commands, which the server or a proxy in front of it does not know.
    func readAgain() {
        let reads = pipeline.takeLostReads()
        guard !reads.isEmpty, !isInterrupted else { return }
        builder.route.forgetMetaCommands()
        for (position, server) in client.pool.servers.enumerated() {
            let own = reads.filter { $0.server == server.address.description }
            guard !own.isEmpty else { continue }
            server.forgetDeath()
            for read in own { builder.readAgain(read, on: position) }
        }
        submit()
        pipeline.drain()
    }

    /// An error with its cause, if a request to the server reveals one.
    ///
    /// - Parameter looksForProtocol: Whether a server that does not answer is asked which protocol it speaks.
    func explained(
        _ error: MemcacheError, server name: String, command: String, looksForProtocol: Bool = true
    ) -> MemcacheError {
        guard !isInterrupted, let server = client.pool.servers.first(where: { $0.address.description == name }) else {
            return error
        }
        let result = Blocking.wait { () async throws(MemcacheError) in
            await RefusalReason.explained(error, of: server, command: command, looksForProtocol: looksForProtocol)
        }
        return (try? result.get()) ?? error
    }
}
