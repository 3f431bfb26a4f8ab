/// Reads of single keys that go in one request: gives each caller what was found of its key.
///
/// `@unchecked Sendable`: others join only while it lies in the outbox, under its lock; from then on it is only touched
/// on the connection's thread.
final class SharedReads: ReplyReceiver, @unchecked Sendable {
    let word: SharedRead.Word
    /// Whether those who wait run on the connection's thread themselves.
    let isOnLoop: Bool
    /// The priority of the task that asked first.
    let priority = Task.currentPriority
    /// Who wants the keys, in their order on the wire; nil for one who was told, whose item is not kept for the others.
    private var waiters: [ReadWaiter?] = []
    /// Behind the last key of which an item has come.
    private var next = 0
    /// Those before this position whose items had come were told.
    private var told = 0
    /// An item that nobody had asked for.
    private var stray: Item?
    private var refusal: Refusal?

    init(_ word: SharedRead.Word, isOnLoop: Bool) {
        self.word = word
        self.isOnLoop = isOnLoop
        waiters.reserveCapacity(16)
    }

    /// How many wait.
    var count: Int { waiters.count }

    /// Adds a caller, whose key is the next one on the wire.
    func join(_ waiter: ReadWaiter) {
        waiters.append(waiter)
    }

    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) {
        switch element {
        case .value(let key, let flags, let cas, let data):
            if let (position, waiter) = place(of: key, in: bytes) {
                next = max(next, position + 1)
                waiter.item = Item(
                    key: waiter.key, flags: flags, value: bytes.copy(data), cas: cas.map(CASToken.init))
            } else if stray == nil {
                stray = Item(
                    key: Key(received: bytes.copy(key)), flags: flags, value: bytes.copy(data),
                    cas: cas.map(CASToken.init))
            }
        case .refusal(let kind, let line):
            refusal = Refusal(kind: kind, line: bytes.copy(line))
        default: break
        }
    }

    /// A value that another has followed need not wait for the rest.
    func paused() {
        guard stray == nil, told < next - 1 else { return }
        for position in told..<next - 1 {
            guard let waiter = waiters[position], let item = waiter.item else { continue }
            waiter.finish(.success(.items([item])))
            waiters[position] = nil
        }
        told = next - 1
    }

    func finish(_ error: MemcacheError?, answered: Int) {
        if error != nil { paused() }
        for case let waiter? in waiters {
            if let error {
                waiter.finish(.failure(error))
            } else if let reply = reply(to: waiter) {
                waiter.finish(.success(reply))
            } else {
                waiter.release()
            }
        }
    }

    /// What a caller would have got alone; nil where the line was refused, which may be for another's key. An item that
    /// nobody asked for makes all of it doubtful, and the command says so.
    private func reply(to waiter: ReadWaiter) -> Reply? {
        if let refusal, count == 1 { return .refused(refusal) }
        let item = waiter.item.map { [$0] } ?? []
        if let stray { return .items(item + [stray]) }
        return refusal != nil && item.isEmpty ? nil : .items(item)
    }

    /// Whose key an item has. Servers answer in the order of the keys; routers may not.
    private func place(of key: Range<Int>, in bytes: Span<UInt8>) -> (position: Int, waiter: ReadWaiter)? {
        func isAwaited(_ position: Int) -> Bool {
            guard let waiter = waiters[position], waiter.item == nil else { return false }
            let asked = waiter.key.bytes
            return bytes.equals(asked.span, 0..<asked.count, in: key)
        }
        let found = (next..<waiters.count).first(where: isAwaited) ?? (0..<next).first(where: isAwaited)
        guard let position = found, let waiter = waiters[position] else { return nil }
        return (position, waiter)
    }
}
