import Foundation
import TestSupport
import Testing

@testable import MemcacheCore

/// Compares the client with python-memcached: the same calls, the same servers, the same answers. What it sends is
/// compared byte by byte, and its results are compared with python-memcached's.
@Suite(.inTurns) struct PythonCallTests {
    /// Successive calls of one client, as recorded.
    struct Recording: Sendable, CustomTestStringConvertible {
        var name: String
        var release: String
        var options: [String: VectorValue]
        /// The answer to each request, by server and connection.
        var answers: [[[VectorValue]]]
        var calls: [PythonCall]

        init(_ entry: VectorValue) {
            name = entry["name"].text ?? ""
            release = entry["release"].text ?? ""
            options = entry["options"].members
            answers = entry["script"].items.map { $0.items.map { $0.items } }
            calls = entry["steps"].items.map { PythonCall($0) }
        }

        var answerText: String { answers.flatMap { $0.flatMap { $0 } }.map(\.shown).joined() }
        var testDescription: String { "\(name) \(release) \(calls.map(\.description)) ← \(answerText)" }
    }

    private static func fixture(_ name: String) -> [VectorValue] {
        let file = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fixtures/calls").appending(path: name)
        guard let data = try? Data(contentsOf: file) else { return [] }
        return (try? JSONDecoder().decode([VectorValue].self, from: data)) ?? []
    }

    static let recordings = fixture("calls.json").map { Recording($0) }

    @Test func `the recordings are there`() {
        #expect(Self.recordings.count > 300)
        #expect(Self.fixture("live.json").count > 80)
    }

    @Test(arguments: recordings)
    func `the same bytes are sent, and the replies give the same results`(_ recording: Recording) async throws {
        let servers = try recording.answers.indices.map { server in
            try ScriptedServer(connections: try recording.script(of: server))
        }
        var configuration = ClientConfiguration(
            servers: try servers.map { WeightedServer(try ServerAddress($0.address)) },
            profile: try ClientProfile(named: recording.release),
            connectTimeout: hangLimit,
            replyTimeout: recording.answerText.contains("hang") ? .seconds(2) : hangLimit)
        if recording.options["cache_cas"] != nil { configuration.rememberedCASTokens = 100 }
        if let limit = recording.options["server_max_value_length"]?.integer {
            configuration.limits.maximumValueBytes = limit
        }
        let client = MemcacheClient(configuration)
        defer { client.close() }
        for call in recording.calls {
            let outcome = try await client.make(call)
            if let difference = difference(of: outcome, from: call, answers: recording.answerText) {
                Issue.record("\(call.description): \(difference)")
            }
        }
        for (position, server) in servers.enumerated() {
            #expect(server.failures == [])
            let expected = try recording.requests(to: position).map { ByteString($0.flatMap(\.bytes)) }
            #expect(server.allReceived.filter { !$0.isEmpty } == expected.filter { !$0.isEmpty })
        }
    }

    @Test func `the same is stored on a memcached`() async throws {
        let server = try await MemcachedServer.start()
        var configuration = ClientConfiguration(server: try ServerAddress(server.address))
        configuration.replyTimeout = hangLimit
        configuration.rememberedCASTokens = 100
        let client = MemcacheClient(configuration)
        for step in Self.fixture("live.json") {
            let call = PythonCall(step)
            let outcome = try await client.make(call)
            if let difference = difference(of: outcome, from: call, answers: "") {
                Issue.record("\(call.description): \(difference)")
            }
            guard step.members["stored"] != nil, let key = try? Key(python: call[0, "key"]) else { continue }
            let item = try await client.get(key)
            let expected = step["stored"] == .null ? nil : PythonCall.bytes(of: step["stored"])
            #expect(item.map { withoutPadding($0.value) } == expected.map { withoutPadding($0) }, "\(call.description)")
            #expect(item?.flags == step["stored"]["flags"].integer.map { UInt64($0) }, "\(call.description)")
        }
    }
}

/// A value without the spaces that a decrement leaves after the digits, unless the server stores the item again because
/// it is in use.
private func withoutPadding(_ bytes: [UInt8]) -> ByteString {
    ByteString(bytes.prefix((bytes.lastIndex { $0 != 0x20 } ?? -1) + 1))
}

// MARK: - What is sent

extension PythonCallTests.Recording {
    /// A request as it is sent here, and the recorded answer.
    struct Request {
        var bytes: [UInt8]
        var answer: VectorValue?
        var fences: Int

        /// The requests after a failed read of several keys, on another connection: each key alone. python-memcached
        /// takes the keys for misses.
        var askedAgain: Request? {
            let words = bytes.dropLast(2).split(separator: 32)
            guard let answer, words.count > 2, words[0].elementsEqual("get".utf8), answer.shown.contains("SERVER_ERROR")
            else { return nil }
            let keys = words.dropFirst()
            return Request(
                bytes: keys.flatMap { Array("get ".utf8) + $0 + [13, 10] },
                answer: .array(keys.map { _ in answer }), fences: 0)
        }
    }

    /// What a server is sent, by connection.
    func requests(to server: Int) throws -> [[Request]] {
        var requests: [[Request]] = answers[server].map { _ in [] }
        var turns = answers[server].map { _ in 0 }
        for call in calls {
            for sent in call.sent where sent.server == server {
                let connection = sent.connection - 1
                defer { turns[connection] += 1 }
                // Without a token, python-memcached stores without comparing; here that is an error.
                if call.name == "cas", sent.bytes.starts(with: Array("set ".utf8)) { continue }
                let (bytes, fences) = try asSentHere(sent.bytes)
                let turn = turns[connection]
                let known = answers[server][connection]
                requests[connection].append(
                    Request(bytes: bytes, answer: known.indices.contains(turn) ? known[turn] : nil, fences: fences))
            }
        }
        let again = requests.joined().compactMap { $0.askedAgain }
        return requests + again.map { [$0] }
    }

    func script(of server: Int) throws -> [[ScriptedServer.Step]] {
        try requests(to: server).map { requests in
            requests.flatMap { request -> [ScriptedServer.Step] in
                let answer = request.answer.map { $0.steps } ?? []
                let fences = Array(repeating: ScriptedServer.Step.send("VERSION 1.6.18\r\n"), count: request.fences)
                return [.expect(ByteString(request.bytes))] + answer + fences
            }
        }
    }

    /// The same request without the space that python-memcached leaves before some line ends, without the flags and the
    /// expiration that servers ignore in `append` and `prepend`, and with the fence that follows a `noreply`.
    private func asSentHere(_ bytes: [UInt8]) throws -> (bytes: [UInt8], fences: Int) {
        var result: [UInt8] = []
        var fences = 0
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 10) {
            var words = rest[..<end].dropLast().split(separator: 32).map { String(decoding: $0, as: UTF8.self) }
            rest = rest[(end + 1)...]
            var block: ArraySlice<UInt8> = []
            if ["set", "add", "replace", "append", "prepend", "cas"].contains(words[0]) {
                let length = try #require(Int(words[4])) + 2
                block = rest.prefix(length)
                rest = rest.dropFirst(length)
                if words[0].hasSuffix("pend") { words.replaceSubrange(2...3, with: ["0", "0"]) }
            }
            result += Array(words.joined(separator: " ").utf8) + [13, 10] + block
            if words.last == "noreply" {
                result += Array("version\r\n".utf8)
                fences += 1
            }
        }
        return (result, fences)
    }
}

extension VectorValue {
    /// The steps of a server that gives this answer.
    fileprivate var steps: [ScriptedServer.Step] {
        if case .array(let parts) = self { return parts.flatMap(\.steps) }
        switch self["action"].text {
        case nil: return [.send(ByteString(PythonCall.bytes(of: self)))]
        case "close": return [.close]
        case "rst": return [.reset]
        case "hang": return [.silence]
        default: return []
        }
    }

    fileprivate var shown: String {
        if case .array(let parts) = self { return parts.map(\.shown).joined() }
        return self["action"].text.map { "<\($0)>" } ?? String(decoding: PythonCall.bytes(of: self), as: UTF8.self)
    }
}

// MARK: - Results

extension PythonCallTests {
    /// Answers that memcached never gives. python-memcached reads something from them; here they are errors.
    private static let garbled = [
        "VALUE other", "VALUE k2", "hello\r\nERROR", " -1\r\n", " 4\r\nhello", " 6\r\nhello", "VALUE  k", "FOO",
        "DELETED \r\n",
        "9 \r\n",
    ]

    /// How an outcome differs from python-memcached's; nil if they agree.
    private func difference(of outcome: CallOutcome, from call: PythonCall, answers: String) -> String? {
        if let error = outcome.error, [.unreadableReply, .error].contains(error.code),
            Self.garbled.contains(where: answers.contains)
        {
            return nil
        }
        let python = call.returned
        switch outcome {
        case .nothing: return nil
        case .error(let error):
            // An exception there is an error here; so are failures and error replies that look like a plain "no" there.
            if python == nil || python == .null || python == .boolean(false) || python == .integer(0) { return nil }
            // With noreply, python-memcached does not notice that the connection was lost.
            if call.isWithoutReply, error.code == .connectionLost || error.code == .error { return nil }
            if call.name == "cas", error.code == .invalidArgument { return nil }
            return "threw \(error.code) \(error)"
        case .done(let done):
            // Returns 1 as long as the connection lasts.
            if call.name == "delete_multi" { return nil }
            if call.name == "flush_all" { return nil }
            return (python == .boolean(true) || python == .integer(1)) == done ? nil : "gave \(done)"
        case .value(let value):
            guard let python else { return "gave \(String(describing: value))" }
            if python == .null { return value == nil || value?.isNone == true ? nil : "gave a value" }
            if let text = value?.text, let expected = python.text, expected.hasSuffix(" ") {
                return withoutPadding(Array(text.utf8)) == withoutPadding(Array(expected.utf8)) ? nil : "gave \(text)"
            }
            return value == PickleValue(tagged: python) ? nil : "gave \(String(describing: value))"
        case .number(let number):
            guard let python else { return "gave \(String(describing: number))" }
            let expected = python.integer.map { UInt64($0) } ?? python["$int"].text.flatMap { UInt64($0) }
            return number == expected ? nil : "gave \(String(describing: number))"
        case .values(let answer):
            let pairs = python?["$dict"].items ?? []
            var expected: [Key: PickleValue] = [:]
            for pair in pairs { expected[(try? Key(python: pair[0])) ?? "?"] = PickleValue(tagged: pair[1]) }
            // A value that cannot be read, and a server that fails, are reported here.
            if !answer.failures.isEmpty {
                let all = answer.values.allSatisfy { expected[$0.key] == $0.value } || python == nil
                return all ? nil : "gave \(answer)"
            }
            return answer.values == expected && python != nil ? nil : "gave \(answer)"
        case .failed(let keys):
            guard let python else { return "gave \(keys)" }
            let expected = Set(python.items.compactMap { try? Key(python: $0) })
            // After a reset or a timeout python-memcached does not return the keys; with noreply it never knows any.
            let names = answers.contains("<rst>") || answers.contains("<hang>") || call.isWithoutReply
            return Set(keys) == expected || names && expected.isSubset(of: keys) ? nil : "failed for \(keys)"
        case .statistics(let servers):
            guard let python, call.name == "get_stats" else { return nil }
            for (server, expected) in zip(servers, python.items) {
                guard let server else {
                    // It returns what it got, as if it were complete.
                    if answers.contains("<close>") { continue }
                    return "gave nothing"
                }
                let pairs = expected["$tuple"][1]["$dict"].items.map { ($0[0].text ?? "", $0[1].text ?? "") }
                guard server.count == pairs.count, zip(server, pairs).allSatisfy({ $0 == $1 }) else {
                    return "gave \(server)"
                }
            }
            return nil
        }
    }
}
