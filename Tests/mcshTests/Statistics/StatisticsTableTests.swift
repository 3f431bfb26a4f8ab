import Testing

@testable import mcsh

/// The views with rows for numbered things.
@Suite struct StatisticsTableTests {
    @Test(arguments: [
        ("evicted 0", "no evictions"), ("evicted 5\nitems:1:evicted_time 40", "too small: last evicted item idle 40s"),
        ("evicted 5\nitems:1:evicted_time 900", "tight: last evicted item idle 15m"),
        ("evicted 5\nitems:1:evicted_time 86400", "fine: last evicted item idle 1d"),
        ("evicted 5\nitems:1:evicted_unfetched 5\nitems:1:evicted_time 4", "harmless: no evicted item was ever read"),
        ("outofmemory 3", "out of memory: 3 stores failed"),
        ("tailrepairs 1", "1 leaked reference repaired: report a bug"),
        ("tailrepairs 2", "2 leaked references repaired: report a bug"),
    ])
    func `the verdict on a class`(fields: String, verdict: String) {
        let lines = StatisticsFixtures.lines(.items, "items:1:number 10\nitems:1:" + fields, width: 200)
        #expect(lines.contains { $0.contains(verdict) })
    }

    @Test func `old servers report in stats slabs what is lost in chunks`() {
        let reply = """
            1:chunk_size 100
            1:total_pages 1
            1:total_chunks 10
            1:used_chunks 8
            1:free_chunks 2
            1:mem_requested 700
            1:vendor 7
            active_slabs 1
            total_malloced 1048576
            """
        #expect(
            StatisticsFixtures.lines(.slabs, reply, width: 100) == [
                "1 class, 1 MiB taken for pages, 200 B of that in free chunks",
                "",
                "class  chunk  pages  memory  used  free   fill                free memory  lost in chunks",
                "    1  100 B      1  1000 B     8     2  80.0%  ▕████████  ▏        200 B           100 B",
                "─────────────────────────────────────────────────────────────────────────────────────────",
                "total             1  1000 B     8     2  80.0%  ▕████████  ▏        200 B           100 B",
                "",
                "Other",
                "  1:vendor  7",
            ])
    }

    @Test func `connections are rows, listeners apart, stuck ones marked`() {
        let reply = """
            5:addr tcp:0.0.0.0:11211
            5:state conn_listening
            5:secs_since_last_cmd 90
            22:addr tcp:10.0.0.5:51234
            22:listen_addr tcp:10.0.0.1:11211
            22:state conn_read
            22:secs_since_last_cmd 3
            21:addr tcp6:[fe80::1]:51234
            21:listen_addr tcp6:[::1]:11211
            21:state conn_nread
            21:secs_since_last_cmd 400
            23:addr tcp:10.0.0.5:51235
            23:state conn_read
            """
        #expect(
            StatisticsFixtures.lines(.conns, reply) == [
                "3 connections: 2 read, 1 nread",
                "",
                "from            connections  least idle  most idle",
                "tcp:10.0.0.5              2          3s         3s",
                "tcp6:[fe80::1]            1      6m 40s     6m 40s",
                "",
                "fd  client                state            idle  server side",
                "21  tcp6:[fe80::1]:51234  nread (stuck)  6m 40s  tcp6:[::1]:11211",
                "22  tcp:10.0.0.5:51234    read               3s  tcp:10.0.0.1:11211",
                "23  tcp:10.0.0.5:51235    read",
                "",
                "fd  listening on",
                " 5  tcp:0.0.0.0:11211",
            ])
    }

    @Test func `thousands of sizes become few rows and lose no item`() {
        let reply = (1...5000).map { "\($0 * 32) 2" }.joined(separator: "\n")
        let lines = StatisticsFixtures.lines(.sizes, reply)
        #expect(lines.first == "10,000 items, half of them up to 78.1 KiB, 99% up to 155 KiB")
        #expect(lines.count < 45)
        let counts = lines.dropFirst(3).compactMap { line in
            line.split(separator: " ").dropFirst(2).first.flatMap { Int($0.filter(\.isNumber)) }
        }
        #expect(counts.reduce(0, +) == 10_000)
    }

    @Test func `sizes that are not counted are explained`() {
        #expect(
            StatisticsFixtures.lines(.sizes, "sizes_status disabled") == [
                "Sizes are not counted: the server was started without -o track_sizes."
            ])
    }

    @Test func `pages of flash that are unused are only counted`() {
        let reply = """
            0:version 5
            0:bytes 1048576
            0:bucket 1
            0:free_bucket 0
            1:version 0
            1:bytes 0
            """
        #expect(
            StatisticsFixtures.lines(.extstore, reply) == [
                "1 of 2 pages in use, 1 MiB live",
                "",
                "page   live                     bucket  returns to  version",
                "   0  1 MiB  ▕███████████████▏       1           0        5",
            ])
    }

    @Test func `the proxy's counters have units and keep their names`() {
        let reply = """
            active_req_limit 0
            buffer_memory_used 1048576
            vm_memory_kb 2048
            cmd_mg 12345
            user_logins 7
            something new
            """
        #expect(
            StatisticsFixtures.lines(.proxy, reply) == [
                "State",
                "  active_req_limit         0",
                "  buffer_memory_used   1 MiB  1,048,576",
                "  vm_memory_kb         2 MiB",
                "",
                "Requests by command",
                "  cmd_mg              12,345",
                "",
                "Counters of the configuration",
                "  user_logins              7",
                "",
                "Other",
                "  something              new",
            ])
    }

    @Test func `surprising settings are marked`() {
        let lines = StatisticsFixtures.lines(.settings, "evictions off\nudpport 0\nssl_key (null)\nvendor_mode turbo")
        #expect(
            lines == [
                "Memory and items",
                "! evictions        off  -M: a full cache refuses stores",
                "",
                "Network",
                "  udpport            0  UDP is off",
                "",
                "TLS",
                "  ssl_key      not set",
                "",
                "Other",
                "  vendor_mode    turbo",
            ])
    }
}
