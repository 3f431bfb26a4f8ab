/// Reads of single keys that share one request; gives each caller the item of its key.
///
/// `@unchecked Sendable`: others join only while it is in the outbox, under its lock; after that it is only touched on
/// the connection's thread.
final class SharedReads: ReplyReceiver, @unchecked Sendable {
    let word: SharedRead.Word
    /// Whether the waiting callers run on the connection's thread themselves.
    let isOnLoop: Bool
    /// The priority of the task that made the first read.
    let priority = Task.currentPriority
    /// The waiters, in the order of their keys on the wire; nil for one that has been notified, so that its item is not
    /// retained for the others.
    private var waiters: [ReadWaiter?] = []
    /// The index after the last key for which an item has arrived.
    private var next = 0
    /// All waiters before this index have been notified of the items received so far.
    private var notified = 0
    /// An item that no caller requested.
    private var stray: Item?
    private var refusal: Refusal?

    init(_ word: SharedRead.Word, isOnLoop: Bool) {
        self.word = word
        self.isOnLoop = isOnLoop
        waiters.reserveCapacity(16)
    }

    /// The number of reads.
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

    /// Notifies waiters early: an item that is followed by another need not wait for the rest.
    func paused() {
        guard stray == nil, notified < next - 1 else { return }
        for position in notified..<next - 1 {
            guard let waiter = waiters[position], let item = waiter.item else { continue }
            waiter.finish(.success(.items([item])))
            waiters[position] = nil
        }
        notified = next - 1
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

    /// The reply that a caller would have received alone; nil if the line was rejected, possibly because of another
    /// key. An item that no caller requested makes the whole reply doubtful, and the command reports it.
    private func reply(to waiter: ReadWaiter) -> Reply? {
        if let refusal, count == 1 { return .refused(refusal) }
        let item = waiter.item.map { [$0] } ?? []
        if let stray { return .items(item + [stray]) }
        return refusal != nil && item.isEmpty ? nil : .items(item)
    }

    /// Finds the waiter for an item's key. Servers reply in the order of the keys; routers may not.
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
