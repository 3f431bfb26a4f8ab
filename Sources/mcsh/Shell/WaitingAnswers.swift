/// Answers of one server in one piece, of which some may have been passed on.
struct AnswerDelivery: Sendable {
    var bytes: [UInt8]
    var answers: [MergedAnswer]
    fileprivate var next = 0
    /// About how much memory it takes. Misses have no bytes, and take some all the same.
    fileprivate let cost: Int

    init(bytes: [UInt8], answers: [MergedAnswer]) {
        self.bytes = bytes
        self.answers = answers
        cost = answers.reduce(bytes.count) { $0 + MemoryLayout<MergedAnswer>.stride + 512 * $1.complaints.count }
    }
}

/// The answers of one server that have come too early, and the source that is told to wait while they are many.
struct WaitingAnswers: Sendable {
    /// Where the answers that follow come from.
    var source: (any AnswerSource)?
    /// The source that was told to wait.
    private var held: (any AnswerSource)?
    private var deliveries: [AnswerDelivery] = []
    private var first = 0
    private var cost = 0

    /// More have come.
    mutating func append(_ delivery: AnswerDelivery) {
        guard !delivery.answers.isEmpty else { return }
        deliveries.append(delivery)
        cost += delivery.cost
    }

    /// Has the source wait where there is too much.
    mutating func holdIfMany() {
        guard cost > AnswerMerger.maximumWaitingBytes, let source, held !== source else { return }
        source.hold()
        held = source
    }

    /// Takes the next answer and its bytes, if it is there. Has the source go on when little is left.
    mutating func takeFirst() -> (answer: MergedAnswer, bytes: ArraySlice<UInt8>)? {
        guard first < deliveries.count else { return nil }
        let next = deliveries[first].next
        let answer = deliveries[first].answers[next]
        let start = next == 0 ? 0 : deliveries[first].answers[next - 1].end
        let bytes = deliveries[first].bytes[start..<answer.end]
        deliveries[first].next += 1
        if deliveries[first].next == deliveries[first].answers.count { removeFirst() }
        return (answer, bytes)
    }

    private mutating func removeFirst() {
        cost -= deliveries[first].cost
        deliveries[first] = AnswerDelivery(bytes: [], answers: [])
        first += 1
        if first == deliveries.count {
            deliveries.removeAll(keepingCapacity: true)
            first = 0
        } else if first >= 64, first * 2 > deliveries.count {
            deliveries.removeFirst(first)
            first = 0
        }
        guard let held, cost <= AnswerMerger.maximumWaitingBytes / 2 else { return }
        self.held = nil
        held.resume()
    }
}
