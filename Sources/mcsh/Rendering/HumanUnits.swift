/// Numbers as people read them. All functions accept any number and never trap.
enum HumanUnits {
    /// `1,234,567`
    static func count(_ number: UInt64) -> String {
        let digits = Array(String(number).utf8)
        var text = ""
        for (position, digit) in digits.enumerated() {
            if position > 0, (digits.count - position) % 3 == 0 { text.append(",") }
            text.unicodeScalars.append(Unicode.Scalar(digit))
        }
        return text
    }

    /// `640 B`, `1.5 KiB`, `64 MiB`: three significant digits, none after the point for a whole number.
    static func bytes(_ number: UInt64) -> String {
        guard number >= 1024 else { return "\(number) B" }
        let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var power = 0
        while power < units.count - 1, number >> UInt64(10 * (power + 2)) > 0 { power += 1 }
        // Rounding may reach the next unit: 1,048,575 is 1 MiB, not 1024 KiB.
        var amount = Double(number) / Double(UInt64(1) << UInt64(10 * (power + 1)))
        if amount >= 1023.5, power < units.count - 1 {
            power += 1
            amount /= 1024
        }
        let isWhole = number & ((UInt64(1) << UInt64(10 * (power + 1))) - 1) == 0
        return (isWhole ? decimal(amount, places: 0) : significant(amount)) + " " + units[power]
    }

    /// `12d 4h`, `4h 5m`, `5m 3s`, `3s`: the two largest units.
    static func duration(seconds: UInt64) -> String {
        let units: [(name: String, seconds: UInt64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]
        for (position, unit) in units.enumerated() where seconds >= unit.seconds {
            let whole = count(seconds / unit.seconds) + unit.name
            guard position + 1 < units.count else { return whole }
            let next = units[position + 1]
            let rest = seconds % unit.seconds / next.seconds
            return rest == 0 ? whole : "\(whole) \(rest)\(next.name)"
        }
        return "0s"
    }

    /// `350 us`, `1.25 ms`, `3.4 s`, then as ``duration(seconds:)``.
    static func duration(microseconds: UInt64) -> String {
        switch microseconds {
        case ..<1000: "\(microseconds) us"
        case ..<1_000_000: significant(Double(microseconds) / 1000) + " ms"
        case ..<60_000_000: significant(Double(microseconds) / 1_000_000) + " s"
        default: duration(seconds: microseconds / 1_000_000)
        }
    }

    /// `97.3%`. Only all of it is `100%` and only none of it `0%`. Nil if the whole is zero.
    static func percentage(_ part: Double, of whole: Double) -> String? {
        guard whole > 0, part >= 0, part.isFinite, whole.isFinite else { return nil }
        let percent = part / whole * 100
        if part == 0 { return "0%" }
        if part == whole { return "100%" }
        if percent < 0.1 { return "<0.1%" }
        if percent > 99.9, percent < 100 { return ">99.9%" }
        return decimal(percent, places: percent < 1000 ? 1 : 0) + "%"
    }

    /// `1,234/s`, `14.2/s`, and for rates below one in ten seconds `3/h` or `2/d`.
    static func rate(_ number: Double, seconds: Double) -> String? {
        guard seconds > 0, number >= 0, number.isFinite, seconds.isFinite else { return nil }
        let perSecond = number / seconds
        if perSecond == 0 { return "0/s" }
        if perSecond >= 0.1 { return significant(perSecond) + "/s" }
        if perSecond * 3600 >= 1 { return significant(perSecond * 3600) + "/h" }
        return significant(perSecond * 86_400) + "/d"
    }

    /// `1.2 KiB/s`
    static func bandwidth(bytes number: Double, seconds: Double) -> String? {
        guard seconds > 0, number >= 0, number / seconds < 1e15 else { return nil }
        return bytes(UInt64((number / seconds).rounded())) + "/s"
    }

    /// `2026-01-15T14:11:12Z`. Nil after the year 9999.
    static func time(unixSeconds: UInt64) -> String? {
        guard unixSeconds < 253_402_300_800 else { return nil }
        return ISO8601.string(unixTime: Int64(unixSeconds))
    }

    /// A bar in eighths of a cell, padded with spaces: `█████▌    `.
    static func bar(_ fraction: Double, width: Int) -> String {
        guard width > 0 else { return "" }
        let clamped = fraction.isFinite ? min(max(fraction, 0), 1) : 0
        var eighths = Int((clamped * Double(width * 8)).rounded())
        if clamped > 0, eighths == 0 { eighths = 1 }
        if clamped < 1, eighths == width * 8 { eighths -= 1 }
        let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        let full = eighths / 8
        let spaces = width - full - (partial.isEmpty ? 0 : 1)
        return String(repeating: "█", count: full) + partial + String(repeating: " ", count: spaces)
    }

    /// Three significant digits, with separators from 1,000 on.
    static func significant(_ number: Double) -> String {
        if number < 9.995 { return decimal(number, places: 2, trimmed: true) }
        if number < 99.95 { return decimal(number, places: 1, trimmed: true) }
        return decimal(number, places: 0)
    }

    /// A non-negative number with a fixed number of decimals, at most 3.
    static func decimal(_ number: Double, places: Int, trimmed: Bool = false) -> String {
        guard number.isFinite, number >= 0, number < 1e15 else { return "?" }
        let scale = [1, 10, 100, 1000][min(max(places, 0), 3)]
        let scaled = UInt64((number * Double(scale)).rounded())
        let whole = count(scaled / UInt64(scale))
        guard scale > 1 else { return whole }
        var fraction = padded(Int(scaled % UInt64(scale)), to: min(places, 3))
        while trimmed, fraction.hasSuffix("0") { fraction.removeLast() }
        return fraction.isEmpty ? whole : "\(whole).\(fraction)"
    }

    private static func padded(_ number: Int, to length: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, length - digits.utf8.count)) + digits
    }
}
