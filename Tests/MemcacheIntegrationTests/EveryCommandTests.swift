import MemcacheCore
import TestSupport
import Testing

/// Every command, once, against a real server.
@Suite(.inTurns) struct EveryCommandTests {
    private func withServer(
        _ arguments: [String] = [], _ body: (MemcacheClient, MemcachedServer) async throws -> Void
    ) async throws {
        try await MemcachedServer.withServer(arguments: arguments) { server in
            try await body(client(server.address), server)
        }
    }

    @Test func `storing and reading`() async throws {
        try await withServer { client, _ in
            #expect(try await client.set("a", to: [1, 2], flags: 3, expiration: .after(.seconds(100))) == .stored)
            #expect(try await client.add("b", value: [3]) == .stored)
            #expect(try await client.add("b", value: [4]) == .present)
            #expect(try await client.replace("b", with: [5]) == .stored)
            #expect(try await client.append([6], to: "b") == .stored)
            #expect(try await client.prepend([4], to: "b") == .stored)
            #expect(try await client.append([6], to: "none") == .notStored)
            #expect(try await client.get("b")?.value == [4, 5, 6])
            let item = try #require(try await client.gets("a"))
            let token = try #require(item.cas)
            #expect(try await client.compareAndSwap("a", to: [7], cas: token) == .stored)
            #expect(try await client.compareAndSwap("a", to: [8], cas: token) == .changed)
            #expect(try await client.compareAndSwap("none", to: [8], cas: token) == .missing)
            #expect(try await client.getMany(["a", "none", "b"]).items.map(\.key) == ["a", "b"])
            #expect(try await client.getsMany(["a", "b"]).items.allSatisfy { $0.cas != nil })
            #expect(try await client.getAndTouch("a", expiration: .after(.seconds(50)))?.value == [7])
            #expect(try await client.getAndTouchWithCAS("a", expiration: .never)?.cas != nil)
            #expect(try await client.getAndTouchMany(["a", "b"], expiration: .never).items.count == 2)
            #expect(try await client.getAndTouchManyWithCAS(["a", "b"], expiration: .never).items.count == 2)
            #expect(try await client.touch("a", expiration: .after(.seconds(5))) == .touched)
            #expect(try await client.delete("a") == .deleted)
            #expect(try await client.touch("a", expiration: .never) == .missing)
        }
    }

    @Test func `counting`() async throws {
        try await withServer { client, _ in
            try await client.set("n", to: "18446744073709551614")
            #expect(try await client.increment("n") == .value(.max))
            #expect(try await client.increment("n") == .value(0))
            #expect(try await client.decrement("n", by: 9) == .value(0))
            #expect(try await client.increment("none") == .missing)
            #expect(try await client.decrement("none") == .missing)
        }
    }

    @Test func `meta commands`() async throws {
        try await withServer { client, _ in
            let set = try await client.metaSet(
                "m", to: "value", [.flags(9), .expiration(.after(.seconds(90))), .returnCAS])
            #expect(set.status == .done && set.cas != nil)
            let got = try await client.metaGet("m", [.returnValue, .returnFlags, .returnSize, .returnTimeToLive])
            #expect(got.value == Array("value".utf8) && got.flags == 9 && got.sizeBytes == 5)
            // The server's clock may have moved on in the meantime.
            #expect((1...90).contains { got.timeToLive == .remaining(.seconds($0)) })
            #expect(try await client.metaGet("none", [.returnValue]).status == .missing)
            let binary = try Key(base64Encoding: [0, 10, 13, 32, 255])
            #expect(try await client.metaSet(binary, to: [1]).status == .done)
            #expect(try await client.metaGet(binary, [.returnValue]).value == [1])
            let counted = try await client.metaArithmetic(
                "c", [.vivify(.never), .initialValue(10), .returnValue])
            #expect(counted.status == .done)
            #expect(try await client.metaArithmetic("c", [.delta(5), .returnValue]).value == Array("15".utf8))
            #expect(try await client.metaDelete("c").status == .done)
            #expect(try await client.metaDelete("c").status == .missing)
            guard case .item(let record) = try await client.metaDebug("m") else {
                Issue.record("no record")
                return
            }
            #expect(record.itemBytes != nil)
            #expect(try await client.metaDebug("none") == .missing)
            try await client.metaNoop()
        }
    }

    @Test func `a quiet meta command without a reply`() async throws {
        try await withServer { client, _ in
            let hidden = try await client.metaGet("none", [.returnValue, .quiet])
            #expect(hidden.status == .missing && hidden.isHidden)
            #expect(try await client.metaSet("q", to: "1", [.quiet]).status == .done)
            #expect(try await client.get("q")?.value == Array("1".utf8))
        }
    }

    @Test func `commands without a reply`() async throws {
        try await withServer { client, server in
            try await client.execute(Command.WithoutReply(Command.Set("w", value: [1], flags: 0, expiration: .never)))
            #expect(try await client.get("w")?.value == [1])
            try await client.execute(Command.WithoutReply(Command.Delete("w")))
            #expect(try await client.get("w") == nil)
        }
    }

    @Test(arguments: Command.Statistics.Group.memcached)
    func `statistics`(_ group: Command.Statistics.Group) async throws {
        try await withServer { client, _ in
            try await client.set("a", to: "1")
            do {
                let statistics = try await client.statistics(group)
                if group == .general { #expect(statistics.contains { $0.name == Array("curr_items".utf8) }) }
            } catch let error as MemcacheError {
                // A server without a proxy or flash does not know their groups.
                #expect([.error, .clientError].contains(error.code), "\(error)")
            }
            try await client.metaNoop()
        }
    }

    @Test func `statistics of prefixes, and counters set to zero`() async throws {
        try await withServer { client, _ in
            try await client.setPrefixStatistics(on: true)
            try await client.set("user:1", to: "1")
            _ = try await client.get("user:1")
            let prefixes = try await client.prefixStatistics()
            let counts = prefixes.map { "\($0.prefix.text) \($0.gets) \($0.hits) \($0.sets) \($0.deletes)" }
            #expect(counts == ["user 1 1 1 0"])
            try await client.setPrefixStatistics(on: false)
            try await client.resetStatistics()
            let sets = try await client.statistics().first { $0.name == Array("cmd_set".utf8) }
            #expect(sets?.value == Array("0".utf8))
            #expect(try await client.cacheDump(SlabClass(1)).count <= 1)
        }
    }

    @Test func `administration`() async throws {
        try await withServer { client, server in
            #expect(try await client.version() > ServerVersion(1, 4, 0))
            try await client.set("a", to: "1")
            _ = try await client.flushAll(after: .seconds(100))[0].result.get()
            #expect(try await client.get("a") != nil)
            _ = try await client.flushAll()[0].result.get()
            #expect(try await client.get("a") == nil)
            try await client.setVerbosity(0)
            try await client.setCacheMemoryLimit(megabytes: 100)
            try await client.tuneCrawler(.sleep(.microseconds(100)))
            try await client.tuneCrawler(.itemLimit(0))
            try await client.tuneCrawler(.disable)
            // The server answers before its crawler has ended, and refuses to start another run until then.
            let isEnabled = try await eventually {
                do throws(MemcacheError) {
                    try await client.tuneCrawler(.enable)
                    return true
                } catch  where error.code == .error {
                    return false
                }
            }
            #expect(isEnabled)
            try await client.startCrawl()
            try await client.tuneLRU(.flat)
            try await client.tuneLRU(.segmented)
            try await client.tuneLRU(.temporaryLifetime(.seconds(10)))
            try await client.tuneSlabAutomove(.off)
            try await client.tuneSlabAutomove(.on)
            try await expectError(.unavailable, from: server.address) {
                try await client.reassignSlabs(from: SlabClass(1), to: SlabClass(2))
            }
            try await expectError(.error, from: server.address) { try await client.refreshCertificates() }
            try await client.metaNoop()
        }
    }

    @Test func `shutdown is rejected if it is not enabled, and terminates the server if it is`() async throws {
        try await withServer { client, server in
            // An error of either kind, by the server's version.
            let error = await #expect(throws: MemcacheError.self) { try await client.shutdown() }
            #expect(error?.code == .error || error?.code == .serverError)
            try await client.metaNoop()
        }
        try await withServer(["-A"]) { client, server in
            let process = try #require(server.processNumber)
            try await client.shutdown()
            #expect(try await eventually { !processIsRunning(process) })
        }
    }

    @Test func `quit closes the connection, and the next command makes another`() async throws {
        try await withServer { client, _ in
            try await client.metaNoop()
            try await client.execute(Command.Quit())
            try await client.metaNoop()
        }
    }

    @Test func `the configuration of a cluster`() async throws {
        let body = "12\ncache1|10.0.0.1|11211 cache2|10.0.0.2|11211\n"
        let reply = "CONFIG cluster 0 \(body.utf8.count)\r\n\(body)\r\nEND\r\n"
        let server = try ScriptedServer([.expect("config get cluster\r\n"), .send(ByteString(reply))])
        #expect(try await client(server.address).clusterConfiguration() != nil)
        #expect(server.failures == [])
    }

    @Test func `a command with a detectable error is not sent`() async throws {
        let server = try ScriptedServer([.silence])
        let client = try client(server.address)
        let binary = try Key(base64Encoding: [0])
        for body in [{ _ = try await client.get(binary) }, { try await client.tuneCrawler(.sleep(.seconds(2))) }]
            as [() async throws -> Void]
        {
            let error = await #expect(throws: MemcacheError.self) { try await body() }
            #expect(error?.code == .invalidArgument)
        }
        #expect(server.receivedNothing)
    }
}
