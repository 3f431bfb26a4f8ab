import MemcacheCore

/// Consecutive answers of one server.
///
/// What only few answers have is stored separately, so that most answers need only their bytes and where they end.
struct AnswerChunk: Sendable {
    /// What accompanies the bytes of an answer.
    struct Extra: Sendable {
        /// The index of the answer.
        var answer: Int
        /// The table whose row it is, if any.
        var table: DelimitedTable?
        /// The errors reported with it on standard error.
        var complaints: [ReportedError] = []
    }

    /// The bytes of all answers.
    var bytes: [UInt8] = []
    /// The end of each answer in the bytes; it begins at the end of the previous one.
    var ends: [Int] = []
    /// What accompanies the bytes of some answers, in their order.
    var extras: [Extra] = []

    /// The approximate memory it takes. Misses have no bytes, but still take some.
    fileprivate var cost: Int {
        extras.reduce(bytes.count + ends.count * MemoryLayout<Int>.stride) { $0 + 64 + 512 * $1.complaints.count }
    }
}

/// The answers of one server that arrived too early, and the source that is paused while there are many.
struct ReorderBuffer: Sendable {
    /// The result of taking the next answer.
    enum Step {
        /// It has not arrived yet.
        case missing
        /// Its bytes were appended.
        case passed
        /// It has more than bytes: the extra, and its bytes.
        case special(AnswerChunk.Extra, ArraySlice<UInt8>)
    }

    /// The source of the answers that follow.
    var source: (any Pausable)?
    /// The paused source.
    private var held: (any Pausable)?
    private var deliveries: [AnswerChunk] = []
    private var first = 0
    /// The next answer of the first chunk, where it begins, and the next of its extras.
    private var next = 0
    private var start = 0
    private var nextExtra = 0
    private var cost = 0
    /// The limit beyond which the source is paused.
    private let maximumBytes: Int

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    /// Adds a chunk that arrived.
    mutating func append(_ delivery: AnswerChunk) {
        guard !delivery.ends.isEmpty else { return }
        cost += delivery.cost
        deliveries.append(delivery)
    }

    /// Pauses the source if there is too much.
    mutating func holdIfMany() {
        guard cost > maximumBytes, let source, held !== source else { return }
        source.hold()
        held = source
    }

    /// Takes the next answer, if it has arrived, and appends its bytes unless it has more. Resumes the source when
    /// little is left.
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
