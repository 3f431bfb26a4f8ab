import TestSupport
import Testing

/// Tab, on a screen.
@Suite(.inTurns)
struct TerminalCompletionTests {
    @Test(
        arguments: [
            ("fl\t", "flush_all"), ("stats se\t", "stats settings"), ("stats detail du\t", "stats detail dump"),
            ("help stat evicted_t\t", "help stat evicted_time"), ("set k v --nor\t", "set k v --noreply"),
            ("output js\t", "output json"), ("get --output cs\t", "get --output csv"),
            ("lru mode fl\t", "lru mode flat"),
            ("watch evi\t", "watch evictions"), ("repeat 3 1s vers\t", "repeat 3 1s version"),
        ] as [(ByteString, String)])
    func `one candidate is inserted`(_ keys: ByteString, _ line: String) async throws {
        let session = try await AtTerminal.start()
        try await session.type(keys, shows: line)
    }

    @Test func `the common prefix is inserted, and a second Tab lists the candidates with their meanings`()
        async throws
    {
        let session = try await AtTerminal.start()
        try await session.type("lr\t", shows: "lru")
        try await session.terminal.type("\t\t")
        let screen = try await session.terminal.waitForText("run the crawler, or dump keys with it")
        #expect(screen.text.contains("lru          tune the LRU"))
        // The line is below the list, and continues.
        try await session.type("_\t", shows: "lru_crawler")
    }

    @Test func `a long list stops at each page`() async throws {
        let session = try await AtTerminal.start(rows: 10)
        try await session.terminal.type("\t\t")
        try await session.terminal.waitForText("more: space, a for all, q to stop")
        try await session.terminal.type(" ")
        try await session.terminal.wait(for: "the second page") { $0.scrolled.count > 9 }
        try await session.terminal.type("q")
        try await session.waitForPrompt()
        try await session.enter("set k v", answers: "stored")
    }

    @Test func `keys of this session are completed, in quotes if necessary`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter("set user:42:name v", answers: "stored")
        try await session.type("get us\t", shows: "get user:42:name")
        try await session.terminal.type("\u{3}")
        try await session.waitForPrompt()
        try await session.enter("set \"'quoted\" v", answers: "stored")
        try await session.type("get \"'\t", shows: "get \"'quoted\"")
    }

    @Test func `keys that a dump has shown are completed`() async throws {
        let session = try await AtTerminal.start()
        try await session.server.store("v", under: "listed:one")
        try await session.enter("lru_crawler metadump all", answers: "listed:one")
        try await session.type("get lis\t", shows: "get listed:one")
    }

    @Test func `a key full of escape sequences changes nothing on the screen but characters`() async throws {
        let session = try await AtTerminal.start()
        for key in ["evil\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m", "evil\u{1b}[H\u{202e}x"] as [ByteString] {
            try await session.server.store("v", under: key)
        }
        try await session.enter("lru_crawler metadump all", answers: "evil")
        let before = session.terminal.output.count
        try await session.terminal.type("get ev\t\t\t")
        try await session.terminal.waitForText("evil\\e]0;title\\a\\e[2J")
        let shown = ByteString(session.terminal.output.bytes.dropFirst(before))
        #expect(session.terminal.screen.title == nil)
        #expect(!shown.contains("\u{1b}]0;"))
        #expect(!shown.contains("\u{1b}[2J"))
        #expect(!shown.contains("\u{202e}"))
        #expect(session.terminal.screen.unknown == [])
        try await session.type("]\t", shows: "get \"evil\\e]0;title\\a\\e[2J\\u{9b}31m\"")
    }

    @Test func `files are completed after a redirection and after source`() async throws {
        let session = try await AtTerminal.start()
        try session.program.home.write("version\n", to: "warm up.mcsh")
        try session.program.home.write("x", to: "value.bin")
        try await session.type("set k < val\t", shows: "set k < value.bin")
        try await session.terminal.type("\r")
        try await session.terminal.waitForText("stored")
        try await session.type("source war\t", shows: "source \"warm up.mcsh\"")
        try await session.terminal.type("\r")
        try await session.terminal.waitForText("1.6.")
    }

    @Test(arguments: [20, 80, 200]) func `lists fit the width`(_ columns: Int) async throws {
        let session = try await AtTerminal.start(columns: columns)
        try await session.terminal.type("stats \t\t")
        try await session.terminal.waitForText("cachedump")
        try await session.terminal.type("set\t\r")
        try await session.terminal.waitForText("maxbytes")
    }

    @Test func `a hundred thousand keys are searched`() async throws {
        let session = try await AtTerminal.start()
        var script = ""
        for line in 0..<400 {
            script += (0..<250).map { "set key:\(line * 250 + $0) v\n" }.joined()
        }
        try session.program.home.write(ByteString(script), to: "keys.mcsh")
        try await session.terminal.type("source keys.mcsh > out\r")
        try await session.terminal.wait(for: "the next prompt") { screen in
            screen.lines.filter { $0.hasPrefix(session.prompt) }.count == 2
        }
        try await session.terminal.type("get key:9999")
        try await session.terminal.wait(for: "the line") { $0.currentLine.hasPrefix("\(session.prompt) get key:9999") }
        for _ in 0..<5 {
            let bells = session.terminal.screen.bells
            try await session.terminal.type("\t")
            try await session.terminal.wait(for: "the list or the bell") {
                $0.bells > bells || $0.text.contains("key:99999")
            }
            try await session.terminal.type("\u{7f}9")
            try await session.terminal.wait(for: "the line") {
                $0.currentLine.hasPrefix("\(session.prompt) get key:9999")
            }
        }
    }
}
