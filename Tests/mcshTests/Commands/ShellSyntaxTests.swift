import Testing

@testable import mcsh

/// Words of the calling shell's language, which are not read as keys and values.
@Suite struct ShellSyntaxTests {
    @Test(arguments: [
        ("get a >out.txt", ">out.txt", "write > out.txt"), ("get a >>out", ">>out", "write >> out"),
        ("get a |cat", "|cat", "write | cat"), ("set a <in", "<in", "write < in"),
        ("set a <<END", "<<END", "write << END"),
        ("keys |head", "|head", "write | head"), ("delete a |cat", "|cat", "write | cat"),
        ("get >a", ">a", "write > a"),
        ("get a 2>err", "2>err", "> FILE"), ("get a 2>&1", "2>&1", "> FILE"), ("get a 2>", "2>", "> FILE"),
        ("get a &>all", "&>all", "> FILE"), ("get a 1>x", "1>x", "> FILE"), ("get a 0<x", "0<x", "> FILE"),
        ("get a || get b", "||", "line of its own"), ("set a <<<x", "<<<x", "the value itself"),
        ("set a <b>bold</b>", "<b>bold</b>", "in quotes, \"<b>bold</b>\""), ("get -- >a", ">a", "write > a"),
        ("get a >\"b\"", ">\"b\"", "with a space between"),
    ])
    func `a redirection without a space is explained`(line: String, part: String, hint: String) {
        let fault = PlannedLines.fault(line)
        #expect(fault?.part(of: line) == part)
        #expect(fault?.suggestion?.contains(hint) == true, "\(fault?.sentence ?? "")")
        #expect(fault?.status == .usage)
    }

    @Test(arguments: [
        ("get a; get b", "a;"), ("get a && get b", "&&"), ("get a ; get b", ";"), ("get a;get b", "a;get"),
        ("get a&&delete b", "a&&delete"), ("set a b; get a", "b;"), ("delete a &", "&"), ("get a ;", ";"),
        ("set a 1 60; TTL a", "60;"), ("get a||set b", "a||set"),
    ])
    func `a line is one command`(line: String, part: String) {
        let fault = PlannedLines.fault(line)
        #expect(fault?.message.contains("a line is one command") == true, "\(fault?.sentence ?? "")")
        #expect(fault?.part(of: line) == part)
    }

    @Test(arguments: [
        "get a;b", "get a>b", "get a|b", "get a<b", "get ; x", "get a; b", "get && x", "get a&b", "get \">a\"",
        "get '|cat'",
        "get 2x", "get 22>x", "get \"a;\" get", "set k {\"a\":\"x>y\"}", "get \";\"", "get \"&\"", "get a;",
        "set k ->x", "get &a",
        "get a;b get", "set get; 1",
    ])
    func `keys and values may have the signs in them`(_ line: String) {
        #expect(PlannedLines.fault(line) == nil)
    }

    @Test func `a word spelled for a line is read back unchanged`() {
        for text in [">x", "<x", "|x", "2>", "&>x", "a;", ";", "&", "&&", "a;b", "||", "<<END", "a>b"] {
            let line = Array("get ".utf8) + WordSpelling.spell(Array(text.utf8))
            var tokenizer = Tokenizer()
            #expect((try? tokenizer.tokenize(line.span)) != nil)
            #expect(PlannedLines.fault(String(decoding: line, as: UTF8.self)) == nil, "\(text)")
        }
    }
}
