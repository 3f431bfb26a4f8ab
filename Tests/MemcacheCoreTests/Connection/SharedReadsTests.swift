import Testing

@testable import MemcacheCore

struct SharedReadsTests {
    /// What callers of `get` of these keys get, each in a few words, of a server's bytes that come in pieces.
    ///
    /// - Parameter giveUp: The positions of those who are cancelled before anything comes.
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
                let item = try Get(key).interpret(try answer.get())
                guard let item else { return "miss" }
                return (item.key == key ? "" : "\(item.key)=") + String(decoding: item.value, as: UTF8.self)
            } catch {
                return error.code.description
            }
        }
    }

    private let three = "VALUE a 0 1\r\n1\r\nVALUE b 0 5\r\nEND\r\n\r\nVALUE c 7 0\r\n\r\nEND\r\n"

    @Test func `each caller gets what was found of its key, wherever the bytes are cut`() throws {
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
    func `misses are told from what the server left out, in any order`(_ keys: [Key], _ expected: [String]) throws {
        #expect(try outcomes(keys, three) == expected)
    }

    @Test func `a key that two callers ask for is given to both`() throws {
        let reply = "VALUE a 0 1\r\n1\r\nVALUE a 0 1\r\n2\r\nEND\r\n"
        #expect(try outcomes(["a", "a"], reply) == ["1", "2"])
    }

    @Test func `what comes for a caller who gave up is dropped, and the others get their own`() throws {
        #expect(try outcomes(["a", "b", "c"], three, giveUp: [0]) == ["cancelled", "END\r\n", ""])
        #expect(try outcomes(["a", "b", "c"], three, giveUp: [1]) == ["1", "cancelled", ""])
        #expect(try outcomes(["a", "b", "c"], three, giveUp: [0, 1, 2]) == ["cancelled", "cancelled", "cancelled"])
    }

    @Test func `an item that nobody asked for makes the answers of all that wait doubtful`() throws {
        #expect(try outcomes(["a", "x", "c"], three) == ["unreadable-reply", "unreadable-reply", "unreadable-reply"])
        #expect(try outcomes(["a"], "VALUE a 0 1\r\n1\r\nVALUE a 0 1\r\n2\r\nEND\r\n") == ["unreadable-reply"])
    }

    private let two = "VALUE a 0 1\r\n1\r\nVALUE b 0 1\r\n2\r\n"

    /// Alone, a value counts when the end of the answer has come.
    @Test func `values that another has followed outlast the loss of the connection`() throws {
        #expect(try outcomes(["a", "b", "c"], two, isCut: true) == ["1", "connection-lost", "connection-lost"])
        #expect(try outcomes(["a"], "VALUE a 0 1\r\n1\r\n", isCut: true) == ["connection-lost"])
    }

    @Test(arguments: ["SERVER_ERROR out of memory writing get response\r\n", "ERROR\r\n", "CLIENT_ERROR no\r\n"])
    func `after a refusal callers have the items that came, and the others ask alone`(_ refusal: String) throws {
        #expect(try outcomes(["a", "b", "c"], two + refusal) == ["1", "2", "asks alone"])
        #expect(try outcomes(["a", "x", "b"], two + refusal) == ["1", "asks alone", "2"])
        #expect(try outcomes(["a", "b", "c"], two + refusal, giveUp: [0, 2]) == ["cancelled", "2", "cancelled"])
        #expect(try outcomes(["a", "b"], refusal) == ["asks alone", "asks alone"])
        #expect(try outcomes(["a", "c", "d"], two + refusal) == Array(repeating: "unreadable-reply", count: 3))
    }

    @Test func `the refusal of a single caller's line is its own`() throws {
        let refusal = "SERVER_ERROR out of memory writing get response\r\n"
        #expect(try outcomes(["a"], refusal) == ["server-error"])
        #expect(try outcomes(["a"], "VALUE a 0 1\r\n1\r\n" + refusal) == ["server-error"])
    }

    @Test func `what a caller was told is not kept until the others have theirs`() throws {
        let reads = SharedReads(.get, isOnLoop: false)
        var callers: [ReadWaiter] = [ReadWaiter("a"), ReadWaiter("b"), ReadWaiter("c")]
        callers.forEach(reads.join)
        weak let told = callers[0]
        weak let waiting = callers[1]
        callers = []
        let bytes = Array(two.utf8)
        var parser = ReplyParser()
        var position = 0
        while let element = try parser.next(in: bytes.span, at: &position) {
            reads.receive(element, at: 0..<position, of: bytes.span, shape: .values, completesReply: false)
        }
        #expect(told != nil)
        reads.paused()
        #expect(told == nil)
        #expect(waiting?.item?.value == Array("2".utf8))
        reads.finish(nil, answered: 1)
    }

    @Test func `a second item for a key that was told already is one that nobody asked for`() throws {
        let again = two + "VALUE a 0 1\r\n3\r\nEND\r\n"
        let expected = ["1", "unreadable-reply", "unreadable-reply"]
        #expect(try outcomes(["a", "b", "c"], again, pieces: [two.utf8.count]) == expected)
    }

    @Test func `a key that the server may refuse goes alone`() throws {
        #expect(SharedRead(.get, "a") != nil)
        let long = try Key(String(repeating: "k", count: 251), maximumBytes: 300)
        #expect(SharedRead(.get, long) == nil)
        #expect(SharedRead(.get, try Key(base64Encoding: [0])) == nil)
    }
}
