/// Which submission is waiting for which reply on one connection, and until when.
///
/// A submission is the bytes of one or more requests that were handed over together, with the shape of each reply. An
/// event goes in, and what is to be done comes out; nothing here reads, writes, waits or looks at a clock.
struct ConnectionStateMachine<Receiver>: ~Copyable {
    /// One submission and how far its replies have come.
    struct Slot {
        /// Names the submission.
        let id: Int
        /// The shapes of its replies, in order. Never empty. A fence is a reply for no caller.
        fileprivate(set) var shapes: [ReplyShape]
        /// How long its next reply may take.
        let timeout: Duration
        /// When it was handed over.
        let submitted: ContinuousClock.Instant
        /// Who is waiting; nil once the waiter has given up, and then the replies are dropped.
        var receiver: Receiver?
        /// How many replies are complete.
        var answered = 0
        /// Whether its bytes have left for the server.
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

        /// Whether nothing more will be handed over.
        fileprivate var isDone: Bool {
            answered == shapes.count || answered + 1 == shapes.count && shapes[answered] == .fence
        }

        /// When it will have waited too long: the time counts from when it was submitted, or from the last progress.
        fileprivate func deadline(after progress: ContinuousClock.Instant?) -> ContinuousClock.Instant {
            max(submitted, progress ?? submitted) + timeout
        }
    }

    /// What an element is to its receiver.
    struct Delivery {
        /// Who gets the element; nil when it is to be dropped.
        let receiver: Receiver?
        /// Which of the submission's replies it belongs to.
        let reply: Int
        /// The shape of that reply.
        let shape: ReplyShape
        /// Whether it completes that reply.
        let completesReply: Bool
        /// Whether it completes the submission.
        let completesSubmission: Bool
        /// Whether the end of the reply cannot be known: see ``ReplyShape/leavesEndOpen``. Nothing more can be read on
        /// the connection.
        var leavesEndOpen = false
    }

    /// What to do with an element.
    enum Reception {
        case deliver(Delivery)
        /// The element answers a fence, which no caller waits for.
        case drop
        /// The element fits no reply that is awaited: the connection cannot be trusted any more.
        case violation
    }

    /// What to do when time has passed.
    enum Expiry {
        /// Nobody has waited too long.
        case none
        /// These have waited too long, while an earlier submission still has time: they give up, their replies will be
        /// dropped.
        case giveUp([Slot])
        /// The oldest has waited too long: the connection is to be closed.
        case close
    }

    /// Whether submissions are still accepted.
    private(set) var isClosed = false
    /// Whether requests can be sent; before, they wait for the connection.
    private(set) var isOpen = false
    /// Whether the server is not listened to for a while, at our own wish: then nobody waits too long.
    private(set) var isHeld = false

    private var slots: [Slot] = []
    /// The position of the oldest submission in `slots`; those before it are done. A `Deque` takes three times as long for
    /// a submission of one reply (330 ns, not 100), and longer for one of many.
    private var head = 0
    private var lastProgress: ContinuousClock.Instant?
    /// Whether the oldest reply has been refused and goes on, up to its fence.
    private var isRefused = false
    /// When the oldest reply began to come.
    private var replyBegan: ContinuousClock.Instant?

    init() {}

    /// Whether any reply is awaited.
    var isIdle: Bool { head == slots.count }

    /// Whether the server owes nothing, or nothing but the end of the connection.
    var awaitsNothingButClose: Bool {
        slots[head...].allSatisfy { slot in slot.shapes[slot.answered...].allSatisfy { $0 == .close } }
    }

    /// Who gets the items that arrive now; nil where something else is awaited, or nobody waits.
    var itemReceiver: Receiver? {
        guard head < slots.count else { return nil }
        let shape = slots[head].shapes[slots[head].answered]
        return shape == .values || shape == .value ? slots[head].receiver : nil
    }

    /// A new submission. False when the connection is closed and nothing can be sent.
    mutating func submit(_ slot: consuming Slot) -> Bool {
        guard !isClosed else { return false }
        var slot = slot
        slot.isSent = isOpen
        slots.append(slot)
        return true
    }

    /// Whether a request that follows is to be sent with a fence before it, whose answer then belongs to the last
    /// submission: see ``addFence()``.
    var needsFence: Bool { head < slots.count && slots[slots.count - 1].shapes.last?.leavesEndOpen == true }

    /// A fence is sent behind the last submission, which awaits an answer.
    mutating func addFence() { slots[slots.count - 1].shapes.append(.fence) }

    /// The connection is there; what was submitted before goes out now.
    mutating func opened(at now: ContinuousClock.Instant) {
        isOpen = true
        lastProgress = now
        for index in slots.indices { slots[index].isSent = true }
    }

    /// An element has arrived.
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

    /// A refusal among several values, and what follows it up to the fence; nil for any other element.
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

    /// - Returns: Whether nothing more of the submission is to be handed over.
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

    /// The server is not listened to from here on.
    mutating func hold() { isHeld = true }

    /// The server is listened to again, and the time it has to answer begins anew.
    mutating func resume(at now: ContinuousClock.Instant) {
        isHeld = false
        lastProgress = now
    }

    /// How many times its timeout a reply may take that comes at once.
    private static var maximumTimeouts: Int { 10 }

    /// Bytes have come that bring a reply further. What comes at once, such as statistics, does not put off the deadline
    /// for ever.
    mutating func progressed(at now: ContinuousClock.Instant) {
        if head < slots.count, isRefused || slots[head].shapes[slots[head].answered].comesAtOnce {
            let began = replyBegan ?? now
            replyBegan = began
            guard now < began + slots[head].timeout * Self.maximumTimeouts else { return }
        }
        lastProgress = now
    }

    /// Whoever gets the replies has taken its time, which is not the server's.
    mutating func waitedForReceiver(for time: Duration) {
        lastProgress = lastProgress.map { $0 + time }
    }

    /// Gives up on a submission. Its replies will still come, and are then dropped.
    ///
    /// - Returns: Who was waiting; nil when it is over already.
    mutating func abandon(id: Int) -> Receiver? {
        guard let index = slots[head...].firstIndex(where: { $0.id == id }) else { return nil }
        defer { slots[index].receiver = nil }
        return slots[index].receiver
    }

    /// The earliest moment at which somebody will have waited too long; nil when nobody waits, when the server is not
    /// listened to, or when the connection is not made, which has a time limit of its own.
    var deadline: ContinuousClock.Instant? {
        guard isOpen, !isHeld, head < slots.count else { return nil }
        let progress = lastProgress
        let waiting = slots[(head + 1)...].lazy.filter { $0.receiver != nil }
        return waiting.map { $0.deadline(after: progress) }.reduce(slots[head].deadline(after: progress), min)
    }

    /// How long the oldest submission may wait.
    var oldestTimeout: Duration? { isIdle ? nil : slots[head].timeout }

    /// Time has passed.
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

    /// Whether a submission has waited too long.
    func isLate(_ slot: Slot, at now: ContinuousClock.Instant) -> Bool {
        slot.deadline(after: lastProgress) <= now
    }

    /// The connection is over.
    ///
    /// - Returns: The submissions that are not answered, oldest first.
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
