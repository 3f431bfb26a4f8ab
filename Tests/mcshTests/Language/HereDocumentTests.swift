import Testing

@testable import mcsh

@Suite struct HereDocumentTests {
    private static func tag(_ line: String) -> String? {
        HereDocument.tag(of: Array(line.utf8).span).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: [
        ("set k << END", "END"), ("set k 60 << END --noreply", "END"), ("<< END", "END"),
        ("frobnicate k << END", "END"), ("set k --nonsense << END", "END"), ("set << END", "END"),
        ("set \"a\\q\" << END", "END"), ("set \"k\"x << END", "END"), ("set k << \"the \\x45nd\"", "the End"),
        ("set k << 'END'", "END"), ("set k << A << B", "A"), ("\tset  k\t<<\tEND  ", "END"),
        ("set k << #", "#"), ("set k << <<", "<<"),
        ("set k <<END", "END"), ("set k <<-END", "END"), ("set k <<'END'", "END"), ("set k <<E_1 60", "E_1"),
    ])
    func `a line has a tag whatever else is wrong with it`(line: String, tag: String) {
        #expect(Self.tag(line) == tag)
    }

    @Test(arguments: [
        "", "   ", "get k", "set k <", "set k <<", "set k << ", "set k '<<' END", "set k \"<<\" END", "set k <<<END",
        "set k <<b>>",
        "set k a<< END", "# set k << END", "get k | cat << END", "get k | sed \"s/\\./x/\" << END", "set k \"<< END",
        "set k '<< END", "set k << \"END", "set k << \"\\q\"", "set k \"\\", "set k << \"\\",
    ])
    func `a line without a word after an unquoted sign has none`(_ line: String) {
        #expect(Self.tag(line) == nil)
    }

    @Test func `any bytes have a tag or none`() {
        var random = SplitMix(state: 20_260_801)
        let alphabet = Array("<<<  \t\"'\\|#aE\u{e9}".utf8)
        for _ in 0..<20_000 {
            let line = (0..<random.below(12)).map { _ in random.pick(alphabet) }
            _ = HereDocument.tag(of: line.span)
        }
    }
}
