import MemcacheCore
import Synchronization

/// The client that a session uses now, for Ctrl-C, which is taken in on another thread: a line that runs may go on with
/// other servers.
final class CurrentClient: Sendable {
    private let client: Mutex<MemcacheClient>

    init(_ client: MemcacheClient) { self.client = Mutex(client) }

    func replace(_ new: MemcacheClient) { client.withLock { $0 = new } }

    /// Closes its connections.
    func disconnect() { client.withLock { $0 }.disconnect() }
}
