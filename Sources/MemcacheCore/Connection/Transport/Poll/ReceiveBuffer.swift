import MemcachePlatform

/// Bytes that have arrived and are not used up.
///
/// What is used up as it comes never gets here: it is read into the loop's buffer.
final class ReceiveBuffer {
    private var storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var start = 0
    private var end = 0

    /// How many bytes are kept.
    var count: Int { end - start }

    deinit { storage.deallocate() }

    /// Keeps bytes.
    func append(_ bytes: UnsafeRawBufferPointer, needed: Int) {
        makeRoom(for: bytes.count, needed: needed)
        UnsafeMutableRawBufferPointer(rebasing: storage[end...]).copyMemory(from: bytes)
        end += bytes.count
    }

    /// Room after what is kept, of as much as is read at once and no less than a good part of that.
    func room(needed: Int) -> UnsafeMutableRawBufferPointer {
        makeRoom(for: ReceiveBuffer.readBytes, needed: needed)
        let room = UnsafeMutableRawBufferPointer(rebasing: storage[end...])
        return UnsafeMutableRawBufferPointer(rebasing: room.prefix(PollLoop.readBytes))
    }

    private static let readBytes = 65_536

    /// Adds bytes that were read into the room.
    func added(_ count: Int) { end += count }

    /// What is kept.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[start..<end]) }

    /// Drops bytes from the front. When nothing is left, the room that a long value took is given back.
    func drop(_ count: Int) {
        start += count
        guard start == end else { return }
        start = 0
        end = 0
        if storage.count > 1 << 20 { free() }
    }

    /// Drops everything.
    func free() {
        storage.deallocate()
        storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        start = 0
        end = 0
    }

    /// Makes room after what is kept. A long value's buffer doubles as its bytes arrive, so that a length that
    /// lies takes no memory.
    private func makeRoom(for more: Int, needed: Int) {
        guard storage.count - end < more else { return }
        let kept = count
        let size = kept + more
        guard storage.count < size else {
            storage.copyMemory(from: bytes)
            (start, end) = (0, kept)
            return
        }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(size, min(needed, size * 2)), alignment: 16)
        larger.copyMemory(from: bytes)
        storage.deallocate()
        storage = larger
        (start, end) = (0, kept)
    }
}
