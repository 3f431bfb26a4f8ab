import MemcacheCore
import Testing

@testable import mcsh

@Suite struct WatchLogTests {
    private static func event(_ text: String) throws -> WatchEvent {
        guard case .event(let event)? = WatchLine(line: Array("ts=1790000000.2144 gid=3 \(text)".utf8)) else {
            throw Diagnostic("\(text) is no event", at: 0..<0)
        }
        return event
    }

    private static func lines(
        _ texts: String..., streams: [WatchStream] = [.fetchers, .mutations], width: Int = 120, servers: [String] = []
    ) throws -> [String] {
        var log = WatchLog(streams, style: .plain, width: width, servers: servers)
        return try texts.flatMap { log.lines(for: try event($0), from: servers.first ?? "cache:1") }
    }

    @Test(arguments: [
        ("type=item_get key=k status=found clsid=1 cfd=9 size=5", "hit"),
        ("type=item_get key=k status=not_found clsid=0 cfd=9 size=0", "miss"),
        ("type=item_get key=k status=expired clsid=1 cfd=9 size=5", "expired"),
        ("type=item_get key=k status=flushed clsid=1 cfd=9 size=5", "flushed"),
        ("type=item_store key=k status=stored cmd=set ttl=0 clsid=1 cfd=9 size=5", "stored"),
        ("type=item_store key=k status=stored cmd=append ttl=0 clsid=1 cfd=9 size=5", "appended"),
        ("type=item_store key=k status=not_stored cmd=add ttl=0 clsid=1 cfd=9 size=5", "not stored"),
        ("type=item_store key=k status=exists cmd=cas ttl=0 clsid=1 cfd=9 size=5", "cas differs"),
        ("type=item_store key=k status=too_large cmd=set ttl=0 clsid=77 cfd=-1 size=5", "too large"),
        ("type=item_store key=k status=no_memory cmd=set ttl=0 clsid=1 cfd=9 size=5", "no memory"),
        ("type=eviction key=k fetch=no ttl=-1 la=1 clsid=19 size=5", "evicted"),
        ("type=extwrite key=k fetch=no ttl=-1 la=1 clsid=19 bucket=0", "to flash"),
        ("type=deleted key=k cmd=delete clsid=1 size=1", "deleted"),
        ("type=conn_new rip=127.0.0.1 rport=48820 transport=tcp cfd=35", "conn opened"),
        ("type=conn_close rip=127.0.0.1 rport=48820 transport=tcp reason=normal cfd=35", "conn closed"),
        ("type=slab_move src=1 dst=2", "page moved"),
        ("type=brand_new key=k", "brand_new"),
        ("type=item_get key=k status=purple clsid=1 cfd=9 size=5", "item_get"),
    ])
    func `an event is a word or two`(line: String, what: String) throws {
        #expect(WatchDescription(try Self.event(line)).what == what)
    }

    @Test func `an event is a line with its figures in columns`() throws {
        #expect(
            try Self.lines(
                "type=item_get key=user%3A1 status=found clsid=1 cfd=9 size=5",
                "type=item_store key=b status=stored cmd=set ttl=100 clsid=12 cfd=9 size=1536",
                "type=item_get key=c status=not_found clsid=0 cfd=10 size=0", width: 100) == [
                    "14:13:20.002  hit          user:1                                5 B              class 1   fd 9",
                    "14:13:20.002  stored       b                                 1.5 KiB  ttl 1m 40s  class 12  fd 9",
                    "14:13:20.002  miss         c                                                                fd 10",
                ])
    }

    @Test func `text without a column comes last, and unknown attributes are unchanged`() throws {
        #expect(
            try Self.lines(
                "type=eviction key=k fetch=no ttl=-1 la=70 clsid=19 size=5000", "type=brand_new key=k colour=blue%1b",
                "type=slab_move src=1 dst=2", "type=conn_close rip=::1 rport=5 transport=udp reason=idle_timeout cfd=4",
                streams: [.evictions], width: 120)
                == [
                    "14:13:20.002  evicted      k" + String(repeating: " ", count: 61)
                        + "4.88 KiB              class 19",
                    "              never read, moved 1m 10s ago",
                    "14:13:20.002  brand_new    k  colour=blue%1b",
                    "14:13:20.002  page moved   src=1, dst=2",
                    "14:13:20.002  conn closed  [::1]:5  idle timeout, transport=udp",
                ])
    }

    @Test func `a client is named by the address of its connection, on its own server`() throws {
        var log = WatchLog([.fetchers, .connections], style: .plain, width: 120, servers: ["a:1", "b:1"])
        let get = try Self.event("type=item_get key=k status=found clsid=1 cfd=9 size=5")
        let close = try Self.event("type=conn_close rip=10.0.0.7 rport=5000 transport=tcp reason=normal cfd=9")
        _ = log.lines(for: try Self.event("type=conn_new rip=10.0.0.7 rport=5000 transport=tcp cfd=9"), from: "a:1")
        #expect(log.lines(for: get, from: "a:1").first?.hasSuffix("10.0.0.7:5000") == true)
        #expect(log.lines(for: get, from: "b:1").first?.hasSuffix("fd 9") == true)
        _ = log.lines(for: close, from: "a:1")
        #expect(log.lines(for: get, from: "a:1").first?.hasSuffix("fd 9") == true)
        #expect(log.lines(for: get, from: "a:1").first?.contains("  a:1  hit ") == true)
    }

    @Test(arguments: [20, 40, 80, 200])
    func `no line is wider than the terminal, and long keys are cut`(width: Int) throws {
        let key = String(repeating: "long:", count: 50)
        for stream in WatchStream.all {
            let lines = try Self.lines(
                "type=item_store key=\(key) status=stored cmd=set ttl=100 clsid=12 cfd=9 size=1536",
                "type=proxy_error msg=\(String(repeating: "word ", count: 60))",
                "type=item_get key=%F0%9F%99%82 status=x",
                streams: [stream], width: width, servers: ["cache-with-a-name:11211", "b:2"])
            for line in lines where width >= 80 { #expect(line.displayWidth < width, "\(line)") }
            #expect(lines[0].contains(width >= 80 ? "long:long" : "14:13:20.002"))
        }
    }

    @Test func `whatever the server sends is shown or counted`() throws {
        let text = "type=t a=1 b=2 size=x ttl=y clsid=z cfd=w key=k rip=r rport=p status=s cmd=c msg=the rest of it"
        let shown = try Self.lines(text, width: 400).joined()
        for word in ["a=1", "b=2", "size=x", "ttl=y", "clsid=z", "cfd=w", "k", "rip=r", "rport=p", "status=s", "cmd=c"]
        {
            #expect(shown.contains(word), "\(word)")
        }
        #expect(shown.contains("msg=the rest of it"))
    }

    @Test func `kinds are coloured if colours are on`() throws {
        var log = WatchLog([.fetchers], style: .colored, width: 80)
        let hit = log.lines(for: try Self.event("type=item_get key=k status=found"), from: "")
        let miss = log.lines(for: try Self.event("type=item_get key=k status=not_found"), from: "")
        #expect(hit == ["\u{1B}[2m14:13:20.002\u{1B}[0m  \u{1B}[32mhit\u{1B}[0m          k"])
        #expect(miss == ["\u{1B}[2m14:13:20.002\u{1B}[0m  \u{1B}[33mmiss\u{1B}[0m         k"])
    }

    @Test func `only events about keys that match are shown`() throws {
        let order = WatchQuery(streams: [.fetchers], match: Glob(Array("user:*".utf8)))
        #expect(order.shows(try Self.event("type=item_get key=user%3A1 status=found")))
        #expect(!order.shows(try Self.event("type=item_get key=other status=found")))
        #expect(!order.shows(try Self.event("type=conn_new rip=1 rport=2")))
        #expect(WatchQuery(streams: [.fetchers]).shows(try Self.event("type=conn_new rip=1 rport=2")))
    }

    @Test func `the options of watch are checked`() throws {
        var lines = PlannedLines()
        guard case .operation(let watch, _)? = try lines.plan("watch deletions --limit 3 --for 2 --match a*") else {
            Issue.record("watch is not planned")
            return
        }
        #expect(
            (watch as? Watch)?.query
                == WatchQuery(
                    streams: [.deletions], match: Glob(Array("a*".utf8)), limit: 3, duration: .seconds(2)))
        for line in ["watch --limit 0", "watch --limit x", "watch --for never", "watch --for 0", "watch fetch"] {
            #expect(throws: Diagnostic.self) { try lines.plan(line) }
        }
    }

    @Test func `the summary has the kinds, the most frequent keys and what was lost`() throws {
        var summary = WatchSummary(of: [.fetchers])
        for line in ["key=a status=found", "key=b status=found", "key=b status=not_found", "key=%1B status=found"] {
            summary.count(try Self.event("type=item_get \(line)"))
        }
        summary.countHidden()
        summary.count(lost: 7, byServer: true)
        summary.count(lost: 1, byServer: false)
        #expect(
            summary.lines(of: "cache:1", after: .milliseconds(2500), width: 80) == [
                "watched cache:1 for 2.5 s: 4 events, and 1 that did not match", "  hit   3", "  miss  1",
                "keys seen most often:", "  2  b", "  1  \\e", "  1  a",
                "7 lines were lost by the server, which found this side too slow",
                "1 line was lost by mcsh, whose output was too slow",
            ])
        #expect(
            summary.json(of: "cache:1", after: .milliseconds(2050))
                == #"{"summary":{"server":"cache:1","seconds":2.050,"shown":4,"hidden":1,"kinds":{"hit":3,"miss":1},"#
                + #""keys":[{"key":"b","count":2,"excess":0},{"key":"\u001b","count":1,"excess":0},"#
                + #"{"key":"a","count":1,"excess":0}],"lost_by_server":7,"lost_by_mcsh":1}}"#)
    }

    @Test func `the summary says that stores look keys up too, if both are watched`() throws {
        let note = "hits and misses include the look-up that each store begins with"
        let streams: [[WatchStream]] = [[.mutations, .fetchers], [.fetchers, .evictions], [.mutations]]
        let notes = try streams.map { streams in
            var summary = WatchSummary(of: streams)
            summary.count(try Self.event("type=item_get key=a status=found"))
            return summary.lines(of: "cache:1", after: .seconds(1), width: 80).filter { $0 == note }
        }
        #expect(notes == [[note], [], []])
    }

    @Test func `the summary does not mention look-ups if none was seen`() throws {
        var summary = WatchSummary(of: [.fetchers, .mutations])
        summary.count(try Self.event("type=item_store key=a status=stored cmd=set"))
        let lines = summary.lines(of: "cache:1", after: .seconds(1), width: 80)
        #expect(lines.filter { $0.contains("look-up") } == [])
    }

    @Test func `every stream has a meaning`() {
        let page = (try? Help.text(for: ["watch"], width: 100, style: .plain).get()) ?? []
        for stream in WatchStream.all {
            #expect(!stream.meaning.isEmpty, "\(stream)")
            let text = page.joined(separator: "\n")
            #expect(text.contains("\(stream.meaning) (\(stream.since.text))"), "\(stream)")
            #expect(text.split(separator: "\n").count { $0.contains("\(stream)  ") } == 1, "\(stream)")
        }
    }

    @Test func `the summary does not grow with what the server sends`() throws {
        var summary = WatchSummary(of: [.fetchers])
        for number in 0..<5000 { summary.count(try Self.event("type=t\(number) key=k\(number)")) }
        #expect(summary.kinds.count == 101)
        #expect(summary.kinds["others"] == 4900)
        #expect(summary.keys.size == 1000)
        summary.count(lost: .max, byServer: true)
        summary.count(lost: 5, byServer: true)
        #expect(summary.lostByServer == .max)
    }
}
