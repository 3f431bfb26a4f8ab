import MemcacheCore
import Synchronization
import TestSupport
import Testing

/// Reads of many concurrent tasks. Tasks on the client's executor run one after another before anything is sent, so
/// that the requests are known.
@Suite(.inTurns) struct SharedReadTests {
    private static let callers = 64
    private static let request = "get " + (0..<callers).map { "k\($0)" }.joined(separator: " ") + "\r\n"
    private static let values = (0..<callers).map { "VALUE k\($0) 0 \("value \($0)".count)\r\nvalue \($0)\r\n" }
    private static let reply = values.joined() + "END\r\n"

    /// Starts a task for each caller, which reads a key of its own.
    private func start(_ client: MemcacheClient, on executor: any TaskExecutor) async -> [Task<Item?, any Error>] {
        await withTaskExecutorPreference(executor) {
            (0..<Self.callers).map { number in
                Task(executorPreference: executor) { try await client.get(Key("k\(number)")) }
            }
        }
    }

    @Test(arguments: [[100_000], [1], [7, 1, 30]])
    func `reads of 64 callers go in one request, and each gets its own however the reply is split`(
        _ sizes: [Int]
    ) async throws {
        let server = try ScriptedServer([
            .expect(ByteString(Array(Self.request.utf8))),
            .sendInPieces(ByteString(Array(Self.reply.utf8)), sizes: sizes),
        ])
        let client = try client(server.address)
        for (number, task) in await start(client, on: client.taskExecutor).enumerated() {
            #expect(try await task.value?.value.text == "value \(number)")
        }
        #expect(server.failures == [])
    }

    @Test func `cancelled callers do not affect others in the same request`() async throws {
        let server = try ScriptedServer([
            .expect(ByteString(Array(Self.request.utf8))), .expect("version\r\nget last\r\n"),
            .send(ByteString(Array(Self.reply.utf8))), .send("VERSION 1.6.18\r\nVALUE last 0 4\r\nlast\r\nEND\r\n"),
        ])
        let client = try client(server.address)
        let tasks = await start(client, on: client.taskExecutor)
        try await server.waitToReceive { $0.hasSuffix("\r\n") }
        for number in stride(from: 0, to: Self.callers, by: 3) {
            tasks[number].cancel()
            try await expectError(.cancelled, from: server.address, mayHaveTakenEffect: true) {
                try await tasks[number].value
            }
        }
        #expect(try await client.get("last")?.value.text == "last")
        for (number, task) in tasks.enumerated() where !number.isMultiple(of: 3) {
            #expect(try await task.value?.value.text == "value \(number)")
        }
        #expect(server.failures == [])
        #expect(server.connectionCount == 1)
    }

    @Test func `a value is given to its caller before those after it have arrived`() async throws {
        let beginning = Self.values[0] + Self.values[1] + "VALUE"
        let server = try ScriptedServer([
            .expect(ByteString(Array(Self.request.utf8))), .send(ByteString(Array(beginning.utf8))),
            .expect("version\r\nget last\r\n"),
            .send(ByteString(Array(Self.reply.dropFirst(beginning.count).utf8))), .send("VERSION 1.6.18\r\nEND\r\n"),
        ])
        let client = try client(server.address)
        let tasks = await start(client, on: client.taskExecutor)
        #expect(try await tasks[0].value?.value.text == "value 0")
        #expect(try await client.get("last") == nil)
        #expect(try await tasks[Self.callers - 1].value?.value.text == "value 63")
        #expect(server.failures == [])
    }

    @Test func `after an error callers have what arrived, and each of the others reads once more, alone`() async throws
    {
        let alone = (2..<Self.callers).map { "get k\($0)\r\n" }.joined()
        let replies = "SERVER_ERROR busy\r\n" + "END\r\n" + Self.values[4...].map { $0 + "END\r\n" }.joined()
        // What follows the error may be more of the same reply: the others read on another connection.
        let server = try ScriptedServer(
            [
                .expect(ByteString(Array(Self.request.utf8))),
                .send(
                    ByteString(
                        Array((Self.values[0] + Self.values[1] + "SERVER_ERROR out of memory\r\nEND\r\n").utf8))),
            ],
            [.expect(ByteString(Array(alone.utf8))), .send(ByteString(Array(replies.utf8)))])
        let client = try client(server.address)
        let tasks = await start(client, on: client.taskExecutor)
        for (number, task) in tasks.enumerated() where ![2, 3].contains(number) {
            #expect(try await task.value?.value.text == "value \(number)")
        }
        try await expectError(.serverError, from: server.address) { try await tasks[2].value }
        #expect(try await tasks[3].value == nil)
        #expect(server.failures == [])
        #expect(server.connectionCount == 2)
    }

    @Test func `reads that came too late for a connection go on the next one`() async throws {
        let server = try ScriptedServer(
            [.expect("get first\r\n"), .send("END\r\n"), .close],
            [.expect(ByteString(Array(Self.request.utf8))), .send(ByteString(Array(Self.reply.utf8)))])
        let client = try client(server.address)
        let connection = try client.connection()
        #expect(try await client.get("first") == nil)
        #expect(try await eventually { connection.isClosed })
        for (number, task) in await start(client, on: client.taskExecutor).enumerated() {
            #expect(try await task.value?.value.text == "value \(number)")
        }
        #expect(server.failures == [])
    }

    @Test(arguments: [false, true])
    func `each of 64 tasks reads what it wrote, and nothing of what it deleted`(_ isOnClient: Bool) async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        let executor = isOnClient ? client.taskExecutor : nil
        let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
            for caller in 0..<Self.callers {
                group.addTask(executorPreference: executor) {
                    let key = Key("own:\(caller)")
                    var wrong = 0
                    for number in 0..<10 {
                        try await client.set(key, to: "\(caller)/\(number)")
                        if try await client.get(key)?.value.text != "\(caller)/\(number)" { wrong += 1 }
                        if try await client.gets(key)?.cas == nil { wrong += 1 }
                        try await client.delete(key)
                        if try await client.get(key) != nil { wrong += 1 }
                    }
                    return wrong
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(wrong == 0)
        #expect(try await server.statistic("cmd_get") == "\(Self.callers * 10 * 3)")
    }

    @Test func `callers who read again and again share requests on any thread`() async throws {
        let server = try await MemcachedServer.start()
        try await fill(server, count: 64)
        var configuration = ClientConfiguration(
            server: try ServerAddress(server.address), connectTimeout: hangLimit, replyTimeout: hangLimit)
        let lines = Atomic(0)
        configuration.trace = { direction, bytes in
            guard case .sent = direction else { return }
            for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
                lines.add(1, ordering: .relaxed)
            }
        }
        let client = MemcacheClient(configuration)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<Self.callers {
                group.addTask {
                    for _ in 0..<100 {
                        let item = try await client.get(Key("item:\(caller)"))
                        #expect(item != nil)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(lines.load(ordering: .relaxed) < Self.callers * 100 / 2)
    }

    @Test func `callers who read again and again never wait long for others`() async throws {
        let server = try await MemcachedServer.start()
        try await fill(server, count: 64)
        let client = try client(server.address)
        // Callers end at different times: no one must wait for reads that they no longer make.
        let read = try await withThrowingTaskGroup(of: Int.self) { group in
            for caller in 0..<Self.callers {
                group.addTask(priority: [.low, .medium, .high][caller % 3]) {
                    var read = 0
                    for number in 0..<(caller * 10) {
                        if try await client.get(Key("item:\((caller + number) % 64)")) != nil { read += 1 }
                    }
                    return read
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(read == 63 * 64 / 2 * 10)
    }
}
