/// Long chunks on their way to the system, in pieces of which only a few are copied at a time: the rest waits as it is.
struct PieceQueue {
    /// A chunk longer than this goes in several pieces.
    static let pieceBytes = 262_144
    /// How many pieces may be with the system's own queue.
    static let maximumPieces = 4

    /// Whether chunks are so short that they can be given out at once.
    static func areShort(_ chunks: [[UInt8]]) -> Bool {
        chunks.allSatisfy { $0.count <= pieceBytes }
            && chunks.reduce(0) { $0 + $1.count } <= pieceBytes * maximumPieces
    }

    private var chunks: [[UInt8]] = []
    /// The chunk that the next piece is of, and where it begins.
    private var chunk = 0
    private var position = 0
    /// How many pieces have been given out and are not taken.
    private var pending = 0

    /// Whether nothing waits.
    var isEmpty: Bool { chunks.isEmpty }

    /// Adds chunks behind those that wait.
    mutating func append(_ more: [[UInt8]]) {
        chunks += more.filter { !$0.isEmpty }
    }

    /// The piece to be written now: nil when there is none, or when others have to be taken first.
    mutating func next() -> ArraySlice<UInt8>? {
        guard chunk < chunks.count, pending < Self.maximumPieces else { return nil }
        let end = min(position + Self.pieceBytes, chunks[chunk].count)
        let piece = chunks[chunk][position..<end]
        pending += 1
        position = end
        guard position == chunks[chunk].count else { return piece }
        // It is let go as soon as it has been given out.
        chunks[chunk] = []
        position = 0
        chunk += 1
        if chunk == chunks.count {
            chunks = []
            chunk = 0
        }
        return piece
    }

    /// A piece has been taken.
    mutating func taken() { pending -= 1 }
}
