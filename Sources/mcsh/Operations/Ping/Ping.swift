import MemcacheCore

/// `ping`: a round trip to every server.
struct Ping: OperationCommand {
    static let command = CommandDescription(
        name: "ping", group: .pool, summary: "measure a round trip to the server",
        details: "With several servers, to each of them, all at once.",
        examples: [.init(line: "ping", meaning: "is it there, and how far?")],
        cost: "Nothing but a round trip to each server.",
        wireForm: "version")
    static let presence = Presence.paged

    private static let description = RowDescription(
        [Column("server"), Column("version"), Column("microseconds", .duration, member: "seconds")], command: "ping")

    init(_ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: borrowing RequestBuilder) throws(Diagnostic)
    {}

    func run(on fleet: Fleet, to output: inout OperationOutput) async throws(MemcacheError) {
        let answers = await fleet.each(for: Self.name) { server async throws(MemcacheError) in
            try await RoundTrip(to: server)
        }
        var rows = output.rows(Self.description)
        var out: [UInt8] = []
        for (server, trip) in output.values(of: answers) {
            let time = HumanUnits.duration(microseconds: trip.microseconds)
            rows.append(
                [.text(server), .text(trip.version.text), .number(trip.microseconds)],
                sentence: StyledText(
                    "\(EscapedText.string(Array(server.utf8))) answers: memcached \(trip.version.text), \(time)"),
                to: &out)
        }
        output.write(out)
    }
}
