// The requirements of MemcacheCommand are documented there, not in every command.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Which items the server's crawler walks through.
public enum CrawlScope: Hashable, Sendable {
    /// Every slab class. Items that move in the meantime may be missed or listed twice.
    case all
    /// Some slab classes, at least one.
    case classes([SlabClass])
    /// The hash table, bucket by bucket: every item exactly once. For dumps only; since 1.6.9.
    case hashTable

    /// The argument as sent.
    package var word: [UInt8] {
        switch self {
        case .all: Array("all".utf8)
        case .classes(let classes): Array(classes.map(\.description).joined(separator: ",").utf8)
        case .hashTable: Array("hash".utf8)
        }
    }

    /// Throws if the list of classes is empty.
    package func validate() throws(MemcacheError) {
        if self == .classes([]) {
            throw MemcacheError(.invalidArgument, "no slab class is named: write all, or numbers from 1 to 63")
        }
    }

    /// Reads `all`, `hash`, or slab classes separated by commas.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument``.
    public init(_ text: String) throws(MemcacheError) {
        switch text {
        case "all": self = .all
        case "hash": self = .hashTable
        default:
            var classes: [SlabClass] = []
            for word in text.split(separator: ",", omittingEmptySubsequences: false) {
                guard let number = ASCIINumber.parseUnsigned(Array(word.utf8)), number <= 63,
                    let slabClass = try? SlabClass(Int(number))
                else {
                    throw MemcacheError(
                        .invalidArgument,
                        "\"\(EscapedText.string(Array(text.utf8)))\" is not a list of slab classes: "
                            + "write all, hash, or numbers from 1 to 63 with commas between them")
                }
                classes.append(slabClass)
            }
            self = .classes(classes)
        }
    }
}

extension Command {
    /// Configures the server's crawler, which looks for expired items.
    ///
    /// The corresponding memcached commands are `lru_crawler enable`, `disable`, `sleep` and `tocrawl` (since 1.4.18).
    public struct TuneCrawler: MemcacheCommand {
        /// A setting and its value.
        public enum Setting: Hashable, Sendable {
            /// Starts the crawler's thread. The answer is `ERROR failed to start lru crawler thread` even if it is
            /// running already.
            case enable
            /// Stops the crawler's thread; expired items then stay until they are requested. A running dump continues.
            case disable
            /// The pause after every 1000 items, in microseconds up to a second; 0 keeps a core busy.
            case sleep(Duration)
            /// The maximum number of items to examine in each class per run; 0 for all.
            case itemLimit(UInt32)
        }

        public static let name = "lru_crawler"

        /// The setting to change.
        public var setting: Setting

        /// Creates the command.
        public init(_ setting: Setting) { self.setting = setting }

        public var replyShape: CommandReplyShape { .line }

        public func validate() throws(MemcacheError) {
            if case .sleep(let pause) = setting, pause < .zero || pause > .seconds(1) {
                throw MemcacheError(
                    .invalidArgument, "the crawler cannot pause \(pause): write 0 to 1000000 microseconds")
            }
        }

        public func encode(into request: inout RequestEncoder) {
            switch setting {
            case .enable: request.line("lru_crawler", "enable")
            case .disable: request.line("lru_crawler", "disable")
            case .sleep(let pause):
                let (seconds, attoseconds) = pause.components
                request.line("lru_crawler", "sleep", .number(seconds * 1_000_000 + attoseconds / 1_000_000_000_000))
            case .itemLimit(let limit): request.line("lru_crawler", "tocrawl", .number(UInt64(limit)))
            }
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) { try interpretAcknowledgement(reply) }
    }

    /// Starts the crawler now, to remove expired items. It continues after the answer.
    ///
    /// `BUSY` is thrown with the code ``MemcacheError/Code/unavailable``. While a dump is being read slowly, the
    /// command hangs instead: check `lru_crawler_running` in the statistics first.
    ///
    /// The corresponding memcached command is `lru_crawler crawl`.
    public struct StartCrawl: MemcacheCommand {
        public static let name = "lru_crawler crawl"

        /// Where to look.
        public var scope: CrawlScope

        /// Creates the command.
        public init(_ scope: CrawlScope = .all) { self.scope = scope }

        public var replyShape: CommandReplyShape { .line }

        public func validate() throws(MemcacheError) {
            try scope.validate()
            if scope == .hashTable {
                throw MemcacheError(
                    .invalidArgument, "lru_crawler crawl cannot walk the hash table: write all or slab classes")
            }
        }

        public func encode(into request: inout RequestEncoder) {
            request.line("lru_crawler", "crawl", .checked(scope.word))
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) { try interpretAcknowledgement(reply) }
    }
}
