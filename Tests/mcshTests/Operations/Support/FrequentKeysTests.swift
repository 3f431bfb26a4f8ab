import Testing

@testable import mcsh

@Suite struct FrequentKeysTests {
    private func key(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `few keys are counted exactly, the most frequent first`() {
        var keys = FrequentKeys(capacity: 10)
        for text in ["b", "a", "c", "b", "b", "c"] { keys.add(key(text)) }
        #expect(
            keys.top(2) == [
                .init(key: key("b"), count: 3, excess: 0), .init(key: key("c"), count: 2, excess: 0),
            ])
        #expect(keys.top(9).map(\.key) == [key("b"), key("c"), key("a")])
    }

    @Test func `a new key replaces the least frequent, with its count as the possible excess`() {
        var keys = FrequentKeys(capacity: 2)
        for text in ["a", "a", "a", "b", "b", "c"] { keys.add(key(text)) }
        #expect(
            keys.top(9) == [
                .init(key: key("a"), count: 3, excess: 0), .init(key: key("c"), count: 3, excess: 2),
            ])
    }

    @Test func `many keys need no more room, and a frequent one is not lost among them`() {
        var keys = FrequentKeys(capacity: 100)
        var random = SplitMix(state: 5)
        for index in 0..<50_000 {
            keys.add(key(index % 20 == 0 ? "hot" : "k\(random.below(1_000_000))"))
            guard index % 5_000 == 0 else { continue }
            #expect(keys.size <= 100)
        }
        let top = keys.top(1)
        #expect(top.first?.key == key("hot"))
        #expect(top.allSatisfy { $0.count >= 2500 && $0.count - $0.excess <= 2500 })
    }

    @Test func `counts agree with exact ones while there is room, whatever the order`() {
        var keys = FrequentKeys(capacity: 64)
        var exact: [[UInt8]: UInt64] = [:]
        var random = SplitMix(state: 6)
        for _ in 0..<5_000 {
            let next = key("k\(random.below(64))")
            keys.add(next)
            exact[next, default: 0] += 1
        }
        #expect(Dictionary(uniqueKeysWithValues: keys.top(64).map { ($0.key, $0.count) }) == exact)
    }
}
