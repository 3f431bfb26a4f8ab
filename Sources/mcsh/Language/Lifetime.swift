import MemcacheCore

/// A lifetime as people write it: `60`, `15m`, `12h`, `45d`, `@1790000000`, an ISO-8601 time, `0` or `never`.
enum Lifetime {
    /// Reads a lifetime.
    ///
    /// - Returns: nil when it is none of the forms.
    static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Expiration? {
        guard !range.isEmpty else { return nil }
        if let seconds = ASCIINumber.parseUnsigned(bytes, range) { return after(seconds, times: 1) }
        if bytes[range.lowerBound] == UInt8(ascii: "@") {
            return ASCIINumber.parseUnsigned(bytes, range.lowerBound + 1..<range.upperBound)
                .flatMap { $0 <= UInt64(Expiration.maximumWireValue) ? Expiration.at(unixTime: Int64($0)) : nil }
        }
        if bytes.equals("never", in: range) { return .never }
        if bytes.equals("-1", in: range) { return .immediately }
        let unit = bytes[range.upperBound - 1]
        if let seconds = secondsPerUnit(unit),
            let count = ASCIINumber.parseUnsigned(bytes, range.lowerBound..<range.upperBound - 1)
        {
            return after(count, times: seconds)
        }
        return ISO8601.parse(bytes.copy(range)).map { .at(unixTime: $0) }
    }

    /// What to write for a lifetime, for messages.
    static let forms = "60, 15m, 12h, 45d, @1790000000, 2030-01-31T12:00:00Z or never"

    private static func secondsPerUnit(_ unit: UInt8) -> UInt64? {
        switch unit {
        case UInt8(ascii: "s"): 1
        case UInt8(ascii: "m"): 60
        case UInt8(ascii: "h"): 3600
        case UInt8(ascii: "d"): 86_400
        case UInt8(ascii: "w"): 604_800
        default: nil
        }
    }

    private static func after(_ count: UInt64, times seconds: UInt64) -> Expiration? {
        let (product, overflow) = count.multipliedReportingOverflow(by: seconds)
        guard !overflow, product <= UInt64(Expiration.maximumWireValue) else { return nil }
        return product == 0 ? .never : .after(.seconds(Int64(product)))
    }
}
