import TestSupport
import Testing

/// The appearance of values at terminals of several widths.
@Suite(.inTurns)
struct TerminalViewTests {
    private static func screen(_ columns: Int, _ words: ByteString..., value: ByteString) async throws -> [String] {
        let server = try await MemcachedServer.start(on: .tcp)
        try await server.store(value, under: "k")
        let terminal = try await BuiltProgram().startAtTerminal(
            arguments: ["-s", ByteString(server.address)] + words, columns: columns)
        #expect(try await terminal.waitForEnd() == .exited(0))
        return try await terminal.wait(for: "the facts") { $0.text.contains("flags") }.lines
    }

    @Test(arguments: [
        (20, ["zero one two three »", "four five six seven»", " eight"]),
        (80, ["zero one two three four five six seven eight"]), (200, ["zero one two three four five six seven eight"]),
    ])
    func `a long line is folded where the terminal ends`(columns: Int, rows: [String]) async throws {
        let text: ByteString = "zero one two three four five six seven eight"
        for command in ["get", "show"] as [ByteString] {
            let lines = try await Self.screen(columns, command, "k", value: text)
            let start = command == "show" ? 1 : 0
            #expect(Array(lines[start..<(start + rows.count)]) == rows)
        }
    }

    @Test func `wide characters are counted as the terminal shows them`() async throws {
        let lines = try await Self.screen(20, "get", "k", value: "値値値値値値値値値値値値")
        #expect(lines[0].hasPrefix("値") && lines[0].hasSuffix("»"))
        #expect(lines[1].hasSuffix("値"))
    }

    @Test func `hexadecimal fits`() async throws {
        let lines = try await Self.screen(20, "get", "k", value: "\0\u{1}\u{2}")
        #expect(Array(lines.prefix(2)) == ["00000000  00 01  ..", "00000002  02     ."])
    }

    @Test func `show says all that is known of a key`() async throws {
        let server = try await MemcachedServer.start(on: .tcp)
        try await server.store("grüße", under: "k", flags: 16, expiration: 3600)
        let terminal = try await BuiltProgram().startAtTerminal("-s", ByteString(server.address), "show", "k", "gone")
        #expect(try await terminal.waitForEnd() == .exited(1))
        let text = try await terminal.waitForText("(not found)").text
        for part in [
            "size        7 B, text", "expires     in ", ", at 20", "moved       ", "fetched     never",
            "flags       16: text", "CAS         ", "slab class  1", "server      \(server.address)",
            "gone\n(not found)\nserver  \(server.address)",
        ] {
            #expect(text.contains(part), "\(text)")
        }
    }
}
