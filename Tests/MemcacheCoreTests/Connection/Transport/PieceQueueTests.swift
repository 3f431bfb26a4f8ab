import Testing

@testable import MemcacheCore

@Suite struct PieceQueueTests {
    private let piece = PieceQueue.pieceBytes

    @Test func `only a few pieces of a long chunk are written at a time`() {
        var queue = PieceQueue()
        queue.append([[UInt8](repeating: 1, count: piece * 5 + 10)])
        let first = (0..<5).map { _ in queue.next()?.count }
        #expect(first == [piece, piece, piece, piece, nil])
        queue.taken()
        #expect(queue.next()?.count == piece)
        #expect(queue.next() == nil)
        #expect(!queue.isEmpty)
        queue.taken()
        #expect(queue.next()?.count == 10)
        #expect(queue.isEmpty)
        queue.taken()
        #expect(queue.next() == nil)
    }

    @Test func `chunks keep their order, and later ones wait`() {
        var queue = PieceQueue()
        let long = (0..<piece * 6).map { UInt8(truncatingIfNeeded: $0 >> 3) }
        queue.append([[1, 2], long, [], [3]])
        var given: [UInt8] = []
        while let next = queue.next() { given += next }
        queue.append([[4, 5], long])
        while !queue.isEmpty {
            queue.taken()
            while let next = queue.next() { given += next }
        }
        #expect(given == [1, 2] + long + [3] + [4, 5] + long)
    }

    @Test func `short chunks go at once, but not too many of them`() {
        let short = [UInt8](repeating: 0, count: piece)
        #expect(PieceQueue.areShort([short, short, short, short]))
        #expect(!PieceQueue.areShort([short, short, short, short, [1]]))
        #expect(!PieceQueue.areShort([short + [1]]))
        #expect(PieceQueue.areShort([]))
    }
}
