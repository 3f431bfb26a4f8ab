import MemcacheCore

/// Commands about keys that need more than one exchange.
extension Shell {
    /// `show`: a value and everything that the server tells about it, without touching it.
    func show(_ keys: [[UInt8]], _ hash: RoutingNumber?, _ format: OutputFormat) {
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
            let description = ItemDescription(key: bytes, result: result, debug: debug, server: server)
            if !description.isFound { session.note(.negative) }
            session.output.write(
                description.rendered(format, style: session.presentation.style, hasHeader: index == 0))
        }
    }
}
