import MemcachePlatform

/// Chunks on their way to the system, which takes them from where they are.
struct SendQueue {
    private var chunks: [[UInt8]] = []
    /// The first chunk that is not taken, and how much of it is.
    private var first = 0
    private var position = 0

    /// For chunks longer than this, progress is reported before all of it is sent.
    static let longBytes = 262_144
    /// How many chunks are given to the system in one call.
    private static let maximumPieces = 16

    /// Whether nothing waits.
    var isEmpty: Bool { first == chunks.count }

    /// Adds chunks after those that wait.
    mutating func append(_ more: [[UInt8]]) {
        if isEmpty {
            chunks = more
            first = 0
        } else {
            chunks += more
        }
        skipTaken()
    }

    /// Drops what waits.
    mutating func removeAll() { self = SendQueue() }

    /// The outcome of an attempt to send.
    enum Outcome {
        /// Everything has been sent.
        case sentAll
        /// The system accepts no more now; whether it has accepted part of a long chunk.
        case full(ofLongChunk: Bool)
        /// The connection accepts nothing more.
        case failed(SystemError)
    }

    /// Sends as much as the system accepts. Calls `sendmsg`.
    mutating func send(to descriptor: Int32) -> Outcome {
        var hasSent = false
        while !isEmpty {
            let count = sendOnce(to: descriptor)
            if count < 0 {
                let error = SystemError()
                switch error.code {
                case EINTR: continue
                // The last: the system lacks buffers, which others give back.
                case EAGAIN, EWOULDBLOCK, ENOBUFS:
                    return .full(ofLongChunk: hasSent && chunks[first].count > SendQueue.longBytes)
                default: return .failed(error)
                }
            }
            hasSent = true
            take(count)
        }
        return .sentAll
    }

    private func sendOnce(to descriptor: Int32) -> Int {
        #if canImport(Darwin)
            let flags: Int32 = 0
        #else
            let flags = Int32(MSG_NOSIGNAL)
        #endif
        guard chunks.count - first > 1 else {
            return chunks[first].withUnsafeBytes { bytes in
                MemcachePlatform.send(
                    descriptor, bytes.baseAddress.map { $0 + position }, bytes.count - position, flags)
            }
        }
        let pieces = chunks[first...].prefix(SendQueue.maximumPieces)
        return withUnsafeTemporaryAllocation(of: iovec.self, capacity: pieces.count) { vector in
            gather(pieces, into: vector, from: 0) {
                var message = msghdr()
                message.msg_iov = vector.baseAddress
                message.msg_iovlen = numericCast(pieces.count)
                return sendmsg(descriptor, &message, flags)
            }
        }
    }

    /// Collects where chunks are, each of which stays there until the function has returned.
    private func gather(
        _ pieces: ArraySlice<[UInt8]>, into vector: UnsafeMutableBufferPointer<iovec>, from index: Int,
        then body: () -> Int
    ) -> Int {
        guard let piece = pieces.first else { return body() }
        return piece.withUnsafeBytes { bytes in
            let skipped = index == 0 ? position : 0
            vector.initializeElement(
                at: index,
                to: iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress.map { $0 + skipped }),
                    iov_len: bytes.count - skipped))
            return gather(pieces.dropFirst(), into: vector, from: index + 1, then: body)
        }
    }

    private mutating func take(_ count: Int) {
        position += count
        skipTaken()
    }

    /// Releases the chunks that have been sent.
    private mutating func skipTaken() {
        while first < chunks.count, position >= chunks[first].count {
            position -= chunks[first].count
            chunks[first] = []
            first += 1
        }
        if first == chunks.count {
            chunks.removeAll()
            first = 0
        }
    }
}
