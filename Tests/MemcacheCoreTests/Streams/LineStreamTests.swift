import Synchronization
import Testing

@testable import MemcacheCore

/// A stream on a connection of its own: how long it may be silent, and how it ends.
@Suite struct LineStreamTests {
    private let network = FakeNetwork()

    private func begin(
        _ form: StreamFraming.Form, isReadToItsEnd: Bool = false
    ) throws -> (LineStream, FakeTransport, Lines, TestTask<[UInt8]>) {
        var options = Connection.Options()
        options.network = network
        let lines = Lines()
        let stream = try LineStream(
            to: ServerAddress("fake:1"), options: options,
            request: LineStream.Request(
                bytes: Array("list\r\n".utf8), form: form, replyTimeout: .seconds(3), isReadToItsEnd: isReadToItsEnd),
            sink: lines)
        lines.keep(stream)
        let begun = network.start { () async throws(MemcacheError) in try await stream.begin() }
        let server = try #require(network.connections.last)
        server.open()
        #expect(server.sent() == "list\r\n")
        return (stream, server, lines, begun)
    }

    private static let list = StreamFraming.Form.list(linePrefix: "key=", lastLine: "END")

    @Test func `a list that stalls is abandoned when its time is up, and not before`() throws {
        let (_, server, lines, begun) = try begin(Self.list)
        for number in 0..<3 {
            network.advance(by: .milliseconds(2999))
            server.receive("key=\(number)\r\n")
        }
        #expect(begun.outcome == "[]")
        #expect(lines.text == "key=0\r\nkey=1\r\nkey=2\r\n")
        network.advance(by: .milliseconds(2999))
        #expect(lines.end == nil)
        network.advance(by: .milliseconds(1))
        #expect(lines.end == "timed-out")
        #expect(!server.isOpen)
    }

    @Test func `a list ends with its last line`() throws {
        let (_, server, lines, _) = try begin(Self.list)
        server.receive("key=1\r\nEN")
        #expect(lines.end == nil)
        server.receive("D\r\n")
        #expect(lines.text == "key=1\r\n")
        #expect(lines.end == "over")
        #expect(!server.isOpen)
    }

    @Test func `a watched server may stay silent after it has accepted, and not before`() throws {
        let (_, server, lines, begun) = try begin(.endless)
        server.receive("OK\r\n")
        #expect(begun.outcome == "[79, 75, 13, 10]")
        network.advance(by: .seconds(86_400))
        server.receive("ts=1 type=x\n")
        #expect(lines.text == "ts=1 type=x\n")
        let (_, _, _, silent) = try begin(.endless)
        network.advance(by: .milliseconds(2999))
        #expect(silent.outcome == "waits")
        network.advance(by: .milliseconds(1))
        #expect(silent.outcome == "timed-out")
    }

    @Test(arguments: [false, true])
    func `a cancelled list is read to its end where disconnecting would harm the server`(isRead: Bool) throws {
        let (stream, server, lines, _) = try begin(Self.list, isReadToItsEnd: isRead)
        server.receive("key=1\r\n")
        stream.giveUp()
        network.settle()
        #expect(lines.end == "cancelled")
        #expect(server.isOpen == isRead)
        server.receive("key=2\r\nEND\r\n")
        #expect(lines.text == "key=1\r\n")
        #expect(!server.isOpen)
    }

    @Test func `a connection that ends in the middle of a list is an error`() throws {
        let (_, server, lines, _) = try begin(Self.list)
        server.receive("key=1\r\nkey=")
        server.end()
        #expect(lines.text == "key=1\r\n")
        #expect(lines.end == "connection-lost")
    }
}

/// Keeps lines, and the first result.
private final class Lines: LineSink {
    private let state = Mutex<(bytes: [UInt8], end: String?)>(([], nil))
    private let stream = Mutex<LineStream?>(nil)

    func append(_ lines: Span<UInt8>) throws(MemcacheError) {
        state.withLock { $0.bytes.append(lines) }
    }

    func finish(_ error: MemcacheError?) {
        state.withLock { state in
            if state.end == nil { state.end = error.map { "\($0.code)" } ?? "over" }
        }
    }

    /// Retains the stream, which is cancelled when it is released.
    func keep(_ stream: LineStream) { self.stream.withLock { $0 = stream } }

    var text: String { String(decoding: state.withLock { $0.bytes }, as: UTF8.self) }

    /// `over`, or the code of the error; nil while it continues.
    var end: String? { state.withLock { $0.end } }
}
