import Testing

@testable import mcsh

/// The words that can appear at the cursor.
@Suite struct CompletionTests {
    private static var known: Completion.Known {
        var keys = SeenKeys()
        for key in ["user:1", "user:2", "two words", "evil\u{1b}[2J", "日本", "日中", "--flags", "\"q"] {
            keys.insert(Array(key.utf8))
        }
        let known = keys
        return Completion.Known(
            keys: { known.matches($0, limit: 100) },
            files: { prefix in
                ["a file", "warm.mcsh"].map { Completion.Candidate($0) }.filter { $0.text.starts(with: prefix) }
            },
            servers: { [] })
    }

    private static func answer(_ line: String) -> Completion.Answer {
        let bytes = Array(line.utf8)
        return Completion.answer(bytes, cursor: bytes.count, known: known)
    }

    /// The line after Tab.
    private static func completed(_ line: String) -> String {
        let answer = answer(line)
        let bytes = Array(line.utf8)[..<answer.range.lowerBound] + answer.insertion
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("fl", "flush_all "), ("FL", "FL"), ("", ""), ("lr", "lru"), ("lru", "lru"), ("st", "stats "),
        ("stats se", "stats settings "), ("stats detail o", "stats detail o"), ("stats detail of", "stats detail off "),
        ("stats items o", "stats items "), ("help fl", "help flush_all "),
        ("help stat evicted_t", "help stat evicted_time "),
        ("help stat maxb", "help stat maxbytes "), ("set k v --no", "set k v --noreply "),
        ("set --no", "set --noreply "), ("set k v -- --no", "set k v -- "),
        ("get k --output j", "get k --output json "), ("set x --as p", "set x --as pickle "),
        ("append x v --as te", "append x v --as text "), ("set x --flags 1", "set x --flags 1"),
        ("set x --compress 100 v --no", "set x --compress 100 v --noreply "),
        ("output c", "output csv "), ("mg k T", "mg k T"), ("mg k v t f c", "mg k v t f c "),
        ("repeat 2 fl", "repeat 2 flush_all "), ("repeat 2 1s stats sl", "repeat 2 1s stats slabs "),
        ("get user:", "get user:"), ("get us", "get user:"), ("get user:2", "get user:2 "),
        ("get tw", "get \"two words\" "), ("get \"tw", "get \"two words\" "), ("get 'tw", "get 'two words' "),
        ("get ev", "get \"evil\\e[2J\" "), ("get 日", "get 日"), ("get 日本", "get 日本 "),
        ("get \"\\\"", "get \"\\\"q\" "), ("get \"--", "get \"--flags\" "), ("touch us", "touch user:"),
        ("set k < a", "set k < \"a file\" "), ("get k > w", "get k > warm.mcsh "), ("source w", "source warm.mcsh "),
        ("get a | gre", "get a | gre"), ("# fl", "# fl"), ("raw mg us", "raw mg us"), ("nonsense us", "nonsense us"),
        ("get \"a\"", "get \"a\""), ("set a 1\nfl", "set a 1\nflush_all "), ("get \"\\q", "get \"\\q"),
    ])
    func `a line is completed`(_ line: String, _ expected: String) {
        let answer = Self.answer(line)
        guard !answer.isEmpty else {
            // Untouched text is not completed.
            #expect(line == expected || expected.hasSuffix(" ") && line.hasPrefix(expected))
            return
        }
        #expect(Self.completed(line) == expected)
    }

    @Test func `every command and every word of the table completes itself`() {
        for spec in CommandTable.all {
            #expect(Self.answer(spec.name).candidates.contains { $0.text == Array(spec.name.utf8) }, "\(spec.name)")
            for (index, parameter) in spec.parameters.enumerated() {
                guard let choices = parameter.choices.words else { continue }
                for choice in choices {
                    let filler = Array(repeating: "x", count: max(0, index - (choice.follows == nil ? 0 : 1)))
                    let line = ([spec.name] + filler + (choice.follows.map { [$0] } ?? []) + [choice.word])
                        .joined(separator: " ")
                    #expect(Self.answer(line).candidates.contains { $0.text == Array(choice.word.utf8) }, "\(line)")
                }
            }
        }
    }

    @Test func `candidates are listed with their meanings`() {
        let rows = Self.answer("stats s").rows(width: 80, style: .plain)
        #expect(
            rows == [
                "slabs     memory by slab class", "sizes     how many items of which size",
                "settings  how the server was started",
            ])
    }

    @Test(arguments: [20, 40, 80, 200]) func `rows are never wider than the screen`(_ width: Int) {
        for line in ["", "help ", "help stat ", "get ", "mg k ", "stats "] {
            for row in Self.answer(line).rows(width: width, style: .plain) {
                #expect(row.displayWidth < width)
                #expect(!row.unicodeScalars.contains { $0.value < 0x20 })
            }
        }
    }

    @Test func `any line at any place has an answer inside the line`() {
        var random = SplitMix(state: 11)
        let pieces = [
            "get ", "set ", "\"", "'", "\\", "k", " ", "<", ">>", "|", "--", "repeat 3 ", "#", "日", "\n", "us",
            "stats ",
        ]
        let known = Self.known
        for _ in 0..<1000 {
            let line = (0..<Int.random(in: 0...8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? ""
            }.joined()
            let bytes = Array(line.utf8)
            for cursor in 0...bytes.count {
                let answer = Completion.answer(bytes, cursor: cursor, known: known)
                #expect(answer.range.lowerBound <= cursor && answer.range.upperBound == cursor)
                _ = LineHint.text(for: Array(bytes[..<cursor]))
            }
        }
    }

    @Test(
        arguments: [
            ("set ", "KEY VALUE [TTL] [--…]"), ("set k ", "VALUE [TTL]"), ("set k v ", "[TTL]"),
            ("set k v 60 ", nil), ("get ", "KEY… [--…]"), ("get a b ", "KEY…"), ("nonsense ", nil), ("se", nil),
            ("repeat 2 touch ", "KEY… TTL [--…]"), ("get plain > ho", "FILE"), ("get plain >> ", "FILE"),
            ("set k < ", "FILE"),
            ("set k << ", "TAG"), ("get k --output ", "FORMAT"), ("set k --flags ", "N"),
            ("set k --compress ", "VALUE [TTL]"), ("set k --compress v ", "[TTL]"),
            ("set k --compress 100 ", "VALUE [TTL]"),
        ] as [(String, String?)])
    func `a hint has what is missing`(_ line: String, _ hint: String?) {
        #expect(LineHint.text(for: Array(line.utf8)) == hint)
    }

    @Test func `keys are bounded, known once, and found by their beginning`() {
        var keys = SeenKeys()
        for index in 0..<(SeenKeys.maximumCount + 10) { keys.insert(Array("key:\(index)".utf8)) }
        keys.insert(Array("key:100".utf8))
        #expect(keys.count == 100_000)
        let matches = keys.matches(Array("key:4242".utf8), limit: 5)
        #expect(matches.total == 11)
        #expect(matches.keys.count == 5)
        #expect(matches.common == Array("key:4242".utf8))
    }

    @Test func `of too many keys the newest are known`() {
        var keys = SeenKeys()
        let count = SeenKeys.maximumCount * 3 / 2 + 7
        for index in 0..<count { keys.insert(Array("key:\(index)".utf8)) }
        #expect(keys.count == SeenKeys.maximumCount)
        #expect(keys.matches(Array("key:".utf8), limit: 1).total == SeenKeys.maximumCount)
        let oldest = count - SeenKeys.maximumCount
        #expect(keys.matches(Array("key:\(oldest - 1)".utf8), limit: 1).keys != [Array("key:\(oldest - 1)".utf8)])
        #expect(keys.matches(Array("key:\(oldest)".utf8), limit: 1).keys == [Array("key:\(oldest)".utf8)])
        #expect(keys.matches(Array("key:\(count - 1)".utf8), limit: 1).total == 1)
        // A forgotten key can be seen again.
        keys.insert(Array("key:0".utf8))
        #expect(keys.matches(Array("key:0".utf8), limit: 1).total == 1)
    }

    @Test func `after an option the words of its table are offered`() {
        for spec in CommandTable.all {
            for option in spec.options + CommandSpec.Option.ofEveryCommand
            where !option.choices.isEmpty && !spec.takesWordsAsTheyAre {
                let words = option.choices.map(\.word)
                let candidates = Self.answer("\(spec.name) \(option.name) ").candidates
                #expect(candidates.map(\.text) == words.map { Array($0.utf8) }, "\(spec.name)")
                #expect(option.argument == words.joined(separator: "|") || option.argument == "FORMAT")
            }
        }
    }

    @Test func `a letter of a meta command is listed once, with its meaning`() {
        let rows = Self.answer("mg k ").rows(width: 80, style: .plain)
        #expect(rows.contains { $0.hasPrefix("v  ") && !$0.hasPrefix("v  v") }, "\(rows)")
        #expect(rows.contains { $0.hasPrefix("b  the key") }, "\(rows)")
    }
}
