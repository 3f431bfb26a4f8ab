import MemcacheCore

extension WatchStream {
    /// The contents of the stream, in few words.
    var meaning: String {
        switch self {
        case .fetchers: "every read of a key; writes look too"
        case .mutations: "every store"
        case .evictions: "every item thrown out for lack of room"
        case .connections: "connections made and closed"
        case .system: "the server's own work: crawler, moved pages, flash storage"
        case .deletions: "every item that is deleted"
        case .proxyRequests: "requests through the built-in proxy"
        case .proxyEvents: "the proxy's configuration and the servers behind it"
        case .proxyUser: "what the proxy's scripts log"
        default: ""
        }
    }
}
