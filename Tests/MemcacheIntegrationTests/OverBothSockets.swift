import MemcacheCore
import Testing

/// Runs each test twice: with the connections of applications, and with those of the shell.
struct OverBothSockets: SuiteTrait, TestTrait, TestScoping {
    /// What the clients of the current test are made of.
    @TaskLocal static var sockets = Sockets.nio

    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable @concurrent () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await body() }
        for sockets in [Sockets.nio, .poll] {
            try await Self.$sockets.withValue(sockets) { try await body() }
        }
    }
}

extension Trait where Self == OverBothSockets {
    static var overBothSockets: OverBothSockets { OverBothSockets() }
}
