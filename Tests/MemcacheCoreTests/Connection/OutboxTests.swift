import Testing

@testable import MemcacheCore

struct OutboxTests {
    private final class Nobody: ReplyReceiver {
        func receive(
            _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape,
            completesReply: Bool
        ) {}
        func paused() {}
        func finish(_ error: MemcacheError?, answered: Int) {}
    }

    private enum Step {
        case get(Key, timeout: Duration = .seconds(1))
        case gets(Key)
        case request(String)
    }

    /// The bytes sent for the steps, and the number of submissions.
    private func sent(_ steps: [Step]) -> (text: String, submissions: Int) {
        var outbox = Outbox()
        let content = content(of: steps, &outbox)
        return (String(decoding: content.chunks.joined(), as: UTF8.self), content.submissions.count)
    }

    private func content(of steps: [Step], _ outbox: inout Outbox) -> Outbox.Content {
        for (id, step) in steps.enumerated() {
            switch step {
            case .get(let key, let timeout):
                outbox.submit(.get, for: ReadWaiter(key), timeout: timeout, id: id, isOnLoop: false)
            case .gets(let key):
                outbox.submit(.gets, for: ReadWaiter(key), timeout: .seconds(1), id: id, isOnLoop: false)
            case .request(let text):
                outbox.submit(
                    Array(text.utf8),
                    Outbox.Submission(
                        id: id, shapes: [.line], timeout: .seconds(1), submitted: .now, receiver: Nobody()))
            }
        }
        return outbox.take()
    }

    @Test func `a single read is a line of its own`() {
        #expect(sent([.get("a")]) == ("get a\r\n", 1))
    }

    @Test func `reads that follow one another become one line`() {
        #expect(sent([.get("a"), .get("b"), .get("a"), .get("c")]) == ("get a b a c\r\n", 1))
    }

    @Test func `other commands between two reads keep their place`() {
        let sent = sent([.get("a"), .get("b"), .request("delete a\r\n"), .get("a"), .request("incr n 1\r\n")])
        #expect(sent == ("get a b\r\nversion\r\ndelete a\r\nget a\r\nincr n 1\r\n", 4))
    }

    @Test func `reads with CAS tokens have lines of their own`() {
        #expect(
            sent([.get("a"), .gets("b"), .gets("c"), .get("d")]) == ("get a\r\ngets b c\r\nversion\r\nget d\r\n", 3))
    }

    @Test func `reads with other time limits have lines of their own`() {
        #expect(sent([.get("a"), .get("b", timeout: .seconds(2))]) == ("get a\r\nget b\r\n", 2))
    }

    @Test func `no read joins a line that was taken`() {
        var outbox = Outbox()
        let first = content(of: [.get("a")], &outbox)
        let second = content(of: [.get("b")], &outbox)
        #expect(first.chunks == [Array("get a\r\n".utf8)] && second.chunks == [Array("get b\r\n".utf8)])
        let isEmpty = outbox.isEmpty
        #expect(isEmpty)
    }

    @Test func `no line is longer than 2000 bytes, and no chunk much longer than 64 KiB`() throws {
        let keys = (0..<2000).map { Key(String(repeating: "k", count: 1 + $0 % 246) + "\($0)") }
        var outbox = Outbox()
        let content = content(of: keys.map { .get($0) }, &outbox)
        let lines = content.chunks.flatMap { $0.split(separator: UInt8(ascii: "\n")) }
            .filter { $0 != Array("version\r".utf8)[...] }
        #expect(lines.count == content.submissions.count)
        #expect(lines.allSatisfy { $0.count + 1 <= 2000 && $0.starts(with: Array("get ".utf8)) })
        let sent = lines.flatMap { $0.dropLast().split(separator: UInt8(ascii: " ")).dropFirst() }
        #expect(sent == keys.map { $0.bytes[...] })
        #expect(content.chunks.count > 1 && content.chunks.allSatisfy { $0.count <= 67_600 })
    }
}
