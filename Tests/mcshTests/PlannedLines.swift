import MemcacheCore

@testable import mcsh

/// The one of the shell, not of Testing.
typealias ExitStatus = mcsh.ExitStatus

/// Lines that pass through tokenizer, parser and builder, as in the shell; nothing is sent.
struct PlannedLines: ~Copyable {
    var builder: RequestBuilder
    /// What had to be found out about servers before lines could be planned.
    private(set) var needs: [ServerNeed] = []
    /// Finds it out.
    private let find: (ServerNeed, _ line: Int, inout PoolRoute) -> Void
    private var parser = LineParser()

    /// The current time in the tests: 2026-09-21T14:13:20Z.
    static let now: Int64 = 1_790_000_000

    init(
        format: OutputFormat = .plain, isReadOnly: Bool = false, tokens: CASTokenCache = CASTokenCache(capacity: 10),
        prefix: String = "", route: PoolRoute = PoolRoute(),
        find: @escaping (ServerNeed, _ line: Int, inout PoolRoute) -> Void = PlannedLines.findRecentServer
    ) {
        self.find = find
        builder = RequestBuilder(
            format: format, isReadOnly: isReadOnly, tokens: tokens, prefix: Array(prefix.utf8), route: route,
            now: { PlannedLines.now })
    }

    /// The only server is a recent one.
    private static func findRecentServer(_ need: ServerNeed, line: Int, route: inout PoolRoute) {
        route.learn(ServerVersion(1, 6, 45), of: 0)
    }

    /// Plans a line. Nil for an empty one.
    mutating func plan(_ line: [UInt8], input: [UInt8]? = nil) throws(Diagnostic) -> Plan? {
        var plan: Plan?
        let span = line.span
        try parser.parse(span) { (spec, arguments, _, bytes) throws(Diagnostic) in
            arguments.inputValue = input
            try spec.check(arguments, bytes)
            plan = try spec.plan(arguments, bytes, &builder)
            while let need = builder.takeNeed() {
                needs.append(need)
                find(need, builder.line, &builder.route)
                plan = try spec.plan(arguments, bytes, &builder)
            }
            builder.route.everyServer = nil
        }
        return plan
    }

    mutating func plan(_ line: String, input: String? = nil) throws(Diagnostic) -> Plan? {
        try plan(Array(line.utf8), input: input.map { Array($0.utf8) })
    }

    /// The requests of a line, as text.
    static func requests(_ line: String, input: String? = nil, format: OutputFormat = .plain) throws -> String {
        var lines = PlannedLines(format: format)
        _ = try lines.plan(line, input: input)
        return String(decoding: lines.builder.round.batches[0].encoder.bytes, as: UTF8.self)
    }

    /// The error in a line.
    static func fault(_ line: String, input: String? = nil, isReadOnly: Bool = false) -> Diagnostic? {
        var lines = PlannedLines(isReadOnly: isReadOnly)
        do throws(Diagnostic) {
            _ = try lines.plan(line, input: input)
            return nil
        } catch {
            return error
        }
    }
}

extension Diagnostic {
    /// The part of the line that an error points to.
    func part(of line: String) -> String {
        String(decoding: Array(line.utf8)[range], as: UTF8.self)
    }
}
