import MemcacheCore
import Synchronization
import Testing

@testable import mcsh

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A sequencer whose output goes to an unnamed file, and is read back.
private final class Merging {
    let merger: AnswerSequencer
    private let file: UnsafeMutablePointer<FILE>
    private var offset = 0

    init(servers: Int) throws {
        file = try #require(tmpfile())
        let session = Session(
            output: OutputSink(descriptor: fileno(file)),
            presentation: Presentation(format: .plain, style: .plain, width: 80, endsValues: true))
        merger = AnswerSequencer(servers: servers, session: session)
    }

    deinit { fclose(file) }

    /// The output since the last call.
    func passed() -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = chunk.withUnsafeMutableBytes { pread(fileno(file), $0.baseAddress, $0.count, off_t(offset)) }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
            offset += count
        }
    }
}

extension AnswerSequencer.Lane {
    /// Delivers answers given as text.
    fileprivate func deliver(_ texts: String..., table: DelimitedTable? = nil) {
        var delivery = AnswerChunk()
        for text in texts {
            delivery.bytes += Array(text.utf8)
            if let table { delivery.extras.append(AnswerChunk.Extra(answer: delivery.ends.count, table: table)) }
            delivery.ends.append(delivery.bytes.count)
        }
        deliver(delivery)
    }
}

/// Counts how often it is paused and resumed.
private final class CountingSource: Pausable {
    private let state = Mutex((holds: 0, resumes: 0))

    var holds: Int { state.withLock { $0.holds } }
    var resumes: Int { state.withLock { $0.resumes } }

    func hold() { state.withLock { $0.holds += 1 } }
    func resume() { state.withLock { $0.resumes += 1 } }
}

@Suite struct AnswerSequencerTests {
    @Test func `answers wait for those of the lines before them`() throws {
        let merging = try Merging(servers: 3)
        let lanes = (0..<3).map(merging.merger.lane)
        merging.merger.expect([0, 1, 0, 2, 1])
        lanes[1].deliver("b1 ", "b2 ")
        #expect(merging.passed() == "")
        lanes[0].deliver("a1 ")
        #expect(merging.passed() == "a1 b1 ")
        lanes[2].deliver("c1 ")
        #expect(merging.passed() == "")
        lanes[0].deliver("a2 ")
        #expect(merging.passed() == "a2 c1 b2 ")
    }

    @Test func `rounds follow one another, also while the one before is unanswered`() throws {
        let merging = try Merging(servers: 2)
        let lanes = (0..<2).map(merging.merger.lane)
        merging.merger.expect([0, 1])
        lanes[1].deliver("b1 ")
        merging.merger.expect([1, 0])
        lanes[1].deliver("b2 ")
        lanes[0].deliver("a1 ", "a2 ")
        #expect(merging.passed() == "a1 b1 b2 a2 ")
        merging.merger.expect([1])
        lanes[1].deliver("b3 ")
        #expect(merging.passed() == "b3 ")
    }

    @Test func `an answer without bytes has its turn too`() throws {
        let merging = try Merging(servers: 2)
        let lanes = (0..<2).map(merging.merger.lane)
        merging.merger.expect([0, 1, 0])
        lanes[1].deliver("")
        lanes[0].deliver("", "a2 ")
        #expect(merging.passed() == "a2 ")
    }

    @Test func `a header is written once for the rows of all servers, and again when the columns change`() throws {
        let merging = try Merging(servers: 2)
        let lanes = (0..<2).map(merging.merger.lane)
        let statuses = DelimitedTable(style: .csv, columns: .statuses, namesServer: true)
        let counters = DelimitedTable(style: .csv, columns: .counters, namesServer: true)
        merging.merger.expect([0, 1, 1, 0, 1])
        lanes[1].deliver("set,b,STORED,y\n", table: statuses)
        lanes[1].deliver("n,1,y\n", table: counters)
        // A miss of a table that prints nothing does not change the columns.
        lanes[1].deliver("", table: statuses)
        lanes[0].deliver("set,a,STORED,x\n", table: statuses)
        lanes[0].deliver("m,2,x\n", table: counters)
        #expect(
            merging.passed()
                == "command,key,status,server\nset,a,STORED,x\nset,b,STORED,y\nkey,value,server\nn,1,y\nm,2,x\n")
    }

    @Test func `a server that ends early has answers without bytes, and delays no other`() throws {
        let merging = try Merging(servers: 2)
        let lanes = (0..<2).map(merging.merger.lane)
        merging.merger.expect([0, 1, 0, 1])
        lanes[1].deliver("b1 ", "b2 ")
        lanes[0].deliver("a1 ")
        lanes[0].deliver("")
        #expect(merging.passed() == "a1 b1 b2 ")
    }

    @Test func `skipped commands do not take the positions of earlier ones`() throws {
        let merging = try Merging(servers: 2)
        let lanes = (0..<2).map(merging.merger.lane)
        merging.merger.expect([1, 0])
        lanes[0].deliver("a1 ")
        // The answer of server 1 is still on its way.
        merging.merger.expect([0, 1, 1])
        lanes[1].skip(2)
        lanes[0].skip(1)
        #expect(merging.passed() == "")
        lanes[1].deliver("b1 ")
        #expect(merging.passed() == "b1 a1 ")
        merging.merger.expect([0])
        lanes[0].deliver("a2 ")
        #expect(merging.passed() == "a2 ")
    }

    @Test func `a server that is far ahead is paused, and resumed when its answers are passed on`() throws {
        let merging = try Merging(servers: 2)
        let lanes = (0..<2).map(merging.merger.lane)
        let source = CountingSource()
        lanes[1].comes(from: source)
        merging.merger.expect([0] + Array(repeating: 1, count: 6))
        let large = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        for count in 1...6 {
            lanes[1].deliver(AnswerChunk(bytes: large, ends: [large.count]))
            #expect(source.holds == (count > 3 ? 1 : 0), "after \(count)")
        }
        #expect(source.resumes == 0)
        lanes[0].deliver("a1 ")
        #expect(merging.passed().utf8.count == 3 + 6 * (1 << 20))
        #expect(source.resumes == 1)
        #expect(source.holds == 1)
    }

    @Test(arguments: [(4, 2 << 20), (16, 512 << 10), (100, 256 << 10)])
    func `servers share the limit of waiting bytes`(servers: Int, part: Int) throws {
        let merging = try Merging(servers: servers)
        let lane = merging.merger.lane(1)
        let source = CountingSource()
        lane.comes(from: source)
        merging.merger.expect([0, 1, 1])
        lane.deliver(AnswerChunk(bytes: [UInt8](repeating: 0, count: part - 64), ends: [part - 64]))
        #expect(source.holds == 0)
        lane.deliver(AnswerChunk(bytes: [UInt8](repeating: 0, count: 64), ends: [64]))
        #expect(source.holds == 1)
    }

    @Test func `many answers without bytes are too many as well`() throws {
        let merging = try Merging(servers: 2)
        let lanes = (0..<2).map(merging.merger.lane)
        let source = CountingSource()
        lanes[1].comes(from: source)
        let count = 600_000
        merging.merger.expect([0] + Array(repeating: 1, count: count))
        for _ in 0..<(count / 1000) {
            lanes[1].deliver(AnswerChunk(ends: Array(repeating: 0, count: 1000)))
        }
        #expect(source.holds == 1)
        lanes[0].deliver("a1 ")
        #expect(merging.passed() == "a1 ")
        #expect(source.resumes == 1)
    }

    @Test func `the server whose answer is next is never paused, however much it sends`() throws {
        let merging = try Merging(servers: 2)
        let lane = merging.merger.lane(0)
        let source = CountingSource()
        lane.comes(from: source)
        merging.merger.expect([0, 0])
        let count = 6 << 20
        let large = [UInt8](repeating: UInt8(ascii: "x"), count: count)
        lane.deliver(AnswerChunk(bytes: large, ends: [count]))
        #expect(merging.passed().utf8.count == count)
        #expect(source.holds == 0)
    }

    @Test func `another connection of the same server is paused again`() throws {
        let merging = try Merging(servers: 2)
        let lane = merging.merger.lane(1)
        let (first, second) = (CountingSource(), CountingSource())
        merging.merger.expect([0, 1, 1, 1])
        let large = [UInt8](repeating: 0, count: 5 << 20)
        let answer = AnswerChunk(bytes: large, ends: [0])
        lane.comes(from: first)
        lane.deliver(answer)
        lane.deliver(answer)
        #expect(first.holds == 1)
        lane.comes(from: second)
        lane.deliver(answer)
        #expect(first.holds == 1)
        #expect(second.holds == 1)
        merging.merger.lane(0).deliver("")
        #expect(second.resumes == 1)
    }
}
