import MemcacheCore

/// `servers`: the state of each server.
struct Servers: OperationCommand {
    static let command = CommandDescription(
        name: "servers", group: .pool, summary: "show the state of each server",
        details: """
            Alive, or dead and when it is tried next; its version, how many items it has, and how long a round trip \
            takes. All servers are asked at once; one that is dead is not asked: ping tries it now.
            """,
        examples: [.init(line: "servers", meaning: "a line for each server")],
        cost: "version and stats, once on each server, all at once.",
        wireForm: "version and stats")
    static let presence = Presence.paged

    private static let description = RowDescription(
        [
            Column("server"), Column("weight", .number, alignment: .leading), Column("state"),
            Column("retry_in", .number, in: [.json, .plain, .table]), Column("version"),
            Column("items", .count, alignment: .leading),
            Column("microseconds", .duration, member: "seconds", title: "round trip", alignment: .leading),
            Column("error", title: "", absent: ""),
        ], members: ["server", "weight", "state", "retry_in", "error"])

    init(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: borrowing RequestBuilder
    ) throws(Diagnostic) {}

    func run(on fleet: Fleet, to output: inout OperationOutput) async throws(MemcacheError) {
        let answers = await fleet.client.pool.onEveryServer { server async throws(MemcacheError) in
            await ServerReport(on: server)
        }
        // An error is printed in full, however narrow the terminal is.
        var rows = RowWriter(Self.description, output.format, style: output.presentation.style, width: .max)
        var out: [UInt8] = []
        rows.begin(to: &out)
        for answer in answers {
            guard let report = try? answer.result.get() else { continue }
            if report.state != .alive { output.note(report.error?.exitStatus ?? .disconnected) }
            rows.append(report.cells, to: &out)
        }
        rows.finish(to: &out)
        output.write(out)
    }
}
