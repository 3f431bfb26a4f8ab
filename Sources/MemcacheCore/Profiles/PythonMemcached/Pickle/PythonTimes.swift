/// A `datetime.date`.
public struct PythonDate: Hashable, Sendable {
    /// 1 to 9999.
    public var year: Int
    /// 1 to 12.
    public var month: Int
    /// 1 to 31.
    public var day: Int

    /// Creates a date.
    public init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }
}

/// A `datetime.time`.
public struct PythonTime: Hashable, Sendable {
    /// 0 to 23.
    public var hour: Int
    /// 0 to 59.
    public var minute: Int
    /// 0 to 59.
    public var second: Int
    /// 0 to 999,999.
    public var microsecond: Int
    /// Whether it is the second of two equal times, when clocks are set back; Python's `fold`.
    public var isRepeated: Bool
    /// The time zone; nil for a time without one.
    public var zone: PythonTimeZone?

    /// Creates a time of day.
    public init(
        hour: Int, minute: Int = 0, second: Int = 0, microsecond: Int = 0, isRepeated: Bool = false,
        zone: PythonTimeZone? = nil
    ) {
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
        self.isRepeated = isRepeated
        self.zone = zone
    }
}

/// A `datetime.datetime`.
public struct PythonDateTime: Hashable, Sendable {
    /// The day.
    public var date: PythonDate
    /// The time of that day, with the time zone.
    public var time: PythonTime

    /// Creates a date with a time.
    public init(date: PythonDate, time: PythonTime) {
        self.date = date
        self.time = time
    }
}

/// The time zone of a datetime or time.
public enum PythonTimeZone: Hashable, Sendable {
    /// A fixed offset from UTC: `datetime.timezone`. The name is set only if it does not follow from the offset.
    case offset(PythonTimeDelta, name: String? = nil)
    /// Another library's zone, as an object. ``knownOffset`` is the offset from UTC according to its description.
    case described(PickleValue, knownOffset: PythonTimeDelta?)

    /// UTC.
    public static let utc = PythonTimeZone.offset(PythonTimeDelta())
}

/// A `datetime.timedelta`: a length of time, normalized as Python does, so that only the days can be negative.
public struct PythonTimeDelta: Hashable, Sendable {
    /// Whole days, negative for a length below zero.
    public var days: Int
    /// 0 to 86,399.
    public var seconds: Int
    /// 0 to 999,999.
    public var microseconds: Int

    /// Creates a length of time.
    public init(days: Int = 0, seconds: Int = 0, microseconds: Int = 0) {
        self.days = days
        self.seconds = seconds
        self.microseconds = microseconds
    }
}

// MARK: - ISO 8601

extension PythonDate: CustomStringConvertible {
    /// `2024-02-29`.
    public var description: String {
        PythonTime.padded(year, 4) + "-" + PythonTime.padded(month, 2) + "-" + PythonTime.padded(day, 2)
    }
}

extension PythonTime: CustomStringConvertible {
    /// `23:59:59.000001+01:00`, as Python's `isoformat` writes it: microseconds only if there are any.
    public var description: String {
        var text = Self.padded(hour, 2) + ":" + Self.padded(minute, 2) + ":" + Self.padded(second, 2)
        if microsecond != 0 { text += "." + Self.padded(microsecond, 6) }
        switch zone {
        case nil, .described(_, knownOffset: nil): break
        case .offset(let offset, _), .described(_, let offset?): text += Self.sign(offset)
        }
        return text
    }

    /// `+05:30`, with seconds and microseconds only if there are any.
    private static func sign(_ offset: PythonTimeDelta) -> String {
        // The days of an offset from UTC are 0 or -1: Python allows less than a day in either direction.
        var seconds = offset.seconds.clamped(to: 0...86399) + offset.days.clamped(to: -1...0) * 86400
        var microseconds = offset.microseconds.clamped(to: 0...999_999)
        let isNegative = seconds < 0
        if isNegative {
            seconds = -seconds
            if microseconds > 0 {
                seconds -= 1
                microseconds = 1_000_000 - microseconds
            }
        }
        var text = (isNegative ? "-" : "+") + padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2)
        if seconds % 60 != 0 || microseconds != 0 { text += ":" + padded(seconds % 60, 2) }
        if microseconds != 0 { text += "." + padded(microseconds, 6) }
        return text
    }

    fileprivate static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension PythonDateTime: CustomStringConvertible {
    /// `2024-02-29T13:14:15.678901+00:00`, as Python's `isoformat` writes it.
    public var description: String { "\(date)T\(time)" }
}

extension PythonTimeDelta {
    /// Whether Python can represent such a length of time.
    var isPossible: Bool {
        (-999_999_999...999_999_999).contains(days) && (0..<86400).contains(seconds)
            && (0..<1_000_000).contains(microseconds)
    }

    /// Whether it is less than a day, in either direction.
    var isOffset: Bool {
        isPossible && (days == 0 || days == -1 && (seconds > 0 || microseconds > 0))
    }
}

extension PythonDate {
    /// Whether the calendar has such a day.
    var isPossible: Bool {
        guard (1...9999).contains(year), (1...12).contains(month) else { return false }
        let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length = month == 2 ? (isLeapYear ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
        return (1...length).contains(day)
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
