import MemcacheCore

/// Items of one reply that arrived before the items of keys in front of theirs, until those have been written.
///
/// Nothing is allocated for an item: their values share one buffer, which is reused.
struct EarlyItems {
    /// An item and where its value is in ``bytes``.
    struct Entry {
        var item: AnsweredItem
        var value: Range<Int>
    }

    /// The values, one after the other.
    private(set) var bytes: [UInt8] = []
    /// The index of its entry for each command of the group, or -1; empty while no item is kept.
    private var slots: [Int] = []
    private var entries: [Entry] = []
    private var count = 0

    /// Whether the value of an item is arriving.
    private(set) var isOpen = false

    /// The buffer size that is kept for the next reply.
    private static let keptBytes = 1 << 20

    /// Whether no item is kept.
    var isEmpty: Bool { count == 0 }

    /// Starts an item, whose value follows.
    mutating func begin(_ item: AnsweredItem) {
        entries.append(Entry(item: item, value: bytes.count..<bytes.count))
        isOpen = true
    }

    /// Adds bytes to the value of the current item.
    mutating func append(_ piece: Span<UInt8>) { bytes.append(piece) }

    /// Ends the item, which belongs to a command of the group.
    mutating func end(_ command: Int, in group: Range<Int>) {
        let last = entries.count - 1
        entries[last].value = entries[last].value.lowerBound..<bytes.count
        if slots.isEmpty { slots.append(contentsOf: repeatElement(-1, count: group.count)) }
        slots[command - group.lowerBound] = last
        count += 1
        isOpen = false
    }

    /// Whether the item of a command is kept.
    func contains(_ command: Int, in group: Range<Int>) -> Bool { slots[command - group.lowerBound] >= 0 }

    /// Removes the item of a command. Its value stays in ``bytes`` until ``removeAll()``.
    mutating func take(_ command: Int, in group: Range<Int>) -> Entry? {
        let slot = slots[command - group.lowerBound]
        guard slot >= 0 else { return nil }
        slots[command - group.lowerBound] = -1
        count -= 1
        return entries[slot]
    }

    /// Forgets everything.
    mutating func removeAll() {
        isOpen = false
        count = 0
        slots.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: bytes.capacity <= EarlyItems.keptBytes)
    }
}
