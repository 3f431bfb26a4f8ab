import Testing

@testable import MemcacheCore

struct SharedReadsTests {
    /// What callers of `get` for these keys get, each in a few words, from a server's bytes that arrive in pieces.
    ///
    /// - Parameter giveUp: The positions of the callers that are cancelled before anything arrives.
    private func outcomes(
        _ keys: [Key], _ reply: String, pieces: [Int] = [], giveUp: Set<Int> = [], isCut: Bool = false
    ) throws -> [String] {
        let reads = SharedReads(.get, isOnLoop: false)
        let waiters = keys.map(ReadWaiter.init)
        waiters.forEach(reads.join)
        for position in giveUp { waiters[position].finish(.failure(MemcacheError(.cancelled, "given up"))) }
        let bytes = Array(reply.utf8)
        var parser = ReplyParser()
        var position = 0
        for end in pieces + [bytes.count] {
            let arrived = Array(bytes[..<end])
            var start = position
            while let element = try parser.next(in: arrived.span, at: &position) {
                let completes = ReplyShape.values.progress(after: element) == .complete
                reads.receive(
                    element, at: start..<position, of: arrived.span, shape: .values, completesReply: completes)
                start = position
            }
            reads.paused()
        }
        reads.finish(isCut ? MemcacheError(.connectionLost, "lost") : nil, answered: 1)
        return zip(keys, waiters).map { key, waiter in
            do throws(MemcacheError) {
                guard let answer = waiter.answer else { return "asks alone" }
                let item = try Command.Get(key).interpret(try answer.get())
                guard let item else { return "miss" }
                return (item.key == key ? "" : "\(item.key)=") + String(decoding: item.value, as: UTF8.self)
            } catch {
                return error.code.description
            }
        }
    }

    private let three = "VALUE a 0 1\r\n1\r\nVALUE b 0 5\r\nEND\r\n\r\nVALUE c 7 0\r\n\r\nEND\r\n"

    @Test func `each caller gets the item of its key, wherever the bytes are split`() throws {
        let length = three.utf8.count
        for cut in 0...length {
            #expect(try outcomes(["a", "b", "c"], three, pieces: [cut]) == ["1", "END\r\n", ""])
        }
        #expect(try outcomes(["a", "b", "c"], three, pieces: Array(0..<length)) == ["1", "END\r\n", ""])
    }

    @Test(arguments: [
        (["a", "x", "b", "c", "y"], ["1", "miss", "END\r\n", "", "miss"]),
        (["c", "b", "a"], ["", "END\r\n", "1"]),
        (["x", "b", "c", "a", "y"], ["miss", "END\r\n", "", "1", "miss"]),
    ])
    func `misses are distinguished from what the server left out, in any order`(_ keys: [Key], _ expected: [String])
        throws
    {
        #expect(try outcomes(keys, three) == expected)
    }

    @Test func `a key that two callers read is given to both`() throws {
        let reply = "VALUE a 0 1\r\n1\r\nVALUE a 0 1\r\n2\r\nEND\r\n"
        #expect(try outcomes(["a", "a"], reply) == ["1", "2"])
    }

    @Test func `the item of a cancelled caller is dropped, and the others get their own`() throws {
        #expect(try outcomes(["a", "b", "c"], three, giveUp: [0]) == ["cancelled", "END\r\n", ""])
        #expect(try outcomes(["a", "b", "c"], three, giveUp: [1]) == ["1", "cancelled", ""])
        #expect(try outcomes(["a", "b", "c"], three, giveUp: [0, 1, 2]) == ["cancelled", "cancelled", "cancelled"])
    }

    @Test func `an unrequested item makes the answers of all waiting callers doubtful`() throws {
        #expect(try outcomes(["a", "x", "c"], three) == ["unreadable-reply", "unreadable-reply", "unreadable-reply"])
        #expect(try outcomes(["a"], "VALUE a 0 1\r\n1\r\nVALUE a 0 1\r\n2\r\nEND\r\n") == ["unreadable-reply"])
    }

    private let two = "VALUE a 0 1\r\n1\r\nVALUE b 0 1\r\n2\r\n"

    /// Alone, a value counts once the end of the reply has arrived.
    @Test func `values followed by another survive the loss of the connection`() throws {
        #expect(try outcomes(["a", "b", "c"], two, isCut: true) == ["1", "connection-lost", "connection-lost"])
        #expect(try outcomes(["a"], "VALUE a 0 1\r\n1\r\n", isCut: true) == ["connection-lost"])
    }

    @Test(arguments: ["SERVER_ERROR out of memory writing get response\r\n", "ERROR\r\n", "CLIENT_ERROR no\r\n"])
    func `after an error callers have the items that arrived, and the others read alone`(_ refusal: String) throws {
        #expect(try outcomes(["a", "b", "c"], two + refusal) == ["1", "2", "asks alone"])
        #expect(try outcomes(["a", "x", "b"], two + refusal) == ["1", "asks alone", "2"])
        #expect(try outcomes(["a", "b", "c"], two + refusal, giveUp: [0, 2]) == ["cancelled", "2", "cancelled"])
        #expect(try outcomes(["a", "b"], refusal) == ["asks alone", "asks alone"])
        #expect(try outcomes(["a", "c", "d"], two + refusal) == Array(repeating: "unreadable-reply", count: 3))
    }

    @Test func `the error for a single caller's line is its own`() throws {
        let refusal = "SERVER_ERROR out of memory writing get response\r\n"
        #expect(try outcomes(["a"], refusal) == ["server-error"])
        #expect(try outcomes(["a"], "VALUE a 0 1\r\n1\r\n" + refusal) == ["server-error"])
    }

    @Test func `an item delivered to a caller is not retained for the others`() throws {
        let reads = SharedReads(.get, isOnLoop: false)
        var callers: [ReadWaiter] = [ReadWaiter("a"), ReadWaiter("b"), ReadWaiter("c")]
        callers.forEach(reads.join)
        weak let notified = callers[0]
        weak let waiting = callers[1]
        callers = []
        let bytes = Array(two.utf8)
        var parser = ReplyParser()
        var position = 0
        while let element = try parser.next(in: bytes.span, at: &position) {
            reads.receive(element, at: 0..<position, of: bytes.span, shape: .values, completesReply: false)
        }
        #expect(notified != nil)
        reads.paused()
        #expect(notified == nil)
        #expect(waiting?.item?.value == Array("2".utf8))
        reads.finish(nil, answered: 1)
    }

    @Test func `a second item for a key that was already delivered counts as unrequested`() throws {
        let again = two + "VALUE a 0 1\r\n3\r\nEND\r\n"
        let expected = ["1", "unreadable-reply", "unreadable-reply"]
        #expect(try outcomes(["a", "b", "c"], again, pieces: [two.utf8.count]) == expected)
    }

    @Test func `a key that the server may reject is read alone`() throws {
        #expect(SharedRead(.get, "a") != nil)
        let long = try Key(String(repeating: "k", count: 251), maximumBytes: 300)
        #expect(SharedRead(.get, long) == nil)
        #expect(SharedRead(.get, try Key(base64Encoding: [0])) == nil)
    }
}
