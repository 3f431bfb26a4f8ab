import MemcacheCore

/// Events as lines for people: the time of day, what happened, the key and what is known about it, in columns that keep
/// their positions as lines arrive.
struct WatchLog: Sendable {
    private enum Column: CaseIterable { case size, lifetime, slabClass, client }

    let style: TextStyle
    private let streams: [WatchStream]
    private let servers: [String]
    private let width: Int
    /// The width of the server's name in cells; nil if there is one server.
    private let serverWidth: Int?
    private let columns: [Column]
    private let keyWidth: Int
    private let clientWidth: Int
    /// The clients by descriptor, of the connections that were seen being opened.
    private var clients: [Client: String] = [:]

    private struct Client: Hashable {
        var server: String
        var descriptor: Int64
    }

    private static let timeWidth = 12
    private static let whatWidth = 11
    private static let gap = 2
    private static let leastKeyWidth = 18
    /// The maximum number of remembered connections, which a server accepts at a time by default.
    private static let maximumClients = 10_000

    /// - Parameters:
    ///   - streams: The streams being watched, which determine the columns.
    ///   - servers: The names of the servers, if there are several.
    init(_ streams: [WatchStream], style: TextStyle, width: Int, servers: [String] = []) {
        self.style = style
        self.streams = streams
        self.servers = servers
        // The last column stays free so that a terminal does not wrap to the next line by itself.
        self.width = max(width, 20) - 1
        serverWidth = servers.isEmpty ? nil : min(servers.map { WatchLog.shown($0).displayWidth }.max() ?? 0, 24)
        clientWidth = streams.contains(.connections) ? 21 : 7
        var columns: [Column] = []
        if streams.contains(where: { [.fetchers, .mutations, .evictions, .deletions].contains($0) }) {
            columns.append(.size)
            if streams.contains(.mutations) || streams.contains(.evictions) { columns.append(.lifetime) }
            columns.append(.slabClass)
        }
        if streams.contains(where: { [.fetchers, .mutations, .deletions, .connections].contains($0) }) {
            columns.append(.client)
        }
        let head = Self.timeWidth + Self.whatWidth + 2 * Self.gap + (serverWidth.map { $0 + Self.gap } ?? 0)
        let (width, clientWidth) = (self.width, clientWidth)
        func room() -> Int {
            width - head - columns.reduce(0) { $0 + Self.gap + Self.width(of: $1, client: clientWidth) }
        }
        // A user who watches connections wants to know the clients.
        let isForClients = streams.contains(.connections)
        let least: [Column] =
            isForClients ? [.slabClass, .lifetime, .client, .size] : [.slabClass, .client, .lifetime, .size]
        for least in least where room() < Self.leastKeyWidth {
            columns.removeAll { $0 == least }
        }
        self.columns = columns
        keyWidth = max(8, min(room(), 60))
    }

    /// The same log for another width, with the known connections.
    func resized(to width: Int) -> WatchLog {
        var log = WatchLog(streams, style: style, width: width, servers: servers)
        log.clients = clients
        return log
    }

    private static func width(of column: Column, client: Int) -> Int {
        switch column {
        case .size: 8
        case .lifetime: 10
        case .slabClass: 8
        case .client: client
        }
    }

    /// The lines for an event, without their terminators.
    mutating func lines(for event: WatchEvent, from server: String) -> [String] {
        let description = WatchDescription(event) { clients[Client(server: server, descriptor: $0)] }
        follow(event, of: server)
        var line = head(event, description, server)
        let rest = description.rest.joined(separator: ", ")
        let cells = columns.map { ($0, Self.cell($0, of: description)) }
        let isBare = cells.allSatisfy { $0.1.isEmpty }
        let subject =
            description.key.map { StyledText(EscapedText.string($0)) } ?? StyledText(description.subject, .dim)
        if isBare, subject.isEmpty { return with(rest, after: line) }
        line.append("  ")
        line +=
            isBare ? subject.truncated(to: width - line.width) : subject.truncated(to: keyWidth).padded(to: keyWidth)
        for (column, text) in isBare ? [] : cells {
            let width = Self.width(of: column, client: clientWidth)
            line.append("  ")
            line += StyledText(text, .dim).padded(to: width, column == .size ? .trailing : .leading)
        }
        return with(rest, after: line)
    }

    /// The line that replaces missing lines.
    func line(lost count: UInt64, by whom: String, from server: String) -> String {
        let place = serverWidth == nil ? "" : " of \(WatchLog.shown(server))"
        let lines = count == 1 ? "line\(place) was" : "lines\(place) were"
        return style("(\(HumanUnits.count(count)) \(lines) lost by \(whom))", .warning)
    }

    private func head(_ event: WatchEvent, _ description: WatchDescription, _ server: String) -> StyledText {
        var line = StyledText(Self.time(event), .dim)
        line.append("  ")
        if let serverWidth {
            line += StyledText(WatchLog.shown(server), .dim).truncated(to: serverWidth).padded(to: serverWidth)
            line.append("  ")
        }
        line += StyledText(description.what, description.role).truncated(to: 24).padded(to: Self.whatWidth)
        return line
    }

    /// Adds text that has no column: after the line if there is room, else below it.
    private func with(_ rest: String, after line: StyledText) -> [String] {
        guard !rest.isEmpty else { return [line.withoutTrailingSpaces.rendered(style)] }
        let text = StyledText(rest, .dim)
        if line.width + 2 + text.width <= width { return [(line + StyledText("  ") + text).rendered(style)] }
        let indent = min(Self.timeWidth + Self.gap, width / 3)
        let below = text.wrapped(to: width - indent).map { StyledText(String(repeating: " ", count: indent)) + $0 }
        return ([line.withoutTrailingSpaces] + below).map { $0.rendered(style) }
    }

    private static func cell(_ column: Column, of description: WatchDescription) -> String {
        switch column {
        case .size: description.size
        case .lifetime: description.lifetime
        case .slabClass: description.slabClass
        case .client: description.client
        }
    }

    private mutating func follow(_ event: WatchEvent, of server: String) {
        guard let descriptor = event.clientDescriptor else { return }
        let client = Client(server: server, descriptor: descriptor)
        if event.type == "conn_close" {
            clients[client] = nil
        } else if event.type == "conn_new", clients.count < Self.maximumClients || clients[client] != nil {
            clients[client] = event.clientAddress
        }
    }

    /// `14:13:20.002`, by the server's clock, in UTC.
    private static func time(_ event: WatchEvent) -> String {
        let milliseconds = String(event.microseconds / 1000)
        let digits = String(repeating: "0", count: max(0, 3 - milliseconds.count)) + milliseconds
        return String(ServerTime.string(unixTime: event.seconds).dropFirst(11).dropLast()) + ".\(digits)"
    }

    private static func shown(_ server: String) -> String { EscapedText.string(Array(server.utf8)) }
}
