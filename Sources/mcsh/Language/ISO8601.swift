/// Converts ISO 8601 times to and from Unix time. Years 1970 to 9999, in UTC or with an offset.
enum ISO8601 {
    /// Reads `2030-01-31`, `2030-01-31T12:00`, `2030-01-31T12:00:30`, with `Z`, `+hh:mm`, `-hh:mm` or nothing (UTC).
    static func parse(_ text: [UInt8]) -> Int64? {
        var reader = Reader(text: text)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2), (1970...9999).contains(year), (1...12).contains(month),
            (1...daysInMonth(month, of: year)).contains(day)
        else { return nil }
        var seconds = daysSinceEpoch(year: year, month: month, day: day) * 86_400
        guard !reader.isAtEnd else { return seconds }
        guard reader.skip("T") || reader.skip("t") || reader.skip(" "), let hour = reader.number(2),
            reader.skip(":"), let minute = reader.number(2), hour < 24, minute < 60
        else { return nil }
        seconds += hour * 3600 + minute * 60
        if reader.skip(":") {
            guard let second = reader.number(2), second < 60 else { return nil }
            seconds += second
        }
        if reader.skip("Z") || reader.skip("z") || reader.isAtEnd { return reader.isAtEnd ? seconds : nil }
        let isEast = reader.skip("+")
        guard isEast || reader.skip("-"), let hours = reader.number(2), hours < 24 else { return nil }
        _ = reader.skip(":")
        guard let minutes = reader.number(2), minutes < 60, reader.isAtEnd else { return nil }
        return seconds + (isEast ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    /// `2030-01-31T12:00:30Z`.
    static func string(unixTime: Int64) -> String {
        let days = unixTime >= 0 ? unixTime / 86_400 : -((-1 - unixTime) / 86_400) - 1
        let second = unixTime - days * 86_400
        let (year, month, day) = date(daysSinceEpoch: days)
        func padded(_ number: Int64, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month))-\(padded(day))T"
            + "\(padded(second / 3600)):\(padded(second / 60 % 60)):\(padded(second % 60))Z"
    }

    private struct Reader {
        let text: [UInt8]
        var position = 0

        var isAtEnd: Bool { position == text.count }

        mutating func number(_ digits: Int) -> Int64? {
            guard position + digits <= text.count else { return nil }
            var value: Int64 = 0
            for byte in text[position..<position + digits] {
                guard (48...57).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 48)
            }
            position += digits
            return value
        }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard position < text.count, UInt32(text[position]) == character.value else { return false }
            position += 1
            return true
        }
    }

    private static func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01, by counting years from March so that leap days come last.
    private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = daysSinceEpoch + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
