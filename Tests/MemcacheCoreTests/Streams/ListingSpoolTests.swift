import TestSupport
import Testing

@testable import MemcacheCore

@Suite struct ListingSpoolTests {
    private func line(_ number: Int, padding: Int = 40) -> [UInt8] {
        Array("key=\(number) \(String(repeating: "x", count: padding))\n".utf8)
    }

    private func readAll(_ spool: ListingSpool) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let lines = try await spool.next() {
            #expect(lines.last == UInt8(ascii: "\n"))
            bytes += lines
        }
        return bytes
    }

    @Test func `lines come out as they went in, from memory`() async throws {
        let spool = ListingSpool(memoryBytes: 1 << 20)
        try spool.append(line(1).span)
        try spool.append((line(2) + line(3)).span)
        spool.finish(nil)
        #expect(try await readAll(spool) == line(1) + line(2) + line(3))
        #expect(try await spool.next() == nil)
        #expect(spool.spilledBytes == 0)
    }

    @Test(arguments: [0, 1, 100, 100_000, 1_000_000])
    func `lines come out in order when there are more than fit into memory`(_ memoryBytes: Int) async throws {
        let directory = try TemporaryDirectory()
        let spool = ListingSpool(memoryBytes: memoryBytes, directory: directory.path)
        var expected: [UInt8] = []
        for number in 0..<400 {
            let lines = (0..<20).flatMap { line(number * 20 + $0, padding: 200) }
            expected += lines
            try spool.append(lines.span)
        }
        spool.finish(nil)
        #expect(spool.spilledBytes > 0)
        #expect(directory.contents() == [], "the file has no name")
        #expect(try await readAll(spool) == expected)
    }

    @Test func `a reader that alternately keeps up and falls behind gets every line once`() async throws {
        let spool = ListingSpool(memoryBytes: 10_000)
        let lines = (0..<60).map { number in (0..<200).flatMap { line(number * 200 + $0, padding: 30) } }
        async let read = readAll(spool)
        try await onThread {
            for (number, chunk) in lines.enumerated() {
                try spool.append(chunk.span)
                if number.isMultiple(of: 7) { for _ in 0..<2000 { _ = spool.spilledBytes } }
            }
            spool.finish(nil)
        }
        let bytes = try await read
        #expect(bytes == lines.flatMap(\.self))
    }

    @Test func `an error comes after what came before it, and the first one counts`() async throws {
        let spool = ListingSpool(memoryBytes: 100)
        try spool.append(line(1).span)
        spool.finish(MemcacheError(.connectionLost, "gone"))
        spool.finish(nil)
        #expect(try await spool.next() == line(1))
        let error = await #expect(throws: MemcacheError.self) { try await spool.next() }
        #expect(error?.code == .connectionLost)
    }

    @Test func `a missing directory is reported`() async throws {
        let spool = ListingSpool(memoryBytes: 0, directory: "/nonexistent\u{1b}")
        let block = [UInt8](repeating: UInt8(ascii: "\n"), count: ListingSpool.blockBytes)
        let error = try #require(throws: MemcacheError.self) { try spool.append(block.span) }
        #expect(error.code == .localFile)
        #expect(error.message.contains("no such file or directory"), "\(error.message)")
        #expect(!error.message.contains("\u{1b}"))
    }

    @Test(.timeLimit(.minutes(10))) func `a reader that waits can be cancelled`() async throws {
        let spool = ListingSpool(memoryBytes: 100)
        let reader = Task { try await spool.next() }
        reader.cancel()
        let error = await #expect(throws: MemcacheError.self) { try await reader.value }
        #expect(error?.code == .cancelled)
    }
}
