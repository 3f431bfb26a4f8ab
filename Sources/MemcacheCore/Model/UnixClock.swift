import MemcachePlatform

/// The wall clock, in the unit of the protocol.
public enum UnixClock {
    /// Seconds since 1970-01-01 00:00 UTC. Calls `time`.
    public static func now() -> Int64 { Int64(time(nil)) }
}
