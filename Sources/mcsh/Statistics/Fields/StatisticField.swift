/// What is known about one statistic: how its number is interpreted, and what it means.
struct StatisticField: Hashable, Sendable {
    /// The request whose reply has the statistic.
    enum Group: String, Hashable, Sendable, CaseIterable {
        case general, settings, items, slabs, sizes, conns, extstore, proxy, proxyfuncs, proxybe

        /// The request as the user types it.
        var command: String {
            switch self {
            case .general: "stats"
            default: "stats " + rawValue
            }
        }
    }

    enum Unit: String, Hashable, Sendable, CaseIterable {
        case count, bytes, kibibytes, pages, windows
        case seconds, microseconds, cpuSeconds, unixSeconds
        case ratio, percent, log2, level, bits
        case bool, yesNo, onOff
        case id, port, octal, character, enumeration, version, string, path, pathOrNo, address
    }

    enum Kind: String, Hashable, Sendable {
        /// Only grows, until the server restarts or its counters are reset.
        case counter
        /// The current state.
        case gauge
        /// Fixed, or changed only by an operator.
        case info
    }

    let group: Group
    /// As the server writes it, without a class or connection number; `<…>` is the variable part.
    let name: String
    let unit: Unit
    let kind: Kind
    let meaning: String
    /// The first version that has it.
    let since: String
    /// The last version that has it, if later ones do not.
    let until: String?

    init(
        _ group: Group, _ name: String, _ unit: Unit, _ kind: Kind, since: String, until: String? = nil,
        _ meaning: String
    ) {
        self.group = group
        self.name = name
        self.unit = unit
        self.kind = kind
        self.since = since
        self.until = until
        self.meaning = meaning
    }
}

extension StatisticField.Unit {
    /// The unit of the number that the server sends, in words.
    var explanation: String {
        switch self {
        case .count: "a count"
        case .bytes: "bytes"
        case .kibibytes: "kibibytes"
        case .pages: "pages"
        case .windows: "windows"
        case .seconds: "seconds"
        case .microseconds: "microseconds"
        case .cpuSeconds: "seconds of CPU time"
        case .unixSeconds: "seconds since 1970"
        case .ratio: "a ratio"
        case .percent: "percent"
        case .log2: "a power of two"
        case .level: "a level"
        case .bits: "bits"
        case .bool: "1 or 0"
        case .yesNo: "yes or no"
        case .onOff: "on or off"
        case .id: "an identifier"
        case .port: "a port number"
        case .octal: "an octal number"
        case .character: "a character"
        case .enumeration: "one of a few names"
        case .version: "a version"
        case .string: "text"
        case .path: "a path"
        case .pathOrNo: "a path, or no"
        case .address: "an address"
        }
    }
}
