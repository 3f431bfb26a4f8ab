/// Long chunks to be written, in pieces of which only a few are copied at a time; the rest waits without being copied.
struct PieceQueue {
    /// The maximum size of a piece: a longer chunk is split.
    static let pieceBytes = 262_144
    /// The maximum number of pieces in the system's own queue.
    static let maximumPieces = 4

    /// Whether chunks are so short that they can be written at once.
    static func areShort(_ chunks: [[UInt8]]) -> Bool {
        chunks.allSatisfy { $0.count <= pieceBytes }
            && chunks.reduce(0) { $0 + $1.count } <= pieceBytes * maximumPieces
    }

    private var chunks: [[UInt8]] = []
    /// The chunk to which the next piece belongs, and where the piece begins.
    private var chunk = 0
    private var position = 0
    /// The number of pieces being written.
    private var pending = 0

    /// Whether nothing is queued.
    var isEmpty: Bool { chunks.isEmpty }

    /// Adds chunks to the end of the queue.
    mutating func append(_ more: [[UInt8]]) {
        chunks += more.filter { !$0.isEmpty }
    }

    /// Returns the piece to write now: nil if there is none, or if others must be written first.
    mutating func next() -> ArraySlice<UInt8>? {
        guard chunk < chunks.count, pending < Self.maximumPieces else { return nil }
        let end = min(position + Self.pieceBytes, chunks[chunk].count)
        let piece = chunks[chunk][position..<end]
        pending += 1
        position = end
        guard position == chunks[chunk].count else { return piece }
        // The chunk is released as soon as its last piece has been returned.
        chunks[chunk] = []
        position = 0
        chunk += 1
        if chunk == chunks.count {
            chunks = []
            chunk = 0
        }
        return piece
    }

    /// Notes that a piece has been written.
    mutating func taken() { pending -= 1 }
}
