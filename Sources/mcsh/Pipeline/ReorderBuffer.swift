import MemcacheCore

/// Answers of one server in one piece.
///
/// What only few answers have stands apart, so that of an answer nothing is kept but its bytes and where they end.
struct AnswerChunk: Sendable {
    /// What an answer brings beside its bytes.
    struct Extra: Sendable {
        /// Which of the answers, in their order.
        var answer: Int
        /// The table whose row it is, where it is one.
        var table: DelimitedTable?
        /// What is said on standard error with it.
        var complaints: [ReportedError] = []
    }

    /// All their bytes.
    var bytes: [UInt8] = []
    /// Where each answer ends in the bytes; it begins where the one before it ends.
    var ends: [Int] = []
    /// What some of them bring beside their bytes, in their order.
    var extras: [Extra] = []

    /// About how much memory it takes. Misses have no bytes, and take some all the same.
    fileprivate var cost: Int {
        extras.reduce(bytes.count + ends.count * MemoryLayout<Int>.stride) { $0 + 64 + 512 * $1.complaints.count }
    }
}

/// The answers of one server that have come too early, and the source that is told to wait while they are many.
struct ReorderBuffer: Sendable {
    /// What became of an answer that is in turn.
    enum Step {
        /// It is not there yet.
        case missing
        /// Its bytes were appended.
        case passed
        /// It brings more than bytes, which are these.
        case special(AnswerChunk.Extra, ArraySlice<UInt8>)
    }

    /// Where the answers that follow come from.
    var source: (any Pausable)?
    /// The source that was told to wait.
    private var held: (any Pausable)?
    private var deliveries: [AnswerChunk] = []
    private var first = 0
    /// The next answer of the first delivery, where it begins, and the next of its extras.
    private var next = 0
    private var start = 0
    private var nextExtra = 0
    private var cost = 0
    /// With more than this the source is told to wait.
    private let maximumBytes: Int

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    /// More have come.
    mutating func append(_ delivery: AnswerChunk) {
        guard !delivery.ends.isEmpty else { return }
        cost += delivery.cost
        deliveries.append(delivery)
    }

    /// Has the source wait where there is too much.
    mutating func holdIfMany() {
        guard cost > maximumBytes, let source, held !== source else { return }
        source.hold()
        held = source
    }

    /// Takes the next answer, if it is there, and appends its bytes unless it brings more. Has the source go on when little
    /// is left.
    mutating func takeNext(into out: inout [UInt8]) -> Step {
        guard first < deliveries.count else { return .missing }
        let end = deliveries[first].ends[next]
        let range = start..<end
        var step = Step.passed
        if nextExtra < deliveries[first].extras.count, deliveries[first].extras[nextExtra].answer == next {
            step = .special(deliveries[first].extras[nextExtra], deliveries[first].bytes[range])
            nextExtra += 1
        } else {
            let bytes = deliveries[first].bytes
            out.append(bytes.span, range)
        }
        next += 1
        start = end
        if next == deliveries[first].ends.count { removeFirst() }
        return step
    }

    private mutating func removeFirst() {
        (next, start, nextExtra) = (0, 0, 0)
        cost -= deliveries[first].cost
        deliveries[first] = AnswerChunk()
        first += 1
        if first == deliveries.count {
            deliveries.removeAll(keepingCapacity: true)
            first = 0
        } else if first >= 64, first * 2 > deliveries.count {
            deliveries.removeFirst(first)
            first = 0
        }
        guard let held, cost <= maximumBytes / 2 else { return }
        self.held = nil
        held.resume()
    }
}
