package import Testing

/// Runs only a few tests at a time, each of which starts servers or programs, and ends one that hangs.
package struct InTurns: SuiteTrait, TestTrait, TestScoping {
    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable @concurrent () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await body() }
        try await withoutActuallyEscaping(body) { try await inTurn($0) }
    }
}

extension Trait where Self == InTurns {
    package static var inTurns: InTurns { InTurns() }
}
