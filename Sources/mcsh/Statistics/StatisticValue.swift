import MemcacheCore

/// A server's value in the form people read, by its unit.
struct StatisticValue: Hashable, Sendable {
    var text: String
    /// The server's own number, if the text has rounded it.
    var exact: String?
    /// Whether nothing happened or nothing is set, so that it can be dimmed.
    var isZero = false

    /// - Parameters:
    ///   - value: The server's bytes, shown escaped if they do not match the unit.
    ///   - unit: Nil if the statistic is unknown: then the value is not interpreted.
    init(_ value: [UInt8], unit: StatisticField.Unit?, escape: ([UInt8]) -> String) {
        text = value.isEmpty ? "(empty)" : escape(value)
        guard let unit else { return }
        if Self.canBeUnset(unit), Self.unset.contains(text) {
            self = StatisticValue(text: "not set", isZero: true)
        } else if let number = ASCIINumber.parseUnsigned(value) {
            read(number, unit)
        } else if let amount = StatisticsReading.amount(value) {
            isZero = amount == 0
            if unit == .cpuSeconds { setCPUTime(amount) }
        } else if unit == .yesNo {
            isZero = text == "no"
        }
    }

    private init(text: String, exact: String? = nil, isZero: Bool) {
        self.text = text
        self.exact = exact
        self.isZero = isZero
    }

    private static let unset: Set<String> = ["(null)", "NULL", "no"]

    private static func canBeUnset(_ unit: StatisticField.Unit) -> Bool {
        switch unit {
        case .yesNo, .onOff, .bool: false
        default: true
        }
    }

    private mutating func read(_ number: UInt64, _ unit: StatisticField.Unit) {
        isZero = number == 0
        switch unit {
        case .count, .pages, .windows:
            text = HumanUnits.count(number)
        case .bytes:
            text = HumanUnits.bytes(number)
            if number >= 1024 { exact = HumanUnits.count(number) }
        case .kibibytes:
            let (bytes, overflow) = number.multipliedReportingOverflow(by: 1024)
            if !overflow { text = HumanUnits.bytes(bytes) }
        case .seconds:
            text = HumanUnits.duration(seconds: number)
            if number >= 60 { exact = HumanUnits.count(number) + " s" }
        case .microseconds:
            text = HumanUnits.duration(microseconds: number)
            if number >= 1000 { exact = HumanUnits.count(number) + " us" }
        case .cpuSeconds:
            setCPUTime(Double(number))
        case .unixSeconds:
            if let time = HumanUnits.time(unixSeconds: number) {
                exact = text
                text = time
            }
        case .percent:
            text += "%"
        case .bits:
            text += " bit"
        case .log2:
            if number > 0, number < 64 { exact = "2^\(number) = " + HumanUnits.count(1 << number) }
        case .bool:
            if number <= 1 { text = number == 1 ? "yes" : "no" }
        case .ratio, .level, .yesNo, .onOff, .id, .port, .octal, .character, .enumeration, .version, .string, .path,
            .pathOrNo, .address:
            break
        }
    }

    private mutating func setCPUTime(_ seconds: Double) {
        isZero = seconds == 0
        if seconds >= 60, seconds < 1e15 {
            exact = text + " s"
            text = HumanUnits.duration(seconds: UInt64(seconds))
        } else if seconds < 60 {
            text = HumanUnits.decimal(seconds, places: 2) + "s"
        }
    }
}
