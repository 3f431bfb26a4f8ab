import MemcacheCore

/// The state of one server, for `servers`.
struct ServerReport: Sendable {
    /// Whether the server is available.
    enum State: Hashable, Sendable {
        case alive
        /// It is skipped for this many more seconds.
        case dead(seconds: Int64)
        /// It cannot be queried.
        case failing
    }

    var server: String
    var weight: Int
    var state: State
    /// Why it is unavailable, if it was queried.
    var error: MemcacheError?
    var version: String?
    var items: UInt64?
    /// The duration of a round trip.
    var microseconds: UInt64?

    init(server: String, weight: Int, state: State) {
        (self.server, self.weight, self.state) = (server, weight, state)
    }

    /// Queries a server, unless it is marked down.
    init(on server: Server) async {
        self.init(server: server.address.description, weight: server.description.weight, state: .alive)
        if let state = Self.deadState(of: server) {
            self.state = state
            return
        }
        do throws(MemcacheError) {
            let trip = try await RoundTrip(to: server)
            version = trip.version.text
            microseconds = trip.microseconds
            items = StatisticsReading(try await server.execute(Command.Statistics())).number("curr_items")
        } catch {
            state = Self.deadState(of: server) ?? .failing
            self.error = await RefusalReason.explained(error, of: server, command: "stats")
        }
    }

    private static func deadState(of server: Server) -> State? {
        guard case .dead(let until) = server.condition() else { return nil }
        let left = (until - .now).components
        return .dead(seconds: max(1, left.seconds + (left.attoseconds > 0 ? 1 : 0)))
    }

    /// The cells of a row: server, weight, state, retry, version, items, round trip and error.
    var cells: [Cell] {
        var (word, sentence) = ("alive", "alive")
        var retry = Cell.missing
        switch state {
        case .alive: break
        case .dead(let seconds):
            let wait = seconds < 60 ? "\(max(0, seconds)) s" : HumanUnits.duration(seconds: UInt64(seconds))
            (word, sentence) = ("dead", "dead, next try in \(wait)")
            retry = .number(seconds)
        case .failing: (word, sentence) = ("failing", "failing")
        }
        return [
            .text(server), .number(UInt64(max(0, weight))),
            Cell(.text(word), human: sentence, state == .alive ? .good : .warning), retry,
            version.map { .text($0) } ?? .missing, .number(items), .number(microseconds),
            error.map { .text($0.message) } ?? .missing,
        ]
    }
}
