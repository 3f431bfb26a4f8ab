import MemcacheCore
import Synchronization

/// The client that a session currently uses, for Ctrl-C, which is handled on another thread: a running line may switch
/// to other servers.
final class CurrentClient: Sendable {
    private let client: Mutex<MemcacheClient>

    init(_ client: MemcacheClient) { self.client = Mutex(client) }

    func replace(_ new: MemcacheClient) { client.withLock { $0 = new } }

    /// Closes its connections.
    func disconnect() { client.withLock { $0 }.disconnect() }
}
