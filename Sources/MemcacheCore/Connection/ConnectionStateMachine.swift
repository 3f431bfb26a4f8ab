/// Tracks which submission is waiting for which reply on one connection, and until when.
///
/// A submission is the bytes of one or more requests that were submitted together, with the shape of each reply. An
/// event goes in, and an action comes out; nothing here reads, writes, waits or looks at a clock.
struct ConnectionStateMachine<Receiver>: ~Copyable {
    /// One submission, and how many of its replies have arrived.
    struct Slot {
        /// The identifier of the submission.
        let id: Int
        /// The shapes of its replies, in order. Never empty. The reply to a fence goes to no caller.
        fileprivate(set) var shapes: [ReplyShape]
        /// The time limit for its next reply.
        let timeout: Duration
        /// When it was submitted.
        let submitted: ContinuousClock.Instant
        /// The receiver of the replies; nil once it has been abandoned, and then the replies are dropped.
        var receiver: Receiver?
        /// The number of complete replies.
        var answered = 0
        /// Whether its bytes have been sent.
        var isSent = false

        init(
            id: Int, shapes: [ReplyShape], timeout: Duration, submitted: ContinuousClock.Instant, receiver: Receiver?
        ) {
            self.id = id
            self.shapes = shapes
            self.timeout = timeout
            self.submitted = submitted
            self.receiver = receiver
        }

        /// Whether nothing more will be delivered.
        fileprivate var isDone: Bool {
            answered == shapes.count || answered + 1 == shapes.count && shapes[answered] == .fence
        }

        /// When it will be late: the time counts from the submission, or from the last progress.
        fileprivate func deadline(after progress: ContinuousClock.Instant?) -> ContinuousClock.Instant {
            max(submitted, progress ?? submitted) + timeout
        }
    }

    /// What an element means to its receiver.
    struct Delivery {
        /// The receiver of the element; nil if it is dropped.
        let receiver: Receiver?
        /// The index of the submission's reply that it belongs to.
        let reply: Int
        /// The shape of that reply.
        let shape: ReplyShape
        /// Whether it completes that reply.
        let completesReply: Bool
        /// Whether it completes the submission.
        let completesSubmission: Bool
        /// Whether the end of the reply is unknown: see ``ReplyShape/leavesEndOpen``. Nothing more can be read on the
        /// connection.
        var leavesEndOpen = false
    }

    /// What to do with an element.
    enum Reception {
        case deliver(Delivery)
        /// The element answers a fence, which no caller is waiting for.
        case drop
        /// The element fits no reply that is awaited: the connection can no longer be trusted.
        case violation
    }

    /// What to do when time has passed.
    enum Expiry {
        /// No submission is late.
        case none
        /// These are late, while an earlier submission still has time: they are abandoned, and their replies will be
        /// dropped.
        case giveUp([Slot])
        /// The oldest is late: the connection must be closed.
        case close
    }

    /// Whether submissions are still accepted.
    private(set) var isClosed = false
    /// Whether requests can be sent; before that, they wait for the connection.
    private(set) var isOpen = false
    /// Whether reading is paused on this side: then no submission becomes late.
    private(set) var isHeld = false

    private var slots: [Slot] = []
    /// The position of the oldest submission in `slots`; those before it are done. A `Deque` takes three times as long
    /// for a submission with one reply (330 ns instead of 100), and longer for one with many.
    private var head = 0
    private var lastProgress: ContinuousClock.Instant?
    /// Whether the oldest reply contains an error and continues up to its fence.
    private var isRefused = false
    /// When the oldest reply began to arrive.
    private var replyBegan: ContinuousClock.Instant?

    init() {}

    /// Whether no reply is awaited.
    var isIdle: Bool { head == slots.count }

    /// Whether the server owes nothing, or only the end of the connection.
    var awaitsNothingButClose: Bool {
        slots[head...].allSatisfy { slot in slot.shapes[slot.answered...].allSatisfy { $0 == .close } }
    }

    /// The receiver of items that arrive now; nil if something else is awaited, or the submission was abandoned.
    var itemReceiver: Receiver? {
        guard head < slots.count else { return nil }
        let shape = slots[head].shapes[slots[head].answered]
        return shape == .values || shape == .value ? slots[head].receiver : nil
    }

    /// Adds a submission. Returns false if the connection is closed and nothing can be sent.
    mutating func submit(_ slot: consuming Slot) -> Bool {
        guard !isClosed else { return false }
        var slot = slot
        slot.isSent = isOpen
        slots.append(slot)
        return true
    }

    /// Whether the next request must be sent with a fence before it, whose reply then belongs to the last submission:
    /// see ``addFence()``.
    var needsFence: Bool { head < slots.count && slots[slots.count - 1].shapes.last?.leavesEndOpen == true }

    /// Adds a fence after the last submission, which awaits a reply.
    mutating func addFence() { slots[slots.count - 1].shapes.append(.fence) }

    /// Notes that the connection is established; what was submitted before is sent now.
    mutating func opened(at now: ContinuousClock.Instant) {
        isOpen = true
        lastProgress = now
        for index in slots.indices { slots[index].isSent = true }
    }

    /// Processes an element that has arrived.
    mutating func receive(_ element: ReplyElement) -> Reception {
        guard head < slots.count else { return .violation }
        let reply = slots[head].answered
        let shape = slots[head].shapes[reply]
        let receiver = slots[head].receiver
        if isRefused || shape.leavesEndOpen, let delivery = receiveRefused(element, shape, receiver) { return delivery }
        let progress = shape.progress(after: element)
        if progress == .violation { return .violation }
        guard progress == .complete else {
            return .deliver(
                Delivery(
                    receiver: receiver, reply: reply, shape: shape, completesReply: false, completesSubmission: false))
        }
        let isLast = completeReply(count: 1)
        guard shape != .fence else { return .drop }
        return .deliver(
            Delivery(
                receiver: receiver, reply: reply, shape: shape, completesReply: true, completesSubmission: isLast))
    }

    /// Processes an error among several values, and what follows it up to the fence; returns nil for any other element.
    private mutating func receiveRefused(
        _ element: ReplyElement, _ shape: ReplyShape, _ receiver: Receiver?
    ) -> Reception? {
        let reply = slots[head].answered
        var delivery = Delivery(
            receiver: receiver, reply: reply, shape: shape, completesReply: false, completesSubmission: false)
        if !isRefused {
            guard case .refusal = element else { return nil }
            guard reply + 1 < slots[head].shapes.count, slots[head].shapes[reply + 1] == .fence else {
                delivery = Delivery(
                    receiver: receiver, reply: reply, shape: shape, completesReply: true,
                    completesSubmission: completeReply(count: 1), leavesEndOpen: true)
                return .deliver(delivery)
            }
            isRefused = true
            return .deliver(delivery)
        }
        switch element {
        case .value, .end, .refusal: return .deliver(delivery)
        case .version:
            return .deliver(
                Delivery(
                    receiver: receiver, reply: reply, shape: shape, completesReply: true,
                    completesSubmission: completeReply(count: 2)))
        default: return .violation
        }
    }

    /// - Returns: Whether nothing more of the submission will be delivered.
    private mutating func completeReply(count: Int) -> Bool {
        isRefused = false
        replyBegan = nil
        slots[head].answered += count
        let isDone = slots[head].isDone
        if slots[head].answered == slots[head].shapes.count {
            removeHead()
        } else if isDone {
            slots[head].receiver = nil
        }
        return isDone
    }

    /// Notes that reading is paused.
    mutating func hold() { isHeld = true }

    /// Notes that reading is resumed; the server's time limit starts again.
    mutating func resume(at now: ContinuousClock.Instant) {
        isHeld = false
        lastProgress = now
    }

    /// The limit for a reply that arrives at once, in multiples of its timeout.
    private static var maximumTimeouts: Int { 10 }

    /// Notes that bytes have arrived that bring a reply further. Replies that arrive at once, such as statistics,
    /// cannot postpone the deadline indefinitely.
    mutating func progressed(at now: ContinuousClock.Instant) {
        if head < slots.count, isRefused || slots[head].shapes[slots[head].answered].comesAtOnce {
            let began = replyBegan ?? now
            replyBegan = began
            guard now < began + slots[head].timeout * Self.maximumTimeouts else { return }
        }
        lastProgress = now
    }

    /// Notes that time was spent by the receiver, which does not count towards the server's deadline.
    mutating func waitedForReceiver(for time: Duration) {
        lastProgress = lastProgress.map { $0 + time }
    }

    /// Abandons a submission. Its replies will still arrive, and are then dropped.
    ///
    /// - Returns: The receiver; nil if the submission is already complete.
    mutating func abandon(id: Int) -> Receiver? {
        guard let index = slots[head...].firstIndex(where: { $0.id == id }) else { return nil }
        defer { slots[index].receiver = nil }
        return slots[index].receiver
    }

    /// The earliest time at which a submission becomes late; nil if none is waiting, if reading is paused, or if the
    /// connection is not established, which has a time limit of its own.
    var deadline: ContinuousClock.Instant? {
        guard isOpen, !isHeld, head < slots.count else { return nil }
        let progress = lastProgress
        let waiting = slots[(head + 1)...].lazy.filter { $0.receiver != nil }
        return waiting.map { $0.deadline(after: progress) }.reduce(slots[head].deadline(after: progress), min)
    }

    /// The time limit of the oldest submission.
    var oldestTimeout: Duration? { isIdle ? nil : slots[head].timeout }

    /// Returns what to do at a given time.
    mutating func expire(at now: ContinuousClock.Instant) -> Expiry {
        guard isOpen, !isHeld, head < slots.count else { return .none }
        if slots[head].deadline(after: lastProgress) <= now { return .close }
        var late: [Slot] = []
        for index in slots.indices.dropFirst(head + 1)
        where slots[index].receiver != nil && slots[index].deadline(after: lastProgress) <= now {
            late.append(slots[index])
            slots[index].receiver = nil
        }
        return late.isEmpty ? .none : .giveUp(late)
    }

    /// Whether a submission is late.
    func isLate(_ slot: Slot, at now: ContinuousClock.Instant) -> Bool {
        slot.deadline(after: lastProgress) <= now
    }

    /// Closes the state machine.
    ///
    /// - Returns: The submissions without complete replies, oldest first.
    mutating func close() -> [Slot] {
        isClosed = true
        isOpen = false
        defer {
            slots = []
            head = 0
        }
        return Array(slots[head...])
    }

    private mutating func removeHead() {
        slots[head].receiver = nil
        head += 1
        if head == slots.count {
            slots.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 64, head * 2 > slots.count {
            slots.removeFirst(head)
            head = 0
        }
    }
}
