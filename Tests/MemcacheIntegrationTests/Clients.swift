import MemcacheCore
import TestSupport
import Testing

/// A client for a test's server. The time limits only stop a hang, unless a test sets short ones.
func client(
    _ address: String, replyTimeout: Duration = hangLimit, maximumReplyValueBytes: Int = 4_294_967_296
) throws -> MemcacheClient {
    var configuration = ClientConfiguration(
        server: try ServerAddress(address), connectTimeout: hangLimit, replyTimeout: replyTimeout,
        maximumReplyValueBytes: maximumReplyValueBytes)
    configuration.limits.maximumValueBytes = nil
    configuration.sockets = OverBothSockets.sockets
    return MemcacheClient(configuration)
}

/// Expects a closure to throw an error with a code, from a server.
@discardableResult
func expectError<Answer>(
    _ code: MemcacheError.Code, from address: String, mayHaveTakenEffect: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Answer
) async throws -> MemcacheError {
    do {
        _ = try await body()
    } catch let error as MemcacheError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        #expect(error.server?.description == address, sourceLocation: sourceLocation)
        #expect(error.mayHaveTakenEffect == mayHaveTakenEffect, "\(error)", sourceLocation: sourceLocation)
        return error
    }
    Issue.record("no error; expected \(code)", sourceLocation: sourceLocation)
    throw TestSupportFailure("no error; expected \(code)")
}

/// Fills a server with items `<prefix>0`, `<prefix>1`, … of one byte, without the code under test.
func fill(_ server: MemcachedServer, count: Int, prefix: String = "item:") async throws {
    let connection = try await server.connect()
    var request: [UInt8] = []
    for number in 0..<count {
        request += Array("set \(prefix)\(number) 0 0 1 noreply\r\nx\r\n".utf8)
        if request.count > 1 << 18 {
            try await connection.send(ByteString(request))
            request = []
        }
    }
    try await connection.send(ByteString(request))
    let answer = try await connection.exchange("mn\r\n")
    try #require(answer == "MN\r\n")
}

extension [UInt8] {
    /// The bytes as text.
    var text: String { String(decoding: self, as: UTF8.self) }
}

/// A client for several of a test's servers.
func client(
    _ addresses: [String], weights: [Int] = [], deadRetry: Duration = .seconds(600), flushesOnReconnect: Bool = false,
    _ change: (inout ClientConfiguration) -> Void = { _ in }
) throws -> MemcacheClient {
    var configuration = ClientConfiguration(
        servers: try weighted(addresses, weights),
        failurePolicy: FailurePolicy(deadRetry: deadRetry, flushesOnReconnect: flushesOnReconnect),
        connectTimeout: hangLimit, replyTimeout: hangLimit)
    configuration.sockets = OverBothSockets.sockets
    change(&configuration)
    return MemcacheClient(configuration)
}

/// Servers at addresses, with weight 1 by default.
func weighted(_ addresses: [String], _ weights: [Int] = []) throws -> [WeightedServer] {
    try addresses.enumerated().map { position, address in
        WeightedServer(
            try ServerAddress(address), weight: weights.indices.contains(position) ? weights[position] : 1)
    }
}

/// Ends a test without a verdict if ``keepingPace(within:_:)`` found the machine too busy for it.
func expectPace<Answer>(_ answer: Answer?) throws {
    if answer == nil { try Test.cancel("the machine is too busy: the scripted server never kept pace") }
}
