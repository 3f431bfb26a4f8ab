import Testing

@testable import mcsh

/// Going back to earlier lines.
@Suite struct RecallTests {
    private let entries = ["set a", "get a", "get a", "set b"].map { Array($0.utf8) }

    private func step(_ recall: inout Recall, _ line: String, cursor: Int? = nil, isBack: Bool = true) -> String? {
        let bytes = Array(line.utf8)
        return recall.step(line: bytes, cursor: cursor ?? bytes.count, isBack: isBack, in: entries)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `lines that begin alike are recalled, and the typed text comes back`() {
        var recall = Recall()
        #expect(step(&recall, "set") == "set b")
        #expect(step(&recall, "set b") == "set a")
        #expect(step(&recall, "set a") == nil)
        #expect(step(&recall, "set a", isBack: false) == "set b")
        #expect(step(&recall, "set b", isBack: false) == "set")
        #expect(step(&recall, "set", isBack: false) == nil)
    }

    @Test func `a changed line starts a new search`() {
        var recall = Recall()
        #expect(step(&recall, "") == "set b")
        #expect(step(&recall, "get") == "get a")
        #expect(step(&recall, "get a") == nil)
    }
}
