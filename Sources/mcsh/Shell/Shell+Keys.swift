import MemcacheCore

/// Commands about keys that need more than one exchange.
extension Shell {
    /// `show`: a value and everything that the server tells about it, without touching it.
    ///
    /// - Parameter decodes: Whether plain and the tables give the value as the application reads it. A key whose value
    ///   cannot be read so is told about, and left out.
    func show(_ keys: [[UInt8]], _ hash: RoutingNumber?, decodes: Bool, _ format: OutputFormat) {
        var hasHeader = true
        for (index, bytes) in keys.enumerated() {
            guard let key = wireKey(bytes, hash) else { continue }
            let flags: [MetaFlag<MetaGet>] = [
                .returnSize, .returnFlags, .returnCAS, .returnTimeToLive, .returnHitBefore, .returnLastAccess,
                .withoutBump, .returnValue,
            ]
            guard let holder = holder(of: key, hash) else { return }
            let found = waitFor { () async throws(MemcacheError) in
                (try await holder.execute(MetaGet(key, flags)), try await holder.execute(MetaDebug(key)))
            }
            guard let (result, debug) = found else { return }
            if index > 0, format == .human { write([""]) }
            let server = holder.address.description
            var decoded: [UInt8]?
            if decodes, format.givesDecodedValues, result.status == .done, let value = result.value {
                do throws(MemcacheError) {
                    decoded = try StoredValue(bytes: value, flags: result.flags ?? 0).decoded(by: conventions).output()
                } catch {
                    session.note(error.exitStatus)
                    session.tell(error.about(key: bytes), line: planner.line, server: server, format: format)
                    continue
                }
            }
            let description = ItemDescription(
                key: bytes, result: result, debug: debug, server: server, conventions: conventions, decoded: decoded)
            if !description.isFound { session.note(.negative) }
            session.output.write(
                description.rendered(format, style: session.presentation.style, hasHeader: hasHeader))
            hasHeader = false
        }
    }

    /// The server that a key's commands go to; nil where it has been told that there is none.
    private func holder(of key: Key, _ number: RoutingNumber?) -> Server? {
        guard let router else { return client.pool.servers[0] }
        let bytes = key.bytes
        if let position = router.server(for: bytes.span, number) { return client.pool.servers[position] }
        session.note(.disconnected)
        session.tell("no server that may hold the key can be reached", code: "no-server", line: planner.line)
        return nil
    }
}
