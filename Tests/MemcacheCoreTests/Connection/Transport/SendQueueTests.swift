import MemcachePlatform
import Testing

@testable import MemcacheCore

@Suite struct SendQueueTests {
    /// Two connected sockets, neither of which is waited for.
    private struct Pair: ~Copyable {
        let left: Int32
        let right: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            #if canImport(Glibc)
                let kind = Int32(SOCK_STREAM.rawValue)
            #else
                let kind = SOCK_STREAM
            #endif
            try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
            for end in ends { Descriptors.prepare(end) }
            (left, right) = (ends[0], ends[1])
        }

        deinit {
            close(left)
            close(right)
        }

        /// What has arrived on the right.
        func received() -> [UInt8] {
            var all: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(right, &buffer, buffer.count, 0)
                guard count > 0 else { return all }
                all += buffer[..<count]
            }
        }
    }

    @Test func `chunks arrive one after the other`() throws {
        let pair = try Pair()
        var queue = SendQueue()
        // More than fit into one call, empty ones among them.
        let chunks = (0..<50).map { Array("chunk \($0);".utf8.prefix($0 % 7 == 0 ? 0 : 100)) }
        queue.append(chunks)
        guard case .sentAll = queue.send(to: pair.left) else { throw TestFailure() }
        #expect(queue.isEmpty)
        #expect(pair.received() == Array(chunks.joined()))
    }

    @Test func `nothing but empty chunks is nothing`() {
        var queue = SendQueue()
        queue.append([[], []])
        #expect(queue.isEmpty)
    }

    @Test func `a long chunk goes as the other side reads`() throws {
        let pair = try Pair()
        var queue = SendQueue()
        let long = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        queue.append([[1, 2, 3], long])
        queue.append([[4, 5]])
        var received: [UInt8] = []
        var pauses = 0
        loop: while true {
            switch queue.send(to: pair.left) {
            case .sentAll: break loop
            case .full(let isOfLongChunk):
                pauses += 1
                if pauses == 1 { #expect(isOfLongChunk) }
            case .failed(let error): throw error
            }
            received += pair.received()
        }
        received += pair.received()
        #expect(received == [1, 2, 3] + long + [4, 5])
        #expect(pauses > 0)
    }

    @Test func `a side that is closed fails`() throws {
        let pair = try Pair()
        shutdown(pair.right, Int32(SHUT_RD))
        shutdown(pair.left, Int32(SHUT_WR))
        var queue = SendQueue()
        queue.append([[1]])
        guard case .failed(let error) = queue.send(to: pair.left) else { throw TestFailure() }
        #expect(error == SystemError(EPIPE))
        #expect(error.description == "broken pipe")
    }

    private struct TestFailure: Error {}
}
