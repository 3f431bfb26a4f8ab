import MemcacheCore

/// The statistics of one reply by name. Everything in it is optional and may be nonsense.
struct StatisticsReading {
    let statistics: [Statistic]
    private let values: [String: [UInt8]]

    init(_ statistics: [Statistic]) {
        self.statistics = statistics
        values = Dictionary(
            statistics.map { (String(decoding: $0.name, as: UTF8.self), $0.value) },
            uniquingKeysWith: { first, _ in first })
    }

    init(fields: [String: [UInt8]]) {
        statistics = []
        values = fields
    }

    subscript(name: String) -> [UInt8]? { values[name] }

    /// A non-negative integer; nil if it is missing or something else.
    func number(_ name: String) -> UInt64? {
        values[name].flatMap { ASCIINumber.parseUnsigned($0) }
    }

    /// Whether these are the general statistics of memcached's built-in proxy, which stores no items itself.
    var isOfProxy: Bool { values["proxy_conn_requests"] != nil }

    /// The same for calculations, including decimals. Fractions do not overflow.
    func amount(_ name: String) -> Double? {
        values[name].flatMap(Self.amount)
    }

    func text(_ name: String) -> String? {
        values[name].map { String(decoding: $0, as: UTF8.self) }
    }

    static func amount(_ value: [UInt8]) -> Double? {
        let isDecimal = value.allSatisfy {
            ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: ".")
        }
        guard isDecimal, (1...40).contains(value.count) else { return nil }
        return Double(String(decoding: value, as: UTF8.self))
    }
}

/// A reply whose names begin with a number (`1:chunk_size`, `items:1:number`, `22:addr`), grouped by that number.
struct NumberedStatistics {
    struct Entry {
        var number: UInt64
        var fields = StatisticsReading(fields: [:])
    }

    /// The entries in ascending order.
    private(set) var entries: [Entry] = []
    /// Statistics that do not belong to a number, or have a field that the view does not know.
    private(set) var others: [Statistic] = []

    init(_ statistics: [Statistic], prefix: String = "", known: Set<String>) {
        var fields: [UInt64: [String: [UInt8]]] = [:]
        for statistic in statistics {
            guard let (number, name) = Self.split(statistic.name, prefix: prefix), known.contains(name),
                fields[number]?[name] == nil
            else {
                others.append(statistic)
                continue
            }
            fields[number, default: [:]][name] = statistic.value
        }
        entries = fields.sorted { $0.key < $1.key }
            .map { Entry(number: $0.key, fields: StatisticsReading(fields: $0.value)) }
    }

    private static func split(_ name: [UInt8], prefix: String) -> (UInt64, String)? {
        guard name.starts(with: prefix.utf8) else { return nil }
        let rest = name.dropFirst(prefix.utf8.count)
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")),
            let number = ASCIINumber.parseUnsigned(Array(rest[..<colon]))
        else { return nil }
        return (number, String(decoding: rest[(colon + 1)...], as: UTF8.self))
    }
}

extension Sequence<UInt64> {
    /// The sum, or the largest number on overflow.
    func saturatingSum() -> UInt64 {
        reduce(0) { sum, next in
            let (result, overflow) = sum.addingReportingOverflow(next)
            return overflow ? .max : result
        }
    }
}
