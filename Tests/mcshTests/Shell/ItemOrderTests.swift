import MemcacheCore
import Testing

@testable import mcsh

/// Items of one reply in any order, as routers such as twemproxy send them.
@Suite struct ItemOrderTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var lines: [String]
        var items: [String]
        var output: String
        var status: ExitStatus = .done
        var testDescription: String { "\(lines.joined(separator: "; ")) answered by \(items.joined(separator: " "))" }
    }

    @Test(arguments: [
        Case(lines: ["get a b c"], items: ["c", "b", "a"], output: "a\tv-a\nb\tv-b\nc\tv-c\n"),
        Case(lines: ["get d a e"], items: ["e", "a"], output: "a\tv-a\ne\tv-e\n", status: .negative),
        Case(lines: ["get d", "get a", "get e"], items: ["e", "a"], output: "v-a\nv-e\n", status: .negative),
        Case(lines: ["get a b a"], items: ["b", "a", "a"], output: "a\tv-a\nb\tv-b\na\tv-a\n"),
        Case(lines: ["get a b a c"], items: ["a", "c", "a"], output: "a\tv-a\na\tv-a\nc\tv-c\n", status: .negative),
        Case(lines: ["get a b"], items: [], output: "", status: .negative),
        Case(lines: ["get a", "get b c"], items: ["c", "b"], output: "b\tv-b\nc\tv-c\n", status: .negative),
    ])
    func `each item answers its own key`(example: Case) throws {
        let talk = try Conversation(example.lines, replies: Self.reply(example.items))
        #expect(talk.output == example.output)
        #expect(talk.status == example.status)
    }

    @Test func `a miss is known at the end, and is not another key's item`() throws {
        let talk = try Conversation(["get d a e"], replies: Self.reply(["e", "a"]), format: .json)
        #expect(
            talk.output == """
                {"key":"d","found":false}
                {"key":"a","found":true,"value":"v-a","flags":0,"size":3}
                {"key":"e","found":true,"value":"v-e","flags":0,"size":3}

                """)
    }

    @Test func `gets remembers the tokens of items in any order`() throws {
        let talk = try Conversation(
            ["gets a b c"], replies: "VALUE c 0 1 7\r\n3\r\nVALUE a 0 1 5\r\n1\r\nEND\r\n", format: .json)
        #expect(talk.session.tokens.token(of: Array("a".utf8)) == CASToken(rawValue: 5))
        #expect(talk.session.tokens.token(of: Array("b".utf8)) == nil)
        #expect(talk.session.tokens.token(of: Array("c".utf8)) == CASToken(rawValue: 7))
        #expect(talk.output.contains("\"cas\":5"))
    }

    @Test func `an item that arrives twice, or was not requested, is an error`() {
        #expect(throws: (any Error).self) { try Conversation(["get a b"], replies: Self.reply(["b", "b"])) }
        #expect(throws: (any Error).self) { try Conversation(["get a b"], replies: Self.reply(["a", "x"])) }
    }

    @Test(arguments: 0..<200)
    func `any order of any keys gives the same output`(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let keys = (0..<Int.random(in: 1...12, using: &random)).map { _ in "k\(Int.random(in: 0..<6, using: &random))" }
        let there = Set((0..<6).filter { _ in Bool.random(using: &random) }.map { "k\($0)" })
        let found = keys.filter { there.contains($0) }
        let talk = try Conversation(keys.map { "get \($0)" }, replies: Self.reply(found.shuffled(using: &random)))
        #expect(talk.output == found.map { "v-\($0)\n" }.joined(), "\(keys)")
        #expect(talk.status == (found.count == keys.count ? .done : .negative))
    }

    private static func reply(_ keys: [String]) -> String {
        keys.map { "VALUE \($0) 0 \($0.utf8.count + 2)\r\nv-\($0)\r\n" }.joined() + "END\r\n"
    }
}
