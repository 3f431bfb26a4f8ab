import MemcacheCore
import Testing

@testable import mcsh

/// Answers that the shell itself composes.
@Suite struct CommandAnswerTests {
    @Test(arguments: [
        (OutputFormat.plain, "DELETED\t2\n"),
        (.csv, "server,match,matched,deleted\ncache:1,\"u:{a,b}*\",3,2\n"),
        (.tsv, "server\tmatch\tmatched\tdeleted\ncache:1\tu:{a,b}*\t3\t2\n"),
        (.json, #"{"command":"delete","match":"u:{a,b}*","matched":3,"deleted":2,"server":"cache:1"}"# + "\n"),
        (.human, "deleted 2 of 3 keys\n"), (.raw, ""),
    ])
    func `delete by pattern reports what matched and what was deleted`(format: OutputFormat, text: String) {
        let answer = MatchDeletion(server: "cache:1", match: Array("u:{a,b}*".utf8), matched: 3, deleted: 2)
        #expect(String(decoding: MatchDeletion.rendered([answer], format, namesServer: false), as: UTF8.self) == text)
    }

    @Test(arguments: [(OutputFormat.plain, "cache:1\tDELETED\t2\n"), (.human, "deleted 2 of 3 keys (cache:1)\n")])
    func `delete by pattern names the server of several, also when only one had keys`(
        format: OutputFormat, text: String
    ) {
        let answer = MatchDeletion(server: "cache:1", match: Array("u*".utf8), matched: 3, deleted: 2)
        #expect(String(decoding: MatchDeletion.rendered([answer], format, namesServer: true), as: UTF8.self) == text)
    }

    @Test(arguments: [
        (OutputFormat.plain, "\tlost\tcount=3\tby=server\tserver=cache:1\n"),
        (.json, #"{"lost":3,"server":"cache:1"}"# + "\n"),
    ])
    func `lines that were lost name the server of several`(format: OutputFormat, text: String) {
        var rows = WatchRows(format: format, style: .plain, namesServer: true)
        #expect(String(decoding: rows.rendered(.skipped(3), from: "cache:1"), as: UTF8.self) == text)
    }

    @Test func `a pattern that is not UTF-8 is base64 in JSON`() {
        let answer = MatchDeletion(server: "cache:1", match: [0xff, 0x2a], matched: 1, deleted: 1)
        #expect(
            String(decoding: MatchDeletion.rendered([answer], .json, namesServer: false), as: UTF8.self)
                == #"{"command":"delete","match_b64":"/yo=","matched":1,"deleted":1,"server":"cache:1"}"# + "\n")
    }

    private static func watched(_ format: OutputFormat) throws -> String {
        var rows = WatchRows(format: format, style: .plain)
        let line = Array("ts=1790000000.2144 gid=3 type=item_get key=a%2Cb status=found clsid=1".utf8)
        let watched = WatchLine(line: line.span)
        let event = try #require(watched)
        return String(
            decoding: rows.rendered(event, from: "cache:1") + rows.rendered(.lost(7), from: "cache:1")
                + rows.rendered(.skipped(2), from: "cache:1"), as: UTF8.self)
    }

    @Test(arguments: [
        (
            OutputFormat.csv,
            "time,gid,type,attributes\n1790000000.002144,3,item_get,\"key=a,b status=found clsid=1\"\n"
                + ",,lost,count=7 by=mcsh\n,,lost,count=2 by=server\n"
        ),
        (
            .tsv,
            "time\tgid\ttype\tattributes\n1790000000.002144\t3\titem_get\tkey=a,b status=found clsid=1\n"
                + "\t\tlost\tcount=7 by=mcsh\n\t\tlost\tcount=2 by=server\n"
        ),
        (
            .plain,
            "2026-09-21T14:13:20.002144Z\titem_get\tkey=a,b\tstatus=found\tclsid=1\n"
                + "\tlost\tcount=7\tby=mcsh\n\tlost\tcount=2\tby=server\n"
        ),
        (
            .human,
            "14:13:20.002  hit          a,b                                class 1\n(7 lines were lost by mcsh)\n"
                + "(2 lines were lost by the server)\n"
        ),
        (
            .json,
            #"{"time":1790000000.002144,"gid":3,"type":"item_get","key":"a,b","status":"found","clsid":1}"#
                + "\n{\"lost\":7}\n{\"lost\":2}\n"
        ),
    ])
    func `watch is a row for each event`(format: OutputFormat, text: String) throws {
        #expect(try Self.watched(format) == text)
    }

    @Test(arguments: ["9223372036854775807", "300000000000"])
    func `a time beyond any calendar is shown all the same`(seconds: String) throws {
        var rows = WatchRows(format: .plain, style: .plain)
        let watched = WatchLine(line: Array("ts=\(seconds).5 gid=1 type=x".utf8).span)
        let event = try #require(watched)
        #expect(rows.rendered(event, from: "cache:1").starts(with: Array("9999-12-31T23:59:59.000005Z\tx".utf8)))
        var dump = ListingRows(format: .human, style: .plain)
        for time in [Int64.min, -5, 0, Int64.max] {
            guard let entry = ListedItem(line: Array("key=a exp=\(time) la=\(time) cas=1 fetch=no cls=1 size=9".utf8))
            else { continue }
            _ = dump.rendered([entry], from: "cache:1")
        }
    }

    @Test func `the time so many seconds from now does not leave the calendar`() {
        #expect(ServerTime.string(secondsFromNow: 60, now: 1_790_000_000) == "2026-09-21T14:14:20Z")
        #expect(ServerTime.string(secondsFromNow: .max, now: 1_790_000_000) == "9999-12-31T23:59:59Z")
        #expect(ServerTime.string(secondsFromNow: .min, now: -5) == "1970-01-01T00:00:00Z")
    }

    @Test func `an error is an object`() {
        #expect(
            ErrorObject.text("no \"x\"", code: "usage", line: 3, server: "cache:1")
                == #"{"error":"no \"x\"","code":"usage","line":3,"server":"cache:1"}"#)
        #expect(ErrorObject.text("no", code: "usage") == #"{"error":"no","code":"usage"}"#)
    }
}
