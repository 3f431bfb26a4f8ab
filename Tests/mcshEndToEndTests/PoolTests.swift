import TestSupport
import Testing

/// Several servers that are all well.
@Suite(.inTurns)
struct PoolTests {
    @Test func `each key is where the application looks for it`() async throws {
        let session = try await PoolSession.start()
        let run = try await session.run("mset", "a", "1", "b", "2", "key", "3", "foo", "4", "9", "5", "counter", "6")
        #expect(run.stdout == "a\tSTORED\nb\tSTORED\nkey\tSTORED\nfoo\tSTORED\n9\tSTORED\ncounter\tSTORED\n")
        #expect(run.status == 0, "\(run)")
        let places = [("a", 2), ("b", 0), ("key", 1), ("foo", 1), ("9", 2), ("counter", 0)] as [(ByteString, Int)]
        for (key, place) in places {
            for (index, server) in session.servers.enumerated() {
                #expect(try await (server.value(of: key) != nil) == (index == place), "\(key) on \(index)")
            }
        }
        let read = try await session.run("get", "counter", "nothing", "9", "foo", "key", "b", "a")
        #expect(read.stdout == "counter\t6\n9\t5\nfoo\t4\nkey\t3\nb\t2\na\t1\n")
        #expect(read.status == 1, "\(read)")
    }

    @Test func `weights give a server as many keys`() async throws {
        let session = try await PoolSession.start()
        let weighted: [ByteString] = [
            "-s", "\(session.names[0]):5,\(session.names[1]):2", "-s", "\(session.names[2]):1",
        ]
        // As python-memcached 1.62 chose with the weights 5, 2 and 1.
        let places: [(ByteString, Int)] = [
            ("a", 2), ("b", 1), ("0", 0), ("1", 0), ("9", 2), ("foo", 0), ("bar", 2), ("key", 0),
        ]
        for (key, place) in places {
            let run = try await session.program.run(arguments: weighted + ["where", key])
            #expect(run.stdout.hasSuffix("\t\(session.names[place])\n"), "\(key): \(run)")
        }
    }

    @Test func `a number chooses instead of the hash`() async throws {
        let session = try await PoolSession.start()
        #expect(try await session.run("set", "a", "v", "--hash", "1").status == 0)
        #expect(try await session.servers[1].value(of: "a") == "v")
        #expect(try await session.run("get", "a", "--hash", "4").stdout == "v")
        #expect(try await session.run("get", "a").status == 1)
        #expect(try await session.run("where", "a", "--hash", "1").stdout == "a\t1\t\(session.names[1])\n")
    }

    @Test func `an older profile counts the hash 0 as 1`() async throws {
        let session = try await PoolSession.start(2)
        let run = try await session.run("--profile", "python-memcached-1.59", "where", "a")
        #expect(run.stdout == "a\t26807\t\(session.names[1])\n")
        #expect(try await session.run("--profile", "python-memcached", "where", "a").stdout == run.stdout)
    }

    @Test func `many keys are deleted and touched in the order of the words`() async throws {
        let session = try await PoolSession.start()
        #expect(try await session.run("mset", "a", "1", "b", "2", "key", "3").status == 0)
        let touched = try await session.run("touch", "key", "none", "a", "b", "500")
        #expect(touched.stdout == "key\tTOUCHED\nnone\tNOT_FOUND\na\tTOUCHED\nb\tTOUCHED\n")
        let deleted = try await session.run("delete", "b", "a", "none", "key")
        #expect(deleted.stdout == "b\tDELETED\na\tDELETED\nnone\tNOT_FOUND\nkey\tDELETED\n")
        #expect(deleted.status == 1, "\(deleted)")
    }

    @Test func `a prefix is a part of the key that is hashed, and is not shown`() async throws {
        let session = try await PoolSession.start()
        #expect(try await session.run("--prefix", "k", "mset", "ey", "1", "ey1", "2", "ey2", "3").status == 0)
        #expect(try await session.servers[1].value(of: "key") == "1")
        #expect(try await session.servers[0].value(of: "key2") == "3")
        let run = try await session.run("--prefix", "k", "get", "ey2", "ey")
        #expect(run.stdout == "ey2\t3\ney\t1\n")
        #expect(try await session.run("--prefix", "k", "where", "ey").stdout.hasSuffix("\(session.names[1])\n"))
    }

    @Test(arguments: [
        ("plain", "S1\t1.6.18\nS2\t1.6.18\nS3\t1.6.18\n"),
        (
            "json",
            """
            {"command":"version","version":"1.6.18","server":"S1"}
            {"command":"version","version":"1.6.18","server":"S2"}
            {"command":"version","version":"1.6.18","server":"S3"}

            """
        ),
        ("csv", "server,command,value\nS1,version,1.6.18\nS2,version,1.6.18\nS3,version,1.6.18\n"),
        ("human", "memcached 1.6.18 (S1)\nmemcached 1.6.18 (S2)\nmemcached 1.6.18 (S3)\n"),
    ])
    func `version prints that of every server`(format: String, text: String) async throws {
        let session = try await PoolSession.start()
        let run = try await session.run("-o", ByteString(format), "version")
        let version = try await session.servers[0].statistic("version") ?? ""
        #expect(session.anonymous(run.stdout) == text.replacing("1.6.18", with: version))
        #expect(run.status == 0, "\(run)")
    }

    @Test func `stats come from every server, with its name`() async throws {
        let session = try await PoolSession.start()
        #expect(try await session.run("mset", "a", "1", "b", "2", "key", "3", "9", "4").status == 0)
        let run = try await session.run("stats")
        for line in ["S1\tcurr_items\t1\n", "S2\tcurr_items\t1\n", "S3\tcurr_items\t2\n"] {
            #expect(session.anonymous(run.stdout).contains(line), "\(run)")
        }
        let json = try await session.run("--json", "stats")
        #expect(json.stdout.lines.count == 3)
        #expect(session.anonymous(json.stdout.lines[2].prefixed).hasPrefix(#"{"server":"S3","stats":{"pid":"#))
        let csv = try await session.run("--csv", "stats")
        #expect(csv.stdout.lines.first == "server,name,value")
        #expect(csv.stdout.lines.filter { $0 == "server,name,value" }.count == 1)
        #expect(session.anonymous(csv.stdout).contains("\nS3,curr_items,2\n"))
    }

    @Test func `servers shows the state of each`() async throws {
        let session = try await PoolSession.start()
        #expect(try await session.run("mset", "a", "1", "9", "2").status == 0)
        let version = try await session.servers[0].statistic("version") ?? ""
        let plain = try await session.run("servers")
        let rows = session.anonymous(plain.stdout).split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        #expect(
            rows.map { $0.dropLast(2) } == [
                ["S1", "1", "alive", "", version, "0"], ["S2", "1", "alive", "", version, "0"],
                ["S3", "1", "alive", "", version, "2"],
            ])
        #expect(rows.allSatisfy { UInt64($0[6]) != nil && $0[7].isEmpty })
        let csv = try await session.run("--csv", "servers")
        #expect(csv.stdout.lines.first == "server,weight,state,retry_in,version,items,microseconds,error")
        let json = try await session.run("--json", "servers")
        let start = #"{"server":"S3","weight":1,"state":"alive","version":"\#(version)","items":2,"seconds":"#
        #expect(session.anonymous(json.stdout).contains(start), "\(json)")
        let human = try await session.run("-o", "human", "servers")
        #expect(human.stdout.lines.count == 4)
    }

    @Test func `where finds a key on the wrong server too`() async throws {
        let session = try await PoolSession.start()
        try await session.servers[0].store("v", under: "a")
        try await session.servers[2].store("v", under: "a")
        let run = try await session.run("where", "a", "none", "--probe")
        #expect(session.anonymous(run.stdout).hasPrefix("a\t26807\tS3\tS1 S3\nnone\t"), "\(run)")
        #expect(run.status == 1)
        let csv = try await session.run("--csv", "where", "a", "--probe")
        #expect(session.anonymous(csv.stdout) == "key,hash,server,stand_in,found_on\na,26807,S3,,S1 S3\n")
        let json = try await session.run("--json", "where", "a", "b", "--probe")
        #expect(
            session.anonymous(json.stdout)
                == #"{"key":"a","hash":26807,"server":"S3","found_on":["S1","S3"]}"# + "\n"
                + #"{"key":"b","hash":29118,"server":"S1","found_on":[]}"# + "\n")
        // A read for display does not count as a read.
        #expect(try await session.servers[2].exchange("mg a h\r\n") == "HD h0\r\n")
    }

    @Test func `named pools come from the configuration file, and use switches to another`() async throws {
        let session = try await PoolSession.start()
        try session.program.home.makeDirectory("config/mcsh")
        let text = """
            \(BuiltProgram.patience)
            [pools.two]
            servers = ["\(session.servers[0].address)", "\(session.servers[1].address)"]
            [pools.guarded]
            servers = ["\(session.servers[2].address)"]
            prefix = "p:"
            read_only = true
            """
        try session.program.home.write(ByteString(text), to: "config/mcsh/config.toml")
        try await session.servers[2].store("mine", under: "p:k")
        let script: ByteString = """
            set a 1
            use @guarded
            get k
            use \(session.names[2])
            get k
            use @two
            get a
            use @guarded
            set k 3
            """
        let run = try await session.program.run("-s", "@two", input: .bytes(script))
        // The server named directly has the pool's prefix and marks too.
        #expect(run.stdout == "STORED\nmine\nmine\n1\n", "\(run)")
        #expect(run.stderr.contains("is listed in @guarded: read-only, prefix p:"), "\(run)")
        #expect(run.stderr.contains("stdin:9:1: set changes the server, and this session is read-only"), "\(run)")
        #expect(run.status == 7)
        // With two servers of the same weight a belongs to the second.
        #expect(try await session.servers[1].value(of: "a") == "1")
    }

    @Test(arguments: ["use @none", "use a:b:c:d", "use"])
    func `lines after a use that fails are for other servers, and are not run`(line: String) async throws {
        let session = try await PoolSession.start()
        #expect(try await session.run("set", "a", "1").status == 0)
        for options in [[], ["-k"]] as [[ByteString]] where line != "use" || options.isEmpty {
            let run = try await session.program.run(
                arguments: session.selection + ["-y"] + options, input: .bytes(ByteString("\(line)\nflush_all\n")))
            #expect(run.status == 2, "\(run)")
            #expect(run.stdout == "", "\(run)")
            #expect(run.stderr.contains("stdin:1"), "\(run)")
        }
        #expect(try await session.run("get", "a").stdout == "1")
    }

    @Test func `use forgets the CAS tokens`() async throws {
        let session = try await PoolSession.start()
        let other = session.names[0]
        let run = try await session.script("set a 1\ngets a\nuse \(other)\ncas a 2\n", "-k")
        #expect(run.status == 2, "\(run)")
    }

    @Test func `delete by pattern takes a key off the server where it is`() async throws {
        let session = try await PoolSession.start()
        // b belongs to the first server.
        for server in session.servers { try await server.store("v", under: "b") }
        try await session.servers[2].store("v", under: "other")
        let run = try await session.run("-y", "delete", "--match", "b*")
        #expect(session.anonymous(run.stdout) == "S1\tDELETED\t1\nS2\tDELETED\t1\nS3\tDELETED\t1\n")
        #expect(run.status == 0, "\(run)")
        for server in session.servers { #expect(try await server.value(of: "b") == nil) }
        #expect(try await session.servers[2].value(of: "other") == "v")
        let refused = try await session.run("delete", "--match", "*")
        #expect(refused.status == 7)
        #expect(session.anonymous(refused.stderr).contains("on S1, S2 and S3: 1 key will be deleted"), "\(refused)")
    }

    @Test func `flush_all names all servers, and flushes them`() async throws {
        let session = try await PoolSession.start()
        #expect(try await session.run("mset", "a", "1", "b", "2", "key", "3").status == 0)
        let refused = try await session.run("flush_all")
        #expect(refused.status == 7)
        #expect(session.anonymous(refused.stderr).contains("flush_all on S1, S2 and S3: "), "\(refused)")
        let run = try await session.run("-y", "flush_all")
        #expect(session.anonymous(run.stdout) == "S1\tOK\nS2\tOK\nS3\tOK\n")
        #expect(try await session.run("get", "a", "b", "key").stdout == "")
    }

    @Test func `a dump takes all servers, and rows name theirs`() async throws {
        let session = try await PoolSession.start()
        #expect(try await session.run("mset", "a", "1", "b", "2", "key", "3").status == 0)
        let plain = try await session.run("lru_crawler", "metadump", "all")
        #expect(
            plain.stdout.lines.map { $0.prefix { $0 != UInt8(ascii: " ") } }
                == ["key=b", "key=key", "key=a"].map { (key: ByteString) in key.bytes[...] })
        let json = try await session.run("--json", "lru_crawler", "metadump", "all")
        #expect(
            session.anonymous(json.stdout).split(separator: "\n").map { $0.hasSuffix(#","server":"S1"}"#) } == [
                true, false, false,
            ])
        let csv = try await session.run("--csv", "lru_crawler", "metadump", "all")
        // Servers from 1.6.22 on list the flags too.
        let header = csv.stdout.text.prefix { $0 != "\n" }.split(separator: ",").filter { $0 != "flags" }
        #expect(header == ["key", "expires", "last_access", "cas", "fetched", "class", "item_bytes", "server"])
        #expect(
            session.anonymous(csv.stdout).split(separator: "\n").dropFirst().map { $0.suffix(3) } == [
                ",S1", ",S2", ",S3",
            ])
    }

    @Test func `watch shows which server each event is from`() async throws {
        let session = try await PoolSession.start()
        let program = try await session.program.start(
            arguments: session.selection + ["--json", "watch", "mutations"], hasInput: false)
        for server in session.servers { try await server.waitForWatchers() }
        for (index, server) in session.servers.enumerated() { try await server.store("v", under: "k\(index)") }
        let output = try await program.waitForOutput { $0.lines.count >= 3 }
        for (index, name) in session.names.enumerated() {
            #expect(
                output.lines.contains {
                    $0.contains("\"key\":\"k\(index)\"") && $0.hasSuffix("\"server\":\"\(name)\"}")
                })
        }
    }

    @Test func `raw and the pipe need one server, and say so`() async throws {
        let session = try await PoolSession.start()
        for run in [
            try await session.run("raw", "version"), try await session.run("--pipe", input: .bytes("version\r\n")),
        ] {
            #expect(run.status == 2, "\(run)")
            #expect(run.stdout == "")
            #expect(run.stderr.contains("one server"), "\(run)")
        }
    }

    @Test func `error replies are reported between the answers of the others`() async throws {
        let session = try await PoolSession.start()
        var program = session.program
        program.environment["POOL"] = session.names.map(\.text).joined(separator: ",")
        let run = try await program.runShell(
            #""$MCSH" -s "$POOL" 2>&1"#,
            input: .bytes("set key x\nset a 1\nincr key\nget a\nincr a\nincr b\nincr key\nset b 2\n"))
        let refusal = "S2: CLIENT_ERROR cannot increment or decrement non-numeric value"
        #expect(
            session.anonymous(run.stdout)
                == "STORED\nSTORED\nstdin:3: \(refusal)\n1\n2\nNOT_FOUND\nstdin:7: \(refusal)\nSTORED\n")
        #expect(run.status == 3)
    }
}

extension ByteString {
    fileprivate var prefixed: ByteString { ByteString(prefix(200)) }
}
