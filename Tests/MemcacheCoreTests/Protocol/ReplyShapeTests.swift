import MemcacheCore
import Testing

@Suite struct ReplyShapeTests {
    static let shapes: [ReplyShape] = [
        .line, .storage, .values, .value, .meta, .metaStorage, .statistics, .statisticsWithoutEnd, .configuration,
        .untilFence,
        .close,
    ]
    static let empty = 0..<0

    @Test(arguments: shapes)
    func `an error ends every reply but a batch`(shape: ReplyShape) {
        let progress = shape.progress(after: .refusal(.serverError, line: Self.empty))
        #expect(progress == (shape == .untilFence ? .incomplete : .complete))
    }

    @Test(arguments: shapes)
    func `an unknown line belongs to no reply`(shape: ReplyShape) {
        #expect(shape.progress(after: .unknown(Self.empty)) == .violation)
    }

    @Test func `END ends values and lists, and nothing else`() {
        for shape in Self.shapes {
            let expected: ReplyShape.Progress =
                switch shape {
                case .values, .value, .statistics, .configuration: .complete
                case .untilFence: .incomplete
                default: .violation
                }
            #expect(shape.progress(after: .end) == expected, "\(shape)")
        }
    }

    @Test func `a value is not a reply to a store`() {
        let value = ReplyElement.value(key: Self.empty, flags: 0, cas: nil, data: Self.empty)
        #expect(ReplyShape.storage.progress(after: value) == .violation)
        #expect(ReplyShape.line.progress(after: value) == .violation)
        #expect(ReplyShape.values.progress(after: value) == .incomplete)
    }

    @Test func `a store's reply is not one to a get`() {
        #expect(ReplyShape.values.progress(after: .stored) == .violation)
        #expect(ReplyShape.meta.progress(after: .stored) == .violation)
        #expect(ReplyShape.storage.progress(after: .deleted) == .violation)
    }

    @Test func `a batch ends with MN`() {
        #expect(ReplyShape.untilFence.progress(after: .stored) == .incomplete)
        #expect(
            ReplyShape.untilFence.progress(after: .meta(.notFound, flags: Self.empty, data: Self.empty)) == .incomplete)
        #expect(ReplyShape.untilFence.progress(after: .metaNoop) == .complete)
    }

    @Test(arguments: [
        (ReplyShape.storage, Refusal.Kind.error, "ERROR", true),
        (.storage, .clientError, "CLIENT_ERROR bad command line format", true),
        (.storage, .clientError, "CLIENT_ERROR bad data chunk", true),
        (.storage, .serverError, "SERVER_ERROR object too large for cache", false),
        (.storage, .serverError, "SERVER_ERROR out of memory storing object", false),
        (.metaStorage, .error, "ERROR", true),
        (.metaStorage, .clientError, "CLIENT_ERROR bad data chunk", true),
        (.metaStorage, .clientError, "CLIENT_ERROR invalid flag", false),
        (.meta, .clientError, "CLIENT_ERROR bad command line format", false),
        (.values, .clientError, "CLIENT_ERROR bad command line format", false),
        (.line, .error, "ERROR", false),
        (.line, .error, "ERROR Too many open connections", true),
    ])
    func `a rejected block may be executed as commands, and then nothing can be trusted`(
        shape: ReplyShape, kind: Refusal.Kind, line: String, losesStep: Bool
    ) {
        let bytes = Wire.bytes(line)
        let answer = shape.losesStep(after: kind, line: bytes.span, 0..<bytes.count)
        #expect(answer == losesStep)
    }
}
