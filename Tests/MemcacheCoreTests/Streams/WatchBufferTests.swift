import Testing

@testable import MemcacheCore

@Suite struct WatchBufferTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func readAll(_ buffer: WatchBuffer) async throws -> [WatchBuffer.Segment] {
        var segments: [WatchBuffer.Segment] = []
        while let segment = try await buffer.next() { segments.append(segment) }
        return segments
    }

    @Test func `lines that fit are kept together`() async throws {
        let buffer = WatchBuffer(maximumLines: 3, maximumBytes: 100)
        try buffer.append(bytes("a\n").span)
        try buffer.append(bytes("b\nc\n").span)
        buffer.finish(nil)
        #expect(try await readAll(buffer) == [.lines(bytes("a\nb\nc\n"))])
    }

    @Test func `the newest lines are dropped and replaced by their number`() async throws {
        let buffer = WatchBuffer(maximumLines: 3, maximumBytes: 100)
        try buffer.append(bytes("a\nb\nc\nd\ne\n").span)
        try buffer.append(bytes("f\n").span)
        #expect(try await buffer.next() == .lines(bytes("a\nb\nc\n")))
        try buffer.append(bytes("g\nh\n").span)
        buffer.finish(nil)
        #expect(try await readAll(buffer) == [.lost(3), .lines(bytes("g\nh\n"))])
    }

    @Test func `lines lost before the end are counted too`() async throws {
        let buffer = WatchBuffer(maximumLines: 1, maximumBytes: 100)
        try buffer.append(bytes("a\nb\n").span)
        buffer.finish(MemcacheError(.connectionLost, "gone"))
        #expect(try await buffer.next() == .lines(bytes("a\n")))
        #expect(try await buffer.next() == .lost(1))
        let error = await #expect(throws: MemcacheError.self) { try await buffer.next() }
        #expect(error?.code == .connectionLost)
    }

    @Test func `a reader that has taken everything is notified at once of lost lines`() async throws {
        let buffer = WatchBuffer(maximumLines: 1, maximumBytes: 100)
        try buffer.append(bytes("a\nb\nc\n").span)
        #expect(try await buffer.next() == .lines(bytes("a\n")))
        #expect(try await buffer.next() == .lost(2))
    }

    @Test func `long lines are bounded by their bytes`() async throws {
        let buffer = WatchBuffer(maximumLines: 100, maximumBytes: 10)
        try buffer.append(bytes("12345678\n123\n").span)
        buffer.finish(nil)
        #expect(try await readAll(buffer) == [.lines(bytes("12345678\n")), .lost(1)])
    }

    @Test func `no line is lost uncounted`() async throws {
        let buffer = WatchBuffer(maximumLines: 10, maximumBytes: 1000)
        var random = SystemRandomNumberGenerator()
        var sent = 0
        var seen = 0
        func take(_ segment: WatchBuffer.Segment?) {
            switch segment {
            case .lines(let lines)?: seen += lines.count { $0 == UInt8(ascii: "\n") }
            case .lost(let count)?: seen += Int(count)
            case nil: break
            }
        }
        for _ in 0..<2000 {
            let count = Int.random(in: 1...20, using: &random)
            try buffer.append(bytes(String(repeating: "line\n", count: count)).span)
            sent += count
            if Bool.random(using: &random) { take(try await buffer.next()) }
        }
        buffer.finish(nil)
        for segment in try await readAll(buffer) { take(segment) }
        #expect(seen == sent)
    }
}
