import Foundation
import MemcacheCore
import Synchronization
import TestSupport
import Testing

/// MemcacheCore and the real python-memcached on the same servers: what one writes, the other finds and reads.
///
/// The tests run if `MCSH_INTEROP_PYTHON` names a Python that has python-memcached; `make test-interop` provides one.
@Suite(
    .enabled(
        if: Peer.interpreter != nil,
        "MCSH_INTEROP_PYTHON names no Python with python-memcached; `make test-interop` makes one and runs these tests"),
    .inTurns)
enum InteropTests {}

/// The real python-memcached: a Python that runs `peer.py`, and in it one `client`.
///
///     let peer = try await Peer.start([server.address])
///     #expect(try await peer("client.set('n', 10)") == "True")
final class Peer: Sendable {
    /// The Python that has python-memcached, if there is one.
    static var interpreter: String? {
        ProcessInfo.processInfo.environment["MCSH_INTEROP_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private struct Answer: Decodable {
        var repr: String?
        var error: String?
    }

    private let program: RunningProgram
    /// How much of the output has been consumed as answers.
    private let taken = Mutex(0)

    private init(_ program: RunningProgram) { self.program = program }

    /// Starts a Python with a client of these servers.
    ///
    /// - Parameters:
    ///   - weights: One for each server; all 1 by default.
    ///   - options: Further arguments of `memcache.Client`, as Python writes them.
    static func start(_ addresses: [String], weights: [Int] = [], options: String = "") async throws -> Peer {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "peer.py").path(
            percentEncoded: false)
        let python = try BuiltProgram(path: try #require(interpreter))
        // Nothing is imported from the script's folder or the user's packages, and no bytecode is written.
        let peer = Peer(try await python.start("-I", "-B", ByteString(script)))
        let version = try await peer(
            "connect(addresses, weights, \(options))",
            ["addresses": addresses, "weights": weights.isEmpty ? addresses.map { _ in 1 } : weights])
        try #require(version == "'1.62'")
        return peer
    }

    /// Evaluates an expression in which `client` is python-memcached's.
    ///
    /// - Parameter names: The values of names in it, as JSON. They keep their values.
    /// - Returns: The value as Python's `repr` prints it, or the name of the class of the exception.
    func callAsFunction(_ expression: String, _ names: [String: Any] = [:]) async throws -> String {
        let command: [String: Any] = ["evaluate": expression, "with": names]
        let line = try JSONSerialization.data(withJSONObject: command, options: .withoutEscapingSlashes)
        try await program.write(ByteString(line) + "\n")
        let start = taken.withLock { $0 }
        let output = try await program.waitForOutput { $0[start...].last == UInt8(ascii: "\n") }
        taken.withLock { $0 = output.count }
        let answer = try JSONDecoder().decode(Answer.self, from: Data(output[start...]))
        return answer.repr ?? answer.error ?? ""
    }
}

/// A client for a test's servers that marks a lost one down for as long as the test runs, as ``Peer``'s does.
func client(_ addresses: [String], weights: [Int] = []) throws -> MemcacheClient {
    let servers = try addresses.enumerated().map { position, address in
        WeightedServer(try ServerAddress(address), weight: weights.isEmpty ? 1 : weights[position])
    }
    return MemcacheClient(
        ClientConfiguration(
            servers: servers, failurePolicy: FailurePolicy(deadRetry: .seconds(600)), connectTimeout: hangLimit,
            replyTimeout: hangLimit))
}
