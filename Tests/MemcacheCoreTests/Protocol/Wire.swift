import Foundation
import MemcacheCore

/// Short forms for tests of bytes.
enum Wire {
    /// The bytes of a text.
    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// The request of a command, as text where it is UTF-8.
    static func request(_ command: some MemcacheCommand) -> String {
        var encoder = RequestEncoder()
        command.encode(into: &encoder)
        return String(decoding: encoder.bytes, as: UTF8.self)
    }

    /// What a server's bytes come to for a command: parsed, collected and interpreted, as a connection does it.
    static func outcome<Request: MemcacheCommand>(of command: Request, from text: String) throws -> Request.Outcome {
        try outcome(of: command, from: bytes(text))
    }

    /// What a server's bytes come to for a command.
    static func outcome<Request: MemcacheCommand>(of command: Request, from bytes: [UInt8]) throws -> Request.Outcome {
        let shape = command.replyShape.shape ?? .untilFence
        guard let (reply, used) = try reply(bytes, shape: shape) else { throw Incomplete() }
        guard used == bytes.count else { throw LeftOver(bytes: Array(bytes[used...])) }
        return try command.interpret(reply)
    }

    /// The first reply in some bytes, and how many of them it takes; nil when it is not complete.
    static func reply(_ bytes: [UInt8], shape: ReplyShape) throws -> (Reply, used: Int)? {
        var parser = ReplyParser()
        var collector = ReplyCollector()
        var position = 0
        while let element = try parser.next(in: bytes.span, at: &position) {
            if let reply = try collector.collect(element, of: bytes.span, shape: shape) { return (reply, position) }
        }
        return nil
    }

    /// The code of the error that something throws; nil when it throws none.
    static func code(_ body: () throws -> Void) -> MemcacheError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? MemcacheError)?.code
        }
    }

    struct Incomplete: Error {}
    struct LeftOver: Error { var bytes: [UInt8] }
}

/// An element that owns its bytes, so that elements of different buffers can be compared.
struct OwnedElement: Hashable, CustomStringConvertible {
    var description: String

    init(_ element: ReplyElement, of bytes: [UInt8]) {
        func text(_ range: Range<Int>) -> String { EscapedText.string(Array(bytes[range])) }
        description =
            switch element {
            case .version(let text_): "version \(text(text_))"
            case .value(let key, let flags, let cas, let data):
                "value \(text(key)) \(flags) \(cas.map(String.init) ?? "-") \(text(data))"
            case .meta(let status, let flags, let data):
                "meta \(status) \(text(flags)) \(status == .value ? text(data) : "")"
            case .metaDebug(let line): "debug \(text(line))"
            case .statistic(let name, let value): "statistic \(text(name)) \(text(value))"
            case .cachedKey(let line): "cachedKey \(text(line))"
            case .prefix(let line): "prefix \(text(line))"
            case .configuration(let body): "configuration \(text(body))"
            case .refusal(let kind, let line): "refusal \(kind) \(text(line))"
            case .unknown(let line): "unknown \(text(line))"
            default: "\(element)"
            }
    }
}

/// Feeds a parser as a connection does: bytes arrive in pieces, used ones are dropped.
struct ParserFeed {
    private var parser = ReplyParser()
    private var buffer: [UInt8] = []
    private(set) var elements: [OwnedElement] = []
    private(set) var failure: ReplyParser.Failure?
    /// Something that must not happen: the position went back, stood still, or went past the end.
    private(set) var fault: String?

    init(maximumLineBytes: Int = 65_536, maximumValueBytes: Int = 4_294_967_296) {
        parser.maximumLineBytes = maximumLineBytes
        parser.maximumValueBytes = maximumValueBytes
    }

    /// Bytes that arrived and are not used.
    var unused: Int { buffer.count }

    mutating func feed(_ bytes: some Sequence<UInt8>) {
        guard failure == nil else { return }
        buffer.append(contentsOf: bytes)
        let buffer = buffer
        var parser = parser
        defer { self.parser = parser }
        var position = 0
        do throws(ReplyParser.Failure) {
            while true {
                let before = position
                guard let element = try parser.next(in: buffer.span, at: &position) else {
                    if position < before || position > buffer.count {
                        fault = "position \(before) → \(position), no element"
                    }
                    if parser.neededBytes <= buffer.count - position {
                        fault = "needs \(parser.neededBytes) bytes, has \(buffer.count - position)"
                    }
                    break
                }
                if position <= before || position > buffer.count { fault = "position \(before) → \(position)" }
                elements.append(OwnedElement(element, of: buffer))
            }
        } catch {
            failure = error
        }
        self.buffer = Array(buffer.dropFirst(position))
    }

    /// What all pieces together come to.
    static func all(_ pieces: [ArraySlice<UInt8>], maximumLineBytes: Int = 65_536) -> ParserFeed {
        var feed = ParserFeed(maximumLineBytes: maximumLineBytes)
        for piece in pieces { feed.feed(piece) }
        return feed
    }
}

/// Files that the tests replay.
enum Recording {
    struct Exchange: Decodable, Sendable, CustomStringConvertible {
        var name: String
        var server_version: String?
        var request: Data
        var reply: Data

        var description: String { "\(name) (\(server_version ?? "?"))" }
        var requestBytes: [UInt8] { Array(request) }
        var replyBytes: [UInt8] { Array(reply) }
    }

    private static let testsDirectory = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let fixtures = testsDirectory.appending(path: "Fixtures")
    /// The full recordings lie beside the package where it is developed.
    private static let vectors = testsDirectory.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "shared/reference/vectors")

    /// Every recorded exchange: the package's own copy, and the full recordings where they are at hand.
    static let exchanges: [Exchange] = {
        let files = [
            fixtures.appending(path: "transcripts.json"), vectors.appending(path: "transcripts.json"),
            vectors.appending(path: "transcripts-1.6.45.json"),
        ]
        return files.flatMap { file -> [Exchange] in
            guard let data = try? Data(contentsOf: file) else { return [] }
            return (try? JSONDecoder().decode([Exchange].self, from: data)) ?? []
        }
    }()

    /// Recorded streams by file name, the full set where it is at hand.
    static let streams: [String: [UInt8]] = {
        var streams: [String: [UInt8]] = [:]
        for directory in [fixtures.appending(path: "streams"), vectors.appending(path: "streams")] {
            let files =
                (try? FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)) ?? []
            for file in files where file.pathExtension == "txt" {
                streams[file.lastPathComponent] = (try? Data(contentsOf: file)).map { Array($0) }
            }
        }
        return streams
    }()

    /// The lines of a stream without their ends (`\n`, or `\r\n`).
    static func lines(of stream: [UInt8]) -> [[UInt8]] {
        stream.split(separator: UInt8(ascii: "\n")).map { line in
            line.last == UInt8(ascii: "\r") ? Array(line.dropLast()) : Array(line)
        }
    }
}
