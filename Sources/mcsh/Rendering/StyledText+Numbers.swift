// Cells of the statistics' tables: empty for missing values, dim for zero.

extension StyledText {
    static func count(_ number: UInt64?) -> StyledText {
        StyledText(number.map(HumanUnits.count) ?? "", number == 0 ? .dim : .plain)
    }

    static func bytes(_ number: UInt64?) -> StyledText {
        StyledText(number.map(HumanUnits.bytes) ?? "", number == 0 ? .dim : .plain)
    }

    static func duration(_ seconds: UInt64?) -> StyledText {
        StyledText(seconds.map { HumanUnits.duration(seconds: $0) } ?? "", seconds == 0 ? .dim : .plain)
    }

    static func percentage(_ fraction: Double?) -> StyledText {
        let text = fraction.flatMap { HumanUnits.percentage($0, of: 1) } ?? ""
        return StyledText(text, fraction == 0 ? .dim : .plain)
    }

    /// A bar between marks for none and all: `▕████    ▏`.
    static func bar(_ fraction: Double?, width: Int, _ role: TextStyle.Role = .plain) -> StyledText {
        guard let fraction else { return StyledText() }
        return StyledText("▕", .dim) + StyledText(HumanUnits.bar(fraction, width: width), role) + StyledText("▏", .dim)
    }
}
