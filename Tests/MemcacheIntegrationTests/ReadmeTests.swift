import Foundation
import MemcacheCore
import TestSupport
import Testing

/// The library's example in README.md: it is compiled here, and must be identical there.
@Suite(.inTurns) struct ReadmeTests {
    /// Compiled and never run, because it needs a server on memcached's own port.
    private func example() async throws {
        // README begins
        let client = try MemcacheClient(server: "127.0.0.1:11211")
        try await client.set("greeting", to: "hello", expiration: .after(.seconds(60)))
        if let item = try await client.get("greeting") {
            print(String(decoding: item.value, as: UTF8.self))
        }
        // README ends
    }

    @Test func `the example is the one that is compiled here`() throws {
        let source = try String(contentsOfFile: #filePath, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        let begin = try #require(source.firstIndex { $0.hasSuffix("// README begins") })
        let end = try #require(source.firstIndex { $0.hasSuffix("// README ends") })
        let example = source[(begin + 1)..<end].map { $0.dropFirst(8) + "\n" }.joined()
        let readme = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "README.md")
        let text = try String(contentsOf: readme, encoding: .utf8)
        #expect(text.contains("```swift\nimport MemcacheCore\n\n\(example)```\n"))
    }
}
