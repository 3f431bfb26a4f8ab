import TestSupport
import Testing

/// Runs only a few cases at a time: each starts a server and a program or two.
struct InTurns: SuiteTrait, TestTrait, TestScoping {
    private static let turnstile = Turnstile(6)

    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable @concurrent () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await body() }
        try await Self.turnstile.run(body)
    }
}

extension Trait where Self == InTurns {
    static var inTurns: InTurns { InTurns() }
}
