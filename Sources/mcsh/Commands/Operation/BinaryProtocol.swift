import MemcacheCore

/// Recognises a server that speaks nothing but the binary protocol, as one started with `-S` or `-B binary` does: it
/// waits until a request has 24 bytes, and hangs up if they are text.
enum BinaryProtocol {
    /// The time limit for connecting, and for the answer, of each of the two requests.
    private static let patience = Duration.milliseconds(300)
    /// A binary request that does nothing. Its answer begins with 0x81 and the same operation, which is a line feed.
    private static let noop: [UInt8] = [0x80, 0x0a] + [UInt8](repeating: 0, count: 22)
    /// Text that is as long as a binary request.
    private static let text = Array("version\r\nversion\r\nversion\r\n".utf8)

    /// Whether a server that has not answered text answers the binary protocol only.
    static func isOnlyProtocol(of server: Server) async -> Bool {
        guard let answer = await failure(of: noop, at: server), answer.code == .unreadableReply,
            answer.message.hasSuffix("\\x81"), let hangUp = await failure(of: text, at: server)
        else { return false }
        return hangUp.code == .connectionLost
    }

    /// The failure of a request on a connection of its own; nil if it was answered.
    private static func failure(of request: [UInt8], at server: Server) async -> MemcacheError? {
        do throws(MemcacheError) {
            let connection = try server.makeConnection(connectTimeout: patience)
            defer { connection.close() }
            return await withCheckedContinuation { continuation in
                connection.submit(
                    request, expecting: [.line], timeout: patience, to: Receiver { continuation.resume(returning: $0) })
            }
        } catch {
            return error
        }
    }

    /// Passes on how a request ended.
    private final class Receiver: ReplyReceiver {
        private let onFinish: @Sendable (MemcacheError?) -> Void

        init(onFinish: @escaping @Sendable (MemcacheError?) -> Void) {
            self.onFinish = onFinish
        }

        func receive(
            _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape,
            completesReply: Bool
        ) {}

        func paused() {}

        func finish(_ error: MemcacheError?, answered: Int) { onFinish(error) }
    }
}
