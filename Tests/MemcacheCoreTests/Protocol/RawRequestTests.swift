import MemcacheCore
import Testing

@Suite struct RawRequestTests {
    @Test(arguments: [
        ("delete k noreply", true), ("delete k", false), ("touch k 0 noreply", true), ("get noreply", false),
        ("mg k q", true), ("mg q", false), ("me noreply", false), ("me k", false),
    ])
    func `a request that may have no reply is recognized`(line: String, isQuiet: Bool) throws {
        let bytes = Array(line.utf8)
        let request = try RawRequest(bytes.span, 0..<bytes.count)
        #expect(request.isQuiet == isQuiet)
    }
}
