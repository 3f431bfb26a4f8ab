import MemcacheCore

/// What a line of a dump contains about an item besides its key. What is missing, or is not a number, is nil.
struct ItemMetadata: Hashable, Sendable {
    /// When the item expires, in seconds since 1970 by the server's clock; also nil if it never does.
    var expires: Int64?
    /// When it was stored or last moved in its LRU, in seconds since 1970 by the server's clock.
    var lastAccess: Int64?
    var cas: UInt64?
    /// Whether it has been read since it was stored.
    var isFetched: Bool?
    var slabClass: UInt64?
    /// The size of the whole item in bytes: header, key, flags and value.
    var itemBytes: UInt64?
    /// The flags of the item. Since 1.6.24.
    var flags: UInt64?

    /// Reads `exp=-1 la=1795332413 cas=1 fetch=no cls=1 size=61`, in any order and with other fields in between.
    init(_ lines: Span<UInt8>, _ range: Range<Int>) {
        // Positions below the end are not checked again.
        precondition(range.lowerBound >= 0 && range.upperBound <= lines.count)
        var start = range.lowerBound
        while start < range.upperBound {
            guard lines[unchecked: start] != UInt8(ascii: " ") else {
                start += 1
                continue
            }
            var equals = start
            var end = start
            while end < range.upperBound, lines[unchecked: end] != UInt8(ascii: "=") {
                if lines[unchecked: end] == UInt8(ascii: " ") { break }
                end += 1
            }
            if end < range.upperBound, lines[unchecked: end] == UInt8(ascii: "=") { equals = end }
            while end < range.upperBound, lines[unchecked: end] != UInt8(ascii: " ") { end += 1 }
            if equals > start { take(lines, name: start..<equals, value: equals + 1..<end) }
            start = end + 1
        }
    }

    private mutating func take(_ lines: Span<UInt8>, name: Range<Int>, value: Range<Int>) {
        switch lines[name.lowerBound] {
        case UInt8(ascii: "e") where lines.equals("exp", in: name):
            expires = ASCIINumber.parseSigned(lines, value).flatMap { $0 < 0 ? nil : $0 }
        case UInt8(ascii: "l") where lines.equals("la", in: name):
            lastAccess = ASCIINumber.parseSigned(lines, value).flatMap { $0 < 0 ? nil : $0 }
        case UInt8(ascii: "c") where lines.equals("cas", in: name): cas = ASCIINumber.parseUnsigned(lines, value)
        case UInt8(ascii: "c") where lines.equals("cls", in: name): slabClass = ASCIINumber.parseUnsigned(lines, value)
        case UInt8(ascii: "f") where lines.equals("fetch", in: name): isFetched = lines.equals("yes", in: value)
        case UInt8(ascii: "f") where lines.equals("flags", in: name): flags = ASCIINumber.parseUnsigned(lines, value)
        case UInt8(ascii: "s") where lines.equals("size", in: name): itemBytes = ASCIINumber.parseUnsigned(lines, value)
        default: break
        }
    }
}

extension ItemMetadata {
    /// What a listing says about an item, in the order of the columns that programs read.
    enum Field: CaseIterable {
        case expires, lastAccess, cas, isFetched, slabClass, itemBytes, flags

        /// The column of this field. Its width is for rows that are written as they come.
        var column: Column {
            switch self {
            case .expires:
                // In the plain format an item that never expires has the server's own -1.
                Column(
                    "expires", .time, alignment: .trailing, width: Column.Width(cells: 8), absent: "never",
                    plainAbsent: "-1", isNullable: true)
            case .lastAccess:
                Column(
                    "last_access", .time, title: "moved", alignment: .trailing, width: Column.Width(cells: 11),
                    absent: "", isNullable: true)
            case .cas:
                Column(
                    "cas", .number, title: "CAS", width: Column.Width(cells: 3, grows: true), absent: "",
                    isNullable: true)
            case .isFetched:
                Column(
                    "fetched", .flag, alignment: .trailing, width: Column.Width(cells: 7), absent: "",
                    isNullable: true)
            case .slabClass:
                Column("class", .number, width: Column.Width(cells: 5), absent: "", isNullable: true)
            case .itemBytes:
                Column("item_bytes", .bytes, title: "size", width: Column.Width(cells: 8), absent: "", isNullable: true)
            case .flags: Column("flags", .number, width: Column.Width(cells: 5), absent: "")
            }
        }
    }

    /// The value of a field: nothing that would have to be counted, because there may be millions.
    enum Value {
        case number(UInt64)
        case time(Int64)
        case flag(Bool)
        case missing

        fileprivate init(_ number: UInt64?) { self = number.map { .number($0) } ?? .missing }
        fileprivate init(_ time: Int64?) { self = time.map { .time($0) } ?? .missing }

        var cell: Cell.Value {
            switch self {
            case .number(let number): .number(number)
            case .time(let seconds): .signed(seconds)
            case .flag(let flag): .flag(flag)
            case .missing: .missing
            }
        }

        /// Appends it as programs read it.
        ///
        /// - Returns: Whether there is one.
        func append(to out: inout [UInt8]) -> Bool {
            switch self {
            case .number(let number): ASCIINumber.append(number, to: &out)
            case .time(let seconds): ASCIINumber.append(seconds, to: &out)
            case .flag(let flag): out.append(flag ? "true" : "false")
            case .missing: return false
            }
            return true
        }
    }

    subscript(field: Field) -> Value {
        switch field {
        case .expires: Value(expires)
        case .lastAccess: Value(lastAccess)
        case .cas: Value(cas)
        case .isFetched: isFetched.map { .flag($0) } ?? .missing
        case .slabClass: Value(slabClass)
        case .itemBytes: Value(itemBytes)
        case .flags: Value(flags)
        }
    }

    /// What people read if it differs from what the column's kind says: times from now.
    ///
    /// - Parameter now: The current time by the server's clock.
    func text(of field: Field, now: Int64) -> String? {
        switch field {
        case .expires: expires.map { HumanUnits.duration(seconds: Self.seconds(from: now, to: $0)) }
        case .lastAccess: lastAccess.map { HumanUnits.duration(seconds: Self.seconds(from: $0, to: now)) + " ago" }
        default: nil
        }
    }

    private static func seconds(from start: Int64, to end: Int64) -> UInt64 {
        let (difference, overflow) = end.subtractingReportingOverflow(start)
        return overflow ? (end < start ? 0 : UInt64(Int64.max)) : UInt64(max(0, difference))
    }

    /// The same for an item that was read one by one.
    init(_ item: ListedItem) {
        expires = item.expirationTime
        lastAccess = item.lastAccessTime
        cas = item.cas?.rawValue
        isFetched = item.isFetched
        slabClass = item.slabClass.map { UInt64(clamping: $0) }
        itemBytes = item.itemBytes
        flags = item.flags
    }
}
