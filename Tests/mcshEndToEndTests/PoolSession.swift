import TestSupport
import Testing

/// The built program and several memcacheds of its own.
///
/// The keys of three servers of the same weight, as python-memcached 1.62 was seen to choose: b, counter, key2 and
/// user:1 belong to the first; key, foo, key1 and 1 on the second; a, 9, 0 and key4 on the third.
struct PoolSession {
    var program: BuiltProgram
    let servers: [MemcachedServer]

    /// Starts the servers. They are stopped when the session is no longer used.
    static func start(_ count: Int = 3) async throws -> PoolSession {
        PoolSession(program: try BuiltProgram(), servers: try await MemcachedServer.start(count))
    }

    /// The names of the servers.
    var names: [ByteString] { servers.map { ByteString($0.address) } }

    /// The options that select all servers.
    var selection: [ByteString] { names.flatMap { ["-s", $0] } }

    /// One command, or other words after the selection of the servers.
    func run(_ words: ByteString..., input: BuiltProgram.Input = .nothing) async throws -> BuiltProgram.Finished {
        try await program.run(arguments: selection + words, input: input)
    }

    /// A script on standard input.
    func script(_ text: ByteString, _ options: ByteString...) async throws -> BuiltProgram.Finished {
        try await program.run(arguments: selection + options, input: .bytes(text))
    }
}

extension ByteString {
    /// These bytes with replacements for some texts.
    func replacing(_ names: [(ByteString, String)]) -> String {
        names.reduce(text) { text, pair in
            text.split(separator: pair.0.text, omittingEmptySubsequences: false).joined(separator: pair.1)
        }
    }
}

extension PoolSession {
    /// The output, with S1, S2 and so on for the servers.
    func anonymous(_ bytes: ByteString) -> String {
        bytes.replacing(names.enumerated().map { ($1, "S\($0 + 1)") })
    }
}
