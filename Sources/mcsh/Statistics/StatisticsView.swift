import MemcacheCore

/// Statistics as people read them: grouped, aligned, with units and what follows from the numbers.
enum StatisticsView {
    /// - Parameters:
    ///   - rates: How fast numbers change, by name, to stand beside them.
    ///   - interval: The reading before, where the figures are to be those of the time since.
    ///   - room: How many descriptors the server has taken, where that was asked for.
    ///   - width: Cells of the terminal; below 20 the lines are made for 20.
    ///   - escape: Makes the server's bytes fit to print. Its result is measured and never trusted to be short.
    /// - Returns: Lines without line ends, at most `width` cells each.
    static func lines(
        for request: StatisticsRequest, _ statistics: [Statistic], rates: [String: String] = [:],
        interval: StatisticsInterval? = nil, room: ConnectionRoom? = nil, width: Int, style: TextStyle,
        escape: ([UInt8]) -> String
    ) -> [String] {
        // Wider lines than this are no easier to read.
        let width = min(max(width, 20), 260)
        return withoutActuallyEscaping(escape) { escape in
            let lines =
                switch request {
                case .general:
                    GeneralView(statistics, rates: rates, interval: interval, room: room, escape: escape)
                        .lines(width: width)
                case .items: ItemsView(statistics, escape: escape).lines(width: width)
                case .slabs: SlabsView(statistics, escape: escape).lines(width: width)
                case .sizes: SizesView(statistics, escape: escape).lines(width: width)
                case .settings: SettingsView(statistics, escape: escape).lines(width: width)
                case .conns, .connectionRoom: ConnectionsView(statistics, escape: escape).lines(width: width)
                case .extstore: ExtstoreView(statistics, escape: escape).lines(width: width)
                case .proxy, .other:
                    ListView(statistics, group: request.group, rates: rates, escape: escape).lines(width: width)
                }
            return lines.map { $0.withoutTrailingBlanks.rendered(style) }
        }
    }
}
