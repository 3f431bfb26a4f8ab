/// What a client works with.
public struct ClientConfiguration: Sendable {
    /// The server.
    public var server: ServerAddress
    /// How long resolving the name and connecting may take together. 3 s, as in python-memcached.
    public var connectTimeout: Duration
    /// How long the server may take to answer, counted from the answer before. 3 s, as in python-memcached.
    public var replyTimeout: Duration
    /// The longest value that is read; a server that announces a longer one is not trusted. 4 GiB.
    public var maximumReplyValueBytes: Int
    /// Is shown every byte that is sent or received; nil costs nothing.
    package var trace: WireTrace?

    /// The settings for a server, all others at their defaults.
    public init(
        server: ServerAddress, connectTimeout: Duration = .seconds(3), replyTimeout: Duration = .seconds(3),
        maximumReplyValueBytes: Int = 4_294_967_296
    ) {
        self.server = server
        self.connectTimeout = connectTimeout
        self.replyTimeout = replyTimeout
        self.maximumReplyValueBytes = maximumReplyValueBytes
    }
}
