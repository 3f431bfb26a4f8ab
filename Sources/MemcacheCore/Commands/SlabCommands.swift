// The requirements of MemcacheCommand are documented there, not in every command.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// The number of a slab class, 1 to 63: items of about the same size share one.
public struct SlabClass: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The valid numbers.
    public static let numbers = 1...63

    /// The number.
    public let number: Int

    /// Creates a class from a number and checks it.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument``.
    public init(_ number: Int) throws(MemcacheError) {
        guard Self.numbers.contains(number) else {
            throw MemcacheError(.invalidArgument, "\(number) is not a slab class: write a number from 1 to 63")
        }
        self.number = number
    }

    public static func < (left: SlabClass, right: SlabClass) -> Bool { left.number < right.number }

    /// The number in decimal.
    public var description: String { String(number) }
}

extension Command {
    /// Moves a page of memory from one slab class to another; the items in it are lost. Crashes some servers before
    /// 1.6.42.
    ///
    /// `BUSY`, `NOSPARE` and the like are thrown with the code ``MemcacheError/Code/unavailable``.
    ///
    /// The corresponding memcached command is `slabs reassign`.
    public struct ReassignSlabs: MemcacheCommand {
        public static let name = "slabs reassign"

        /// The class that loses a page; nil lets the server choose.
        public var source: SlabClass?
        /// The class that gets it; nil for the pool from which all classes take pages.
        public var destination: SlabClass?

        /// Creates the command.
        public init(from source: SlabClass?, to destination: SlabClass?) {
            self.source = source
            self.destination = destination
        }

        public var replyShape: CommandReplyShape { .line }

        public func validate() throws(MemcacheError) {
            if let source, source == destination {
                throw MemcacheError(
                    .invalidArgument, "the slab class \(source) cannot give a page to itself: write two classes")
            }
        }

        public func encode(into request: inout RequestEncoder) {
            request.line(
                "slabs", "reassign", .number(Int64(source?.number ?? -1)), .number(Int64(destination?.number ?? 0)))
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) { try interpretAcknowledgement(reply) }
    }

    /// Tunes how the server moves pages between slab classes by itself.
    ///
    /// The corresponding memcached command is `slabs automove`.
    public struct TuneSlabAutomove: MemcacheCommand {
        /// A setting and its value.
        public enum Setting: Hashable, Sendable {
            /// Pages stay where they are.
            case off
            /// Pages move slowly, as needed.
            case on
            /// Pages move at every eviction, which loses items.
            case aggressive
            /// The ratio of ages, 0 to 1, below which a class counts as young. Since 1.4.38.
            case ratio(Double)
            /// The share of memory, 0 to 1, kept free for all classes. Since 1.6.34.
            case freeRatio(Double)
            /// The length of the observation window, 3 to 1800. Since 1.6.34.
            case window(Int)
        }

        public static let name = "slabs automove"

        /// The setting to change.
        public var setting: Setting

        /// Creates the command.
        public init(_ setting: Setting) { self.setting = setting }

        public var replyShape: CommandReplyShape { .line }

        public func validate() throws(MemcacheError) {
            switch setting {
            case .off, .on, .aggressive: break
            case .ratio(let ratio), .freeRatio(let ratio):
                guard ratio >= 0, ratio <= 1 else {
                    throw MemcacheError(
                        .invalidArgument, "the ratio \(ratio) is not a share: write a number from 0 to 1")
                }
            case .window(let window):
                guard (3...1800).contains(window) else {
                    throw MemcacheError(.invalidArgument, "the window \(window) is out of range: write 3 to 1800")
                }
            }
        }

        public func encode(into request: inout RequestEncoder) {
            switch setting {
            case .off: request.line("slabs", "automove", "0")
            case .on: request.line("slabs", "automove", "1")
            case .aggressive: request.line("slabs", "automove", "2")
            case .ratio(let ratio): request.line("slabs", "automove", "ratio", .fraction(ratio))
            case .freeRatio(let ratio): request.line("slabs", "automove", "freeratio", .fraction(ratio))
            case .window(let window): request.line("slabs", "automove", "window", .number(Int64(window)))
            }
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) { try interpretAcknowledgement(reply) }
    }

    /// Tunes how the server's LRU is divided, and therefore what is evicted.
    ///
    /// The corresponding memcached commands are `lru tune`, `lru mode` and `lru temp_ttl` (since 1.4.35).
    public struct TuneLRU: MemcacheCommand {
        /// A setting and its value.
        public enum Setting: Hashable, Sendable {
            /// `lru tune`: how much of a class may be HOT and WARM, in percent, 80 together; and how old items may get
            /// there, as factors, greater than 0, of the age of the COLD tail.
            case segments(hotPercent: Int, warmPercent: Int, hotFactor: Double, warmFactor: Double)
            /// `lru mode flat`: one list.
            case flat
            /// `lru mode segmented`: HOT, WARM and COLD.
            case segmented
            /// `lru temp_ttl`: items with at most this lifetime are kept in a separate segment and never evicted; nil
            /// turns that off.
            case temporaryLifetime(Duration?)
        }

        public static let name = "lru"

        /// The setting to change.
        public var setting: Setting

        /// Creates the command.
        public init(_ setting: Setting) { self.setting = setting }

        public var replyShape: CommandReplyShape { .line }

        public func validate() throws(MemcacheError) {
            switch setting {
            case .segments(let hot, let warm, let hotFactor, let warmFactor):
                guard hot >= 0, warm >= 0, hot <= 80, warm <= 80, hot + warm <= 80 else {
                    throw MemcacheError(
                        .invalidArgument, "HOT \(hot) % and WARM \(warm) % exceed 80 % together: write smaller numbers")
                }
                guard hotFactor > 0, warmFactor > 0, hotFactor.isFinite, warmFactor.isFinite else {
                    throw MemcacheError(
                        .invalidArgument,
                        "the factors \(hotFactor) and \(warmFactor) are not valid: write positive numbers"
                    )
                }
            case .temporaryLifetime(let lifetime?):
                guard lifetime >= .zero, lifetime < .seconds(Expiration.maximumWireValue + 1) else {
                    throw MemcacheError(
                        .invalidArgument,
                        "the lifetime \(lifetime) is out of range: write 0 to \(Expiration.maximumWireValue) s"
                    )
                }
            case .flat, .segmented, .temporaryLifetime(nil): break
            }
        }

        public func encode(into request: inout RequestEncoder) {
            switch setting {
            case .segments(let hot, let warm, let hotFactor, let warmFactor):
                request.line(
                    "lru", "tune", .number(Int64(hot)), .number(Int64(warm)), .fraction(hotFactor),
                    .fraction(warmFactor))
            case .flat: request.line("lru", "mode", "flat")
            case .segmented: request.line("lru", "mode", "segmented")
            case .temporaryLifetime(let lifetime):
                request.line("lru", "temp_ttl", .number(lifetime?.components.seconds ?? -1))
            }
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) { try interpretAcknowledgement(reply) }
    }

    /// Tunes flash storage. A server without flash accepts it and ignores it.
    ///
    /// The corresponding memcached command is `extstore` (since 1.5.4).
    public struct TuneFlash: MemcacheCommand {
        /// A setting and its value.
        public enum Setting: Hashable, Sendable {
            /// `item_size`: the smallest item, in bytes, that is moved to flash.
            case itemBytes(UInt32)
            /// `item_age`: how long, in seconds, an item must be unread before it is moved to flash.
            case itemAge(UInt32)
            /// `low_ttl`: items with less lifetime left than this, in seconds, are kept separate.
            case lowLifetime(UInt32)
            /// `recache_rate`: one in this many reads brings an item back to memory.
            case recacheRate(UInt32)
            /// `compact_under`: pages are compacted when fewer than these are free.
            case compactUnder(UInt32)
            /// `drop_under`: pages are dropped when fewer than these are free.
            case dropUnder(UInt32)
            /// `max_sleep`: the longest pause, in microseconds, of the thread that writes to flash.
            case maximumSleepMicroseconds(UInt32)
            /// `max_frag`: the maximum share of a page, 0 to 1, that may be in use if the page is compacted.
            case maximumFragmentation(Double)
            /// `drop_unread`: whether unread items are dropped when a page is compacted.
            case dropUnread(Bool)
        }

        public static let name = "extstore"

        /// The setting to change.
        public var setting: Setting

        /// Creates the command.
        public init(_ setting: Setting) { self.setting = setting }

        public var replyShape: CommandReplyShape { .line }

        public func validate() throws(MemcacheError) {
            if case .maximumFragmentation(let share) = setting, !(share >= 0 && share <= 1) {
                throw MemcacheError(.invalidArgument, "max_frag \(share) is not a share: write a number from 0 to 1")
            }
        }

        public func encode(into request: inout RequestEncoder) {
            switch setting {
            case .itemBytes(let number): request.line("extstore", "item_size", .number(UInt64(number)))
            case .itemAge(let number): request.line("extstore", "item_age", .number(UInt64(number)))
            case .lowLifetime(let number): request.line("extstore", "low_ttl", .number(UInt64(number)))
            case .recacheRate(let number): request.line("extstore", "recache_rate", .number(UInt64(number)))
            case .compactUnder(let number): request.line("extstore", "compact_under", .number(UInt64(number)))
            case .dropUnder(let number): request.line("extstore", "drop_under", .number(UInt64(number)))
            case .maximumSleepMicroseconds(let number): request.line("extstore", "max_sleep", .number(UInt64(number)))
            case .maximumFragmentation(let share): request.line("extstore", "max_frag", .fraction(share))
            case .dropUnread(let drops): request.line("extstore", "drop_unread", drops ? "1" : "0")
            }
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) { try interpretAcknowledgement(reply) }
    }
}
