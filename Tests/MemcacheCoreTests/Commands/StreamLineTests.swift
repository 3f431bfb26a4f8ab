import MemcacheCore
import Testing

@Suite struct DumpLineTests {
    @Test func `the requests`() throws {
        func text(_ request: ListingRequest) -> String {
            var encoder = RequestEncoder()
            request.encode(into: &encoder)
            return String(decoding: encoder.bytes, as: UTF8.self)
        }
        #expect(text(ListingRequest(.metadata)) == "lru_crawler metadump all\r\n")
        #expect(text(ListingRequest(.metadata, .hashTable)) == "lru_crawler metadump hash\r\n")
        #expect(text(ListingRequest(.keys, try CrawlScope("1,5"))) == "lru_crawler mgdump 1,5\r\n")
        #expect(Wire.code { try ListingRequest(.keys, .classes([])).validate() } == .invalidArgument)
    }

    @Test func `a line of 1.6.18`() throws {
        let line = "key=user%3A1 exp=1795332534 la=1795332434 cas=5 fetch=yes cls=1 size=72"
        let entry = try #require(ListedItem(line: Wire.bytes(line)))
        #expect(entry.key == Wire.bytes("user:1"))
        #expect(entry.expirationTime == 1_795_332_534)
        #expect(entry.lastAccessTime == 1_795_332_434)
        #expect(entry.cas == CASToken(rawValue: 5))
        #expect(entry.isFetched == true)
        #expect(entry.slabClass == 1)
        #expect(entry.itemBytes == 72)
        #expect(entry.flags == nil)
        #expect(entry.otherAttributes.isEmpty)
    }

    @Test func `a line of a later server has more attributes, and a space at its end`() throws {
        let line =
            "key=a exp=-1 la=1 cas=2 fetch=no cls=1 size=20068 flags=18446744073709551615 ext_page=5 ext_offset=3311220 new=v=w "
        let entry = try #require(ListedItem(line: Wire.bytes(line)))
        #expect(entry.expirationTime == nil)
        #expect(entry.isFetched == false)
        #expect(entry.flags == .max)
        #expect(entry.flashPage == 5)
        #expect(entry.flashOffset == 3_311_220)
        #expect(entry.otherAttributes == [LineAttribute(name: "new", value: Wire.bytes("v=w"))])
    }

    @Test func `a binary key is requested in base64`() throws {
        let entry = try #require(ListedItem(line: Wire.bytes("key=bin%20%0D%0A%00%FF exp=-1 la=1")))
        #expect(entry.key == [0x62, 0x69, 0x6e, 0x20, 0x0d, 0x0a, 0x00, 0xff])
        let key = try entry.sendableKey()
        #expect(key.isBase64)
        #expect(key.bytes == Wire.bytes("YmluIA0KAP8="))
    }

    @Test(arguments: [
        "", "END", "OK", "key=", "exp=-1 la=1", "key=a exp=x", "key=a exp=-1 la=x", "key=a cas=-1", "key=a cls=x",
        "key=a size=", "key=a flags=18446744073709551616", "key=a word", "STORED",
        "BUSY currently processing crawler request",
    ])
    func `a line that is not an entry is not taken for one`(line: String) {
        #expect(ListedItem(line: Wire.bytes(line)) == nil)
    }

    @Test(arguments: [
        ("a%2Fb", "a/b"), ("100%25", "100%"), ("%2541", "%41"), ("a%", "a%"), ("a%4", "a%4"), ("%zz", "%zz"),
        ("%c3%A9", "é"),
    ])
    func `keys are decoded once`(text: String, key: String) {
        #expect(ListedItem(line: Wire.bytes("key=" + text))?.key == Wire.bytes(key))
    }

    @Test(arguments: [
        ("mg plain", "plain", false), ("mg été", "été", false), ("mg YmluIA0KAP8= b", "YmluIA0KAP8=", true),
        ("mg b", "b", false), ("mg tab\u{1}ctl", "dGFiAWN0bA==", true), ("mg two words", "dHdvIHdvcmRz", true),
        ("mg not-base64 b", "bm90LWJhc2U2NCBi", true),
    ])
    func `a line of mgdump is a key`(line: String, bytes: String, isBase64: Bool) throws {
        let key = try #require(Key(dumpedLine: Wire.bytes(line)))
        #expect(key.bytes == Wire.bytes(bytes))
        #expect(key.isBase64 == isBase64)
    }

    @Test(arguments: ["", "mg", "mg ", "EN", "OK", "ERROR", "key=a", "mg" + String(repeating: " x", count: 200)])
    func `a line that is not a key is not taken for one`(line: String) {
        #expect(Key(dumpedLine: Wire.bytes(line)) == nil)
    }

    @Test func `recorded dumps are read to their ends`() throws {
        let metadumps = Recording.streams.filter { $0.key.hasPrefix("metadump") }
        #expect(metadumps.count >= 2)
        for (name, bytes) in metadumps {
            var lines = Recording.lines(of: bytes)
            if name.contains("1.6.45") { #expect(lines.removeFirst() == Wire.bytes("OK")) }
            // The captures of flash items are excerpts.
            if !name.contains("extstore") { #expect(lines.popLast() == Wire.bytes("END"), "\(name)") }
            for line in lines {
                let entry = try #require(ListedItem(line: line), "\(name)")
                #expect(
                    entry.cas != nil && entry.itemBytes != nil && entry.slabClass == 1 && entry.lastAccessTime != nil)
                #expect((entry.flags != nil) == name.contains("1.6.45"))
                #expect(entry.otherAttributes.isEmpty)
                _ = try entry.sendableKey()
            }
        }
        for (name, bytes) in Recording.streams where name.hasPrefix("mgdump") {
            var lines = Recording.lines(of: bytes)
            #expect(lines.removeFirst() == Wire.bytes("OK"))
            #expect(lines.popLast() == Wire.bytes("EN"))
            #expect(lines.allSatisfy { Key(dumpedLine: $0) != nil })
        }
    }

    @Test func `metadump and mgdump of one server name the same keys`() throws {
        let metadata = try #require(Recording.streams["metadump-1.6.45.txt"])
        let keys = try #require(Recording.streams["mgdump-1.6.45.txt"])
        let entries = Recording.lines(of: metadata).compactMap { ListedItem(line: $0) }
        let dumped = Recording.lines(of: keys).compactMap { Key(dumpedLine: $0) }
        // The first item of the metadump no longer existed when the keys were dumped.
        #expect(Set(try entries.dropFirst().map { try $0.sendableKey() }) == Set(dumped))
    }
}

@Suite struct WatchLineTests {
    private func read(_ line: String) -> WatchEvent? {
        guard case .event(let event)? = WatchLine(line: Wire.bytes(line)) else { return nil }
        return event
    }

    @Test func `the request names whole words only`() throws {
        var encoder = RequestEncoder()
        WatchRequest([.mutations, .evictions]).encode(into: &encoder)
        #expect(encoder.bytes == Wire.bytes("watch mutations evictions\r\n"))
        #expect(WatchStream("fetchers") == .fetchers)
        #expect(WatchStream("connevents") == .connections)
        for word in ["e", "evict", "", "all", "fetchers ", "rawcmds", "fetchers\r\nflush_all"] {
            #expect(WatchStream(word) == nil)
        }
        #expect(Wire.code { try WatchRequest([]).validate() } == .invalidArgument)
    }

    @Test func `an event`() throws {
        let event = try #require(
            read("ts=1795332434.868434 gid=280 type=item_get key=a%2Fb%3Fc%3Dd status=not_found clsid=0 cfd=39 size=0"))
        #expect(event.seconds == 1_795_332_434)
        #expect(event.microseconds == 868_434)
        #expect(event.id == 280)
        #expect(event.type == "item_get")
        #expect(event.key == Wire.bytes("a/b?c=d"))
        #expect(event["status"] == Wire.bytes("not_found"))
        #expect(event.number("size") == 0)
        #expect(event.clientDescriptor == 39)
        #expect(event["nothing"] == nil)
    }

    @Test func `microseconds are not zero padded`() {
        #expect(read("ts=1795332413.2144 gid=1 type=x")?.microseconds == 2144)
        #expect(read("ts=1795332413.5 gid=1 type=x")?.microseconds == 5)
        #expect(read("ts=1795332413.000005 gid=1 type=x")?.microseconds == 5)
    }

    @Test func `dropped lines are counted`() {
        #expect(WatchLine(line: Wire.bytes("skipped=12397")) == .skipped(12397))
        #expect(WatchLine(line: Wire.bytes("skipped=x")) == nil)
    }

    @Test func `a message goes to the end of the line`() throws {
        let event = try #require(
            read("ts=1.2 gid=4 type=conntlserr fd=28 msg=error:0A:SSL routines::unexpected eof a=b  c"))
        #expect(event["fd"] == Wire.bytes("28"))
        #expect(event["msg"] == Wire.bytes("error:0A:SSL routines::unexpected eof a=b  c"))
    }

    @Test func `a request that a proxy passed on has a type and texts of its own`() throws {
        let event = try #require(
            read(
                "ts=1.2 gid=4 type=proxy_req elapsed=100 type=105 code=17 status=0 cfd=31 be=127.0.0.1:11511 "
                    + "detail=slow request a=b req=get /a/b c=d detail=x"))
        #expect(event.type == "proxy_req")
        #expect(event["type"] == Wire.bytes("105"))
        #expect(event["be"] == Wire.bytes("127.0.0.1:11511"))
        #expect(event["detail"] == Wire.bytes("slow request a=b"))
        #expect(event["req"] == Wire.bytes("get /a/b c=d detail=x"))
    }

    @Test(arguments: [
        "", "OK", "ts=1 gid=1 type=x", "ts=1.2 gid=x type=x", "ts=1.2 gid=1", "gid=1 ts=1.2 type=x",
        "ts=1.1000000 gid=1 type=x",
        "ts=.2 gid=1 type=x", "ts=-1.2 gid=1 type=x", "word ts=1.2 gid=1 type=x", "ERROR",
    ])
    func `a line that is not an event is not taken for one`(line: String) {
        #expect(WatchLine(line: Wire.bytes(line)) == nil)
    }

    @Test func `every recorded line is an event`() throws {
        let captures = Recording.streams.filter { $0.key.hasPrefix("watch") }
        #expect(captures.count >= 3)
        for (name, bytes) in captures {
            for line in Recording.lines(of: bytes) where line != Wire.bytes("OK") {
                let parsed = try #require(WatchLine(line: line), "\(name): \(EscapedText.string(line))")
                guard case .event(let event) = parsed else { continue }
                #expect(event.seconds > 1_795_000_000)
                let named = line.split(separator: UInt8(ascii: " ")).count { $0.contains(UInt8(ascii: "=")) }
                let hasText = event["msg"] != nil || event["req"] != nil
                #expect(hasText || event.attributes.count == named - 3, "\(name): \(EscapedText.string(line))")
            }
        }
    }

    @Test func `a gap in the numbers counts the skipped events`() throws {
        let bytes = try #require(Recording.streams["watch-skipped-1.6.18.txt"])
        let lines = Recording.lines(of: bytes).compactMap { WatchLine(line: $0) }
        guard case .event(let before) = lines[1], case .skipped(let count) = lines[2], case .event(let after) = lines[3]
        else {
            Issue.record("\(lines)")
            return
        }
        #expect(after.id - before.id - 1 == count)
    }
}
