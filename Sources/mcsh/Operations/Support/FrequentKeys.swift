/// Counts how often keys are seen, and keeps those seen most often in bounded memory.
///
/// This is the space-saving algorithm: a new key replaces the one with the smallest count, and begins with that count
/// as its possible excess. Every key that makes up more than a fraction of 1/`capacity` of the total is kept.
struct FrequentKeys: Sendable {
    /// A key, and how often it was seen: at most `count` times, and at least `count - excess` times.
    struct Entry: Hashable, Sendable {
        var key: [UInt8]
        var count: UInt64
        var excess: UInt64
    }

    private let capacity: Int
    /// A heap with the smallest count at its top.
    private var heap: [Entry] = []
    private var positions: [[UInt8]: Int] = [:]

    init(capacity: Int = 1000) { self.capacity = max(1, capacity) }

    /// The number of keys kept.
    var size: Int { heap.count }

    /// Counts a key.
    mutating func add(_ key: [UInt8]) {
        if let position = positions[key] {
            heap[position].count += 1
            sink(position)
        } else if heap.count < capacity {
            heap.append(Entry(key: key, count: 1, excess: 0))
            positions[key] = heap.count - 1
            rise(heap.count - 1)
        } else {
            positions[heap[0].key] = nil
            heap[0] = Entry(key: key, count: heap[0].count + 1, excess: heap[0].count)
            positions[key] = 0
            sink(0)
        }
    }

    /// The keys seen most often, the most frequent first; those with the same count in the order of their bytes.
    func top(_ count: Int) -> [Entry] {
        let sorted = heap.sorted { left, right in
            left.count == right.count
                ? left.key.lexicographicallyPrecedes(right.key) : left.count > right.count
        }
        return Array(sorted.prefix(count))
    }

    private mutating func rise(_ start: Int) {
        var position = start
        while position > 0, heap[position].count < heap[(position - 1) / 2].count {
            swap(position, (position - 1) / 2)
            position = (position - 1) / 2
        }
    }

    private mutating func sink(_ start: Int) {
        var position = start
        while true {
            var least = position
            for child in [2 * position + 1, 2 * position + 2]
            where child < heap.count && heap[child].count < heap[least].count {
                least = child
            }
            guard least != position else { return }
            swap(position, least)
            position = least
        }
    }

    private mutating func swap(_ left: Int, _ right: Int) {
        heap.swapAt(left, right)
        positions[heap[left].key] = left
        positions[heap[right].key] = right
    }
}
