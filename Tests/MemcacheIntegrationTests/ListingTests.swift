import MemcacheCore
import Synchronization
import TestSupport
import Testing

@Suite(.inTurns, .overBothSockets) struct ListingTests {
    private let blind = DumpOptions(crawlerPatience: nil)

    @Test func `every item is listed with what is known about it`() async throws {
        let server = try await MemcachedServer.start()
        try await server.store("12345", under: "plain")
        try await server.store("v", under: "user:1/ü%", flags: 7)
        try await server.store("v", under: "later", expiration: 1000)
        var entries: [String: ListedItem] = [:]
        for try await entry in try await client(server.address).dump() { entries[entry.key.text] = entry }
        #expect(entries.keys.sorted() == ["later", "plain", "user:1/ü%"])
        let plain = try #require(entries["plain"])
        #expect(plain.expirationTime == nil)
        #expect(plain.isFetched == false)
        #expect(plain.slabClass == 1)
        #expect(plain.cas != nil && plain.lastAccessTime != nil && plain.itemBytes != nil)
        #expect(entries["later"]?.expirationTime.map { $0 > 1000 } == true)
    }

    @Test func `an empty server has an empty list, and can be listed again`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        for scope in [CrawlScope.all, .hashTable, .all] {
            var count = 0
            for try await _ in try await client.dump(ListingRequest(.metadata, scope)) { count += 1 }
            #expect(count == 0)
        }
    }

    @Test func `a list larger than its memory is complete, and its reader does not slow the server down`() async throws
    {
        let count = 60_000
        let server = try await MemcachedServer.start()
        try await fill(server, count: count)
        let client = try client(server.address)
        var iterator = try await client.dump(
            ListingRequest(.metadata, .hashTable), options: DumpOptions(memoryBytes: 65_536)
        ).makeAsyncIterator()
        var keys: Set<[UInt8]> = []
        keys.insert(try #require(try await iterator.next()).key)
        // The reader rests; the server has sent everything, and answers all clients.
        #expect(try await eventually { try await server.statistic("lru_crawler_running") == "0" })
        for number in 0..<8 {
            #expect(try await server.exchange("version\r\n").hasPrefix("VERSION "))
            #expect(try await client.get(Key("item:\(number)"))?.value == Array("x".utf8))
        }
        #expect(try await server.exchange("lru_crawler crawl all\r\n") == "OK\r\n")
        while let entry = try await iterator.next() { keys.insert(entry.key) }
        #expect(keys.count == count)
        #expect(try await iterator.next() == nil)
    }

    @Test func `whole chunks of lines hold the same as the single entries`() async throws {
        let server = try await MemcachedServer.start()
        try await fill(server, count: 3000)
        let dump = try await client(server.address).dump(ListingRequest(.metadata, .hashTable))
        var count = 0
        while let lines = try await dump.nextLines() {
            #expect(lines.last == UInt8(ascii: "\n"))
            count += lines.count { $0 == UInt8(ascii: "\n") }
            #expect(lines.starts(with: Array("key=item%3A".utf8)))
        }
        #expect(count == 3000)
    }

    @Test func `a server whose crawler is working is not asked for a list`() async throws {
        let server = try await MemcachedServer.start()
        try await fill(server, count: 60_000)
        // A dump whose reader does not read.
        let stalled = try await server.connect()
        try await stalled.send("lru_crawler metadump all\r\n")
        #expect(try await eventually { try await server.statistic("lru_crawler_running") == "1" })
        let client = try client(server.address)
        let error = try await expectError(.unavailable, from: server.address) {
            try await client.dump(options: DumpOptions(crawlerPatience: .milliseconds(100)))
        }
        #expect(
            error.message.hasPrefix("another list or crawl is running on this server, and did not end within 100 ms"))
        #expect(error.message.contains("lru_crawler_running"))
        _ = try await stalled.receive { $0.hasSuffix("END\r\n") }
        var count = 0
        for try await _ in try await client.dump(options: DumpOptions(crawlerPatience: hangLimit)) { count += 1 }
        #expect(count > 0)
    }

    @Test func `a server that allows no dumps reports it`() async throws {
        let server = try await MemcachedServer.start(arguments: ["-X"])
        let error = try await expectError(.error, from: server.address) { try await client(server.address).dump() }
        #expect(error.message == "ERROR metadump not allowed")
    }

    @Test func `mgdump is refused by a server that does not know it`() async throws {
        let server = try await MemcachedServer.start()
        let version = try await client(server.address).version()
        guard version < ServerVersion(1, 6, 19) else { return }
        try await expectError(.error, from: server.address) { try await client(server.address).dumpKeys() }
    }

    @Test func `keys are listed in either form`() async throws {
        let server = try ScriptedServer([
            .expect("lru_crawler mgdump all\r\n"), .send("mg plain\r\nmg YmluIA0KAP8= b\r\nmg EN\r\nEN\r\n"),
        ])
        let client = try client(server.address)
        var keys: [Key] = []
        for try await key in try await client.dumpKeys(options: blind) { keys.append(key) }
        #expect(keys == ["plain", try Key(base64Encoding: Array("bin \r\n\0".utf8) + [0xff]), "EN"])
        var raw: [[UInt8]] = []
        for try await entry in try await client.dump(ListingRequest(.keys), options: blind) { raw.append(entry.key) }
        #expect(raw == [Array("plain".utf8), Array("bin \r\n\0".utf8) + [0xff], Array("EN".utf8)])
        #expect(server.failures == [])
    }

    @Test(arguments: ["", "OK\r\n"])
    func `a list is read with and without the OK of newer servers, in any pieces`(_ beginning: String) async throws {
        let sent = "\(beginning)key=a exp=-1 la=5 cas=1 fetch=no cls=1 size=63 flags=9 novelty=x%20 \nkey=b%20\nEND\r\n"
        let server = try ScriptedServer([
            .expect("lru_crawler metadump hash\r\n"), .sendInPieces(ByteString(sent), sizes: [1]),
        ])
        var entries: [ListedItem] = []
        let request = ListingRequest(.metadata, .hashTable)
        for try await entry in try await client(server.address).dump(request, options: blind) { entries.append(entry) }
        #expect(entries.map(\.key.text) == ["a", "b "])
        #expect(entries[0].flags == 9)
        #expect(entries[0].otherAttributes == [LineAttribute(name: "novelty", value: Array("x%20".utf8))])
        #expect(server.failures == [])
        try await server.waitForEnd()
    }

    @Test func `an interrupted list gives what came, and then the error`() async throws {
        let server = try ScriptedServer([.expectLine, .send("key=a exp=-1\nkey=b exp=-1\nkey=c"), .close])
        var iterator = try await client(server.address).dump(options: blind).makeAsyncIterator()
        #expect(try await iterator.next()?.key.text == "a")
        #expect(try await iterator.next()?.key.text == "b")
        let error = try await expectError(.connectionLost, from: server.address) { try await iterator.next() }
        #expect(error.message.contains("before the end"))
    }

    @Test func `a server that stalls in a list times out`() async throws {
        let limit = Duration.milliseconds(700)
        let answer = try await keepingPace(within: limit) {
            let server = try ScriptedServer([.expectLine, .send("key=a exp=-1\n"), .silence])
            var key: String?
            do {
                var iterator = try await client(server.address, replyTimeout: limit).dump(options: blind)
                    .makeAsyncIterator()
                key = try await iterator.next()?.key.text
                return (server, "\(key ?? "nothing"), then \(try await iterator.next()?.key.text ?? "the end")")
            } catch let error as MemcacheError {
                try await server.waitForEnd()
                return (server, "\(key ?? "nothing"), then \(error.code)")
            }
        }
        try expectPace(answer)
        #expect(answer == "a, then timed-out")
    }

    @Test func `an invalid line is an error`() async throws {
        let server = try ScriptedServer([.expectLine, .send("key=a exp=-1\nkey=b exp=soon\nkey=c exp=-1\n"), .silence])
        var iterator = try await client(server.address).dump(options: blind).makeAsyncIterator()
        #expect(try await iterator.next()?.key.text == "a")
        let error = try await expectError(.unreadableReply, from: server.address) { try await iterator.next() }
        #expect(error.message.contains("key=b exp=soon"))
    }

    @Test(arguments: [
        ("BUSY currently processing crawler request\r\n", MemcacheError.Code.unavailable),
        ("ERROR locked try again later\r\n", .error), ("CLIENT_ERROR lru crawler disabled\r\n", .clientError),
        ("HTTP/1.1 400 Bad Request\r\n", .unreadableReply),
    ])
    func `an error is thrown before there is a list`(_ line: String, _ code: MemcacheError.Code) async throws {
        let server = try ScriptedServer([.expectLine, .send(ByteString(line)), .silence])
        try await expectError(code, from: server.address) { try await client(server.address).dump(options: blind) }
        try await server.waitForEnd()
    }

    @Test func `a list that another client's list prevents is retried until the time is up`() async throws {
        let idle: [ScriptedServer.Step] = [.expect("stats\r\n"), .send("STAT lru_crawler_running 0\r\nEND\r\n")]
        let busy: [ScriptedServer.Step] = [
            .expect("lru_crawler metadump all\r\n"), .send("BUSY currently processing crawler request\r\n"), .silence,
        ]
        let patient = try ScriptedServer(
            connections: [
                idle + idle, busy, [.expect("lru_crawler metadump all\r\n"), .send("key=a exp=-1\nEND\r\n")],
            ])
        let dump = try await client(patient.address).dump(options: DumpOptions(crawlerPatience: .seconds(60)))
        #expect(try await dump.nextLines() == Array("key=a exp=-1\n".utf8))
        let impatient = try ScriptedServer(connections: [idle, busy])
        let error = try await expectError(.unavailable, from: impatient.address) {
            try await client(impatient.address).dump(options: DumpOptions(crawlerPatience: .zero))
        }
        #expect(error.message.hasPrefix("another list or crawl is running on this server"))
        #expect((error.underlyingError as? MemcacheError)?.message == "BUSY currently processing crawler request")
    }

    @Test func `a list that is left early is still read to its end, and dropped`() async throws {
        let gate = try Gate()
        let server = try ScriptedServer([
            .expectLine, .send("key=a exp=-1\n"), .expectThrough("metadump all\r\n"), .gate(gate),
            .send(ByteString(String(repeating: "key=b exp=-1\n", count: 500_000))), .send("END\r\n"), .silence,
        ])
        do {
            let dump = try await client(server.address).dump(options: blind)
            for try await entry in dump {
                #expect(entry.key.text == "a")
                break
            }
            let error = try await expectError(.cancelled, from: server.address) { try await dump.nextLines() }
            #expect(error.code == .cancelled)
        }
        gate.open()
        try await server.waitForEnd()
        #expect(server.failures == [])
    }

    @Test func `a task that waits for a list can be cancelled`() async throws {
        let server = try ScriptedServer([.expectLine, .silence])
        let client = try client(server.address)
        let options = blind
        let task = Task { try await client.dump(options: options) }
        try await server.waitToReceive { $0.hasSuffix("\r\n") }
        task.cancel()
        try await expectError(.cancelled, from: server.address) { try await task.value }
        try await server.waitForEnd()
    }
}
