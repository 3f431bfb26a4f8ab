import Foundation
import TestSupport
import Testing

/// Random keys, as many as `MCSH_FUZZ_KEYS` specifies: whatever is typed, the program continues, and the screen shows
/// what Ctrl-L shows.
@Suite(.timeLimit(.minutes(60)))
struct TerminalRandomKeysTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let word = (state ^ (state >> 33)) &* 0xFF51_AFD7_ED55_8CCD
            return word ^ (word >> 33)
        }
    }

    /// Keys that the manual names, and further ones of libedit. Not Ctrl-\, which ends the program while a command
    /// runs, as it ends any.
    private static let keys: [ByteString] =
        [
            "\r", "\n", "\u{1b}[H", "\u{1b}[F", "\u{1b}[D", "\u{1b}[C", "\u{1b}[1;5D", "\u{1b}[1;5C", "\u{1b}[3~",
            "\u{1b}[3;5~", "\u{1b}[A", "\u{1b}[B", "\u{1b}OA", "\u{1b}OB", "\t", "\t\t", "\u{3}", "\u{1b}",
            "\u{1b}\u{1b}",
            "\u{7f}", "x\u{4}", "\u{1b}b", "\u{1b}f", "\u{1b}d", "\u{1b}\u{7f}", "\u{1b}u", "\u{1b}l", "\u{1b}c",
            "\u{1b}<", "\u{1b}>", "\u{1b}p", "\u{1b}n", "\u{1b}[Z", "\u{1b}[15~", "\u{1b}[1;2R", "\u{1b}3",
        ]
        + [1, 2, 5, 6, 7, 8, 11, 12, 14, 16, 18, 19, 20, 21, 22, 23, 24, 25, 29, 30, 31].map {
            ByteString([UInt8($0)])
        }
    private static let texts: [ByteString] =
        "abcdeghijklmnopstuwxyzABCDEFGIJKNOPRSTUWXY0123456789  \"'{}$^~%;,.+-_/?#!日本é😀한".map {
            ByteString(String($0))
        } + [
            "e\u{301}", "get user:1", "set k v", "get k", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "日本日本日本日本日本日本",
            "\u{1b}[200~set a 1\r\nset b\t日本 2\nget a\u{1b}[201~", "\u{1b}[200~one\u{1b}[201~", "\u{feff}", "\u{200d}",
        ]

    private static var count: Int {
        ProcessInfo.processInfo.environment["MCSH_FUZZ_KEYS"].flatMap { Int($0) } ?? 1000
    }

    @Test(arguments: [nil, "bind -v\n"] as [ByteString?])
    func `keys at random do no harm, and what the screen shows is what Ctrl-L shows`(_ editrc: ByteString?) async throws
    {
        let named = ProcessInfo.processInfo.environment["MCSH_FUZZ_SEED"].flatMap { UInt64($0) }
        let seed = named ?? UInt64.random(in: 0 ... .max)
        var random = Generator(state: seed)
        let environment = ["MCSH_PAGER": "cat", "VISUAL": "true", "PAGER": "cat"]
        func start() async throws -> AtTerminal {
            try await AtTerminal.start(environment: environment, editrc: editrc, options: "-q", "--timeout", "5")
        }
        var session = try await start()
        var typed = 0
        var recent: [ByteString] = []
        while typed < Self.count {
            recent = recent.suffix(40)
            if Int.random(in: 0..<12, using: &random) == 0 {
                let (columns, rows) = (Int.random(in: 2...120, using: &random), Int.random(in: 1...40, using: &random))
                session.terminal.resize(columns: columns, rows: rows)
                recent.append(ByteString("(\(columns) x \(rows))"))
                guard try await session.terminal.waitUntilIdle() else { break }
            }
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                let isText = Int.random(in: 0..<5, using: &random) < 3
                var key = (isText ? Self.texts : Self.keys).randomElement(using: &random) ?? "a"
                if Int.random(in: 0..<1000, using: &random) == 0 { key = "\u{1a}" }
                recent.append(key)
                typed += 1
                try await session.terminal.type(key)
                // A running command reads the keys that arrive.
                if key == "\r" || key == "\n" { _ = try await session.terminal.waitUntilIdle() }
            }
            let comment: Comment = "MCSH_FUZZ_SEED=\(seed), \(typed) keys, the last ones \(recent)"
            guard try await isAtPrompt(session.terminal) else {
                let ending = try await session.terminal.waitForEnd(within: .seconds(60))
                #expect(ending == .exited(0), comment)
                guard ending == .exited(0) else { return }
                session = try await start()
                continue
            }
            let before = session.terminal.screen
            try await session.terminal.type("\u{c}")
            guard try await session.terminal.waitUntilIdle() else { continue }
            let after = session.terminal.screen
            let start = before.cursor.row - after.cursor.row
            let shown = Array(before.lines.dropFirst(max(0, start)))
            #expect(start >= 0 && shown == after.lines && before.cursor.column == after.cursor.column, comment)
            guard start >= 0, shown == after.lines, before.cursor.column == after.cursor.column else {
                Issue.record("\(before.lines)\n\(before.cursor)\n\(after.lines)\n\(after.cursor)")
                return
            }
        }
        print("\(typed) keys, MCSH_FUZZ_SEED=\(seed)")
    }

    /// Ends whatever waits for more keys: a list, a question, a search, a command. Returns whether the program still
    /// runs.
    private func isAtPrompt(_ terminal: PseudoTerminal) async throws -> Bool {
        for _ in 0..<20 {
            try await terminal.type("\u{7}")
            guard try await terminal.waitUntilIdle() else { return false }
            // A narrow window breaks the line at the end of a list anywhere.
            let ending = terminal.screen.lines.joined().filter { $0 != " " }
            if terminal.screen.currentLine.contains("more: ") || ending.hasSuffix("qtostop--") {
                try await terminal.type("q")
            } else if !terminal.isRaw {
                try await terminal.type("\u{3}")
            } else {
                return true
            }
            guard try await terminal.waitUntilIdle() else { return false }
        }
        throw TestSupportFailure("no prompt; the screen shows\n\(terminal.screen.text)")
    }
}
