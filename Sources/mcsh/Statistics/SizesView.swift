import MemcacheCore

/// The reply to `stats sizes`: the number of items of each size, as a histogram.
struct SizesView {
    private struct Bin {
        /// The maximum size of the items in the bin.
        var size: UInt64
        var count: UInt64
    }

    private let bins: [Bin]
    private let reading: StatisticsReading
    private let others: [Statistic]
    private let escape: ([UInt8]) -> String

    /// The maximum number of rows, beyond which rows are merged: thousands would be unreadable.
    private static let maximumRows = 40

    init(_ statistics: [Statistic], escape: @escaping ([UInt8]) -> String) {
        self.escape = escape
        var counts: [UInt64: UInt64] = [:]
        var others: [Statistic] = []
        for statistic in statistics {
            if let size = ASCIINumber.parseUnsigned(statistic.name),
                let count = ASCIINumber.parseUnsigned(statistic.value)
            {
                counts[size] = [counts[size] ?? 0, count].saturatingSum()
            } else if !statistic.name.elementsEqual("sizes_status".utf8) {
                others.append(statistic)
            }
        }
        bins = counts.sorted { $0.key < $1.key }.map { Bin(size: $0.key, count: $0.value) }
        reading = StatisticsReading(statistics)
        self.others = others
    }

    func lines(width: Int) -> [StyledText] {
        var lines: [StyledText] = []
        if let status = reading["sizes_status"] {
            let text =
                status.elementsEqual("disabled".utf8)
                ? "Sizes are not counted: the server was started without -o track_sizes." : "Sizes: \(escape(status))"
            lines += StyledText(text, .warning).wrapped(to: width)
        } else if bins.isEmpty {
            lines.append(StyledText("No items.", .dim))
        }
        if !bins.isEmpty {
            lines += summary.wrapped(to: width) + [StyledText()] + histogram(width: width).lines(width: width)
        }
        let rest = FieldBlockLayout().lines([.others(others, escape: escape)], width: width)
        return rest.isEmpty ? lines : lines + [StyledText()] + rest
    }

    private var summary: StyledText {
        let total = bins.map(\.count).saturatingSum()
        var text = "\(HumanUnits.count(total)) \(total == 1 ? "item" : "items")"
        if let median = size(of: 0.5, total), let large = size(of: 0.99, total) {
            text += ", half of them up to \(HumanUnits.bytes(median)), 99% up to \(HumanUnits.bytes(large))"
        }
        return StyledText(text, .heading)
    }

    /// The size that this fraction of the items does not exceed.
    private func size(of part: Double, _ total: UInt64) -> UInt64? {
        var sum = 0.0
        for bin in bins {
            sum += Double(bin.count)
            if total > 0, sum >= Double(total) * part { return bin.size }
        }
        return nil
    }

    private func histogram(width: Int) -> TableLayout {
        let merged = Self.merge(bins)
        let total = Double(bins.map(\.count).saturatingSum())
        let highest = Double(merged.map(\.count).max() ?? 0)
        var table = TableLayout([
            .init("up to"), .init("items"), .init("share", priority: 2), .init("so far", priority: 3),
            .init("", .leading, priority: 1),
        ])
        let bar = max(4, min(100, width - 46))
        var sum = 0.0
        table.rows = merged.map { bin in
            sum += Double(bin.count)
            return [
                // Exact: sizes are reported in steps of 32 bytes.
                StyledText(HumanUnits.count(bin.size) + " B"), .count(bin.count),
                .percentage(total > 0 ? Double(bin.count) / total : nil),
                .percentage(total > 0 ? min(sum / total, 1) : nil),
                StyledText(HumanUnits.bar(highest > 0 ? Double(bin.count) / highest : 0, width: bar)),
            ]
        }
        return table
    }

    /// Merges neighbours, in steps that grow with the size, until there are few enough.
    private static func merge(_ bins: [Bin]) -> [Bin] {
        for stepsPerDoubling in [8, 4, 2, 1] as [UInt64] where bins.count > maximumRows {
            var merged: [UInt64: UInt64] = [:]
            for bin in bins {
                let border = border(above: bin.size, stepsPerDoubling)
                merged[border] = [merged[border] ?? 0, bin.count].saturatingSum()
            }
            if merged.count <= maximumRows || stepsPerDoubling == 1 {
                return merged.sorted { $0.key < $1.key }.map { Bin(size: $0.key, count: $0.value) }
            }
        }
        return bins
    }

    /// The nearest step that is not below the size: with two steps a doubling …, 1024, 1536, 2048, ….
    private static func border(above size: UInt64, _ stepsPerDoubling: UInt64) -> UInt64 {
        guard size > 32, size < 1 << 62 else { return max(size, 32) }
        let power = UInt64(1) << UInt64(63 - (size - 1).leadingZeroBitCount)
        let step = max(1, power / stepsPerDoubling)
        return (size + step - 1) / step * step
    }
}
