import MemcacheCore

/// The reply to `stats conns`: the clients and how long they have been silent; listeners separately.
struct ConnectionsView {
    private struct Peer {
        var host: String
        var connections = 0
        var shortestIdle: UInt64?
        var longestIdle: UInt64?
    }

    private let clients: [NumberedStatistics.Entry]
    private let listeners: [NumberedStatistics.Entry]
    private let others: [Statistic]
    private let escape: ([UInt8]) -> String

    private static let known: Set<String> = [
        "UDP", "addr", "listen_addr", "state", "secs_since_last_cmd", "resps_waiting",
    ]
    /// States in which a connection waits for its client to send or to read.
    private static let stuckStates: Set<String> = ["conn_nread", "conn_swallow", "conn_write", "conn_mwrite"]

    init(_ statistics: [Statistic], escape: @escaping ([UInt8]) -> String) {
        let numbered = NumberedStatistics(statistics, known: Self.known)
        listeners = numbered.entries.filter { $0.fields.text("state") == "conn_listening" || $0.fields["UDP"] != nil }
        let numbers = Set(listeners.map(\.number))
        clients = numbered.entries.filter { !numbers.contains($0.number) }
        others = numbered.others
        self.escape = escape
    }

    func lines(width: Int) -> [StyledText] {
        var parts = [StyledText(summary, .heading).wrapped(to: width)]
        let peers = peers
        if peers.contains(where: { $0.connections > 1 }) { parts.append(table(of: peers).lines(width: width)) }
        if !clients.isEmpty { parts.append(clientTable.lines(width: width)) }
        if !listeners.isEmpty { parts.append(listenerTable.lines(width: width)) }
        parts.append(FieldBlockLayout().lines([.others(others, escape: escape)], width: width))
        return Array(parts.filter { !$0.isEmpty }.joined(separator: [StyledText()]))
    }

    private var summary: String {
        guard !clients.isEmpty else { return "No client connections." }
        var states: [String: Int] = [:]
        for client in clients { states[state(client), default: 0] += 1 }
        let list = states.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(6).map { "\($0.value) \($0.key)" }
        let noun = clients.count == 1 ? "connection" : "connections"
        return "\(HumanUnits.count(UInt64(clients.count))) \(noun): \(list.joined(separator: ", "))"
    }

    private var clientTable: TableLayout {
        var table = TableLayout([
            .init("fd", priority: 4), .init("client", .leading), .init("state", .leading, priority: 1),
            .init("idle", priority: 2), .init("waiting", priority: 3), .init("server side", .leading, priority: 5),
        ])
        table.rows = clients.map { client in
            let idle = client.fields.number("secs_since_last_cmd")
            let isStuck = Self.stuckStates.contains(client.fields.text("state") ?? "") && (idle ?? 0) >= 5
            return [
                StyledText(String(client.number), .dim), StyledText(text(client, "addr")),
                StyledText(state(client) + (isStuck ? " (stuck)" : ""), isStuck ? .warning : .plain), .duration(idle),
                .count(client.fields.number("resps_waiting")), StyledText(text(client, "listen_addr"), .dim),
            ]
        }
        return table
    }

    private var listenerTable: TableLayout {
        var table = TableLayout([
            .init("fd", priority: 4), .init("listening on", .leading), .init("", .leading, priority: 1),
        ])
        table.rows = listeners.map { listener in
            [
                StyledText(String(listener.number), .dim), StyledText(text(listener, "addr")),
                StyledText(listener.fields["UDP"] == nil ? "" : "UDP", .dim),
            ]
        }
        return table
    }

    /// The hosts with the most connections.
    private var peers: [Peer] {
        var peers: [String: Peer] = [:]
        for client in clients {
            let host = Self.host(text(client, "addr"))
            var peer = peers[host] ?? Peer(host: host)
            peer.connections += 1
            if let idle = client.fields.number("secs_since_last_cmd") {
                peer.shortestIdle = min(peer.shortestIdle ?? idle, idle)
                peer.longestIdle = max(peer.longestIdle ?? idle, idle)
            }
            peers[host] = peer
        }
        return Array(peers.values.sorted { ($1.connections, $0.host) < ($0.connections, $1.host) }.prefix(10))
    }

    private func table(of peers: [Peer]) -> TableLayout {
        var table = TableLayout([
            .init("from", .leading), .init("connections"), .init("least idle", priority: 2),
            .init("most idle", priority: 1),
        ])
        table.rows = peers.map { peer in
            [
                StyledText(peer.host), .count(UInt64(peer.connections)), .duration(peer.shortestIdle),
                .duration(peer.longestIdle),
            ]
        }
        return table
    }

    private func text(_ entry: NumberedStatistics.Entry, _ name: String) -> String {
        entry.fields[name].map(escape) ?? ""
    }

    /// `conn_read` as `read`.
    private func state(_ entry: NumberedStatistics.Entry) -> String {
        let state = text(entry, "state")
        return state.isEmpty ? "unknown" : state.hasPrefix("conn_") ? String(state.dropFirst(5)) : state
    }

    /// `tcp:10.0.0.5:51234` without the port.
    private static func host(_ address: String) -> String {
        guard address.hasPrefix("tcp") || address.hasPrefix("udp"), let colon = address.lastIndex(of: ":"),
            address[colon...].dropFirst().allSatisfy(\.isNumber), address.firstIndex(of: ":") != colon
        else { return address }
        return String(address[..<colon])
    }
}
