import TestSupport
import Testing

/// The built program and a memcached of its own.
struct Session {
    var program: BuiltProgram
    let server: MemcachedServer

    /// Starts the server. It is stopped when the session is no longer used.
    static func start(
        on endpoint: ServerEndpoint = .unixSocket, arguments: [String] = []
    ) async throws -> Session {
        Session(
            program: try BuiltProgram(), server: try await MemcachedServer.start(on: endpoint, arguments: arguments))
    }

    /// The options that select the session's server.
    var selection: [ByteString] { ["-s", ByteString(server.address)] }

    /// One command, or other words after the selection of the server.
    func run(_ words: ByteString..., input: BuiltProgram.Input = .nothing) async throws -> BuiltProgram.Finished {
        try await program.run(arguments: selection + words, input: input)
    }

    func run(words: [ByteString], input: BuiltProgram.Input = .nothing) async throws -> BuiltProgram.Finished {
        try await program.run(arguments: selection + words, input: input)
    }

    /// One command, in which a word `TOKEN` is the CAS token of an item that the server has.
    func run(words: [ByteString], tokenOf key: ByteString) async throws -> BuiltProgram.Finished {
        guard words.contains("TOKEN") else { return try await run(words: words) }
        let token = try await server.casToken(of: key)
        return try await run(words: words.map { $0 == "TOKEN" ? token : $0 })
    }

    /// A script on standard input.
    func script(_ text: ByteString, _ options: ByteString...) async throws -> BuiltProgram.Finished {
        try await program.run(arguments: selection + options, input: .bytes(text))
    }

    /// The remaining lifetime of an item, as the server reports it: nil for an item that does not expire.
    func secondsLeft(of key: ByteString) async throws -> Int? {
        let reply = try await server.exchange("mg \(key) t\r\n")
        let seconds = try #require(Int(reply.text.dropFirst(4).prefix { !$0.isNewline }), "mg answered \(reply)")
        return seconds == -1 ? nil : seconds
    }
}

/// Runs the program against a server that follows a script.
func runAgainst(
    _ server: ScriptedServer, _ words: ByteString..., input: BuiltProgram.Input = .nothing
) async throws -> BuiltProgram.Finished {
    try await BuiltProgram().run(arguments: ["-s", ByteString(server.address)] + words, input: input)
}

/// Every possible byte, in order.
let everyByte = ByteString(UInt8.min...UInt8.max)

/// Bytes that do not repeat soon, so that a lost, doubled or moved piece is noticed.
func patterned(count: Int) -> ByteString {
    ByteString(
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            var state: UInt32 = 2_463_534_242
            for index in 0..<count {
                state ^= state << 13
                state ^= state >> 17
                state ^= state << 5
                buffer[index] = UInt8(truncatingIfNeeded: state >> 11)
            }
            initialized = count
        })
}

/// Ends a test without a verdict where ``keepingPace(within:_:)`` found the machine too busy for it.
func expectPace<Answer>(_ answer: Answer?) throws {
    if answer == nil { try Test.cancel("the machine is too busy: the scripted server never kept pace") }
}
