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
            let found = waitFor { [client] () async throws(MemcacheError) in
                (try await client.metaGet(key, flags), try await client.metaDebug(key))
            }
            guard let (result, debug) = found else { return }
            if index > 0, format == .human { write([""]) }
            let server = client.pool.server(for: key.routingKey)?.address.description ?? server
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
                description.rendered(
                    format, style: session.presentation.style, width: session.presentation.width,
                    hasHeader: hasHeader))
            hasHeader = false
        }
    }
}
