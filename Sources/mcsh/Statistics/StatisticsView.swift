import MemcacheCore

/// Formats statistics for people: grouped, aligned, with units and what follows from the numbers.
enum StatisticsView {
    /// - Parameters:
    ///   - rates: How fast numbers change, by name, to be shown beside them.
    ///   - interval: The previous reading, if the figures should cover the time since then.
    ///   - room: The number of descriptors in use on the server, if it was requested.
    ///   - width: The cells of the terminal; below 20 the lines are laid out for 20.
    ///   - escape: Makes the server's bytes safe to print. Its result is measured and never assumed to be short.
    /// - Returns: Lines without line ends, at most `width` cells each.
    static func lines(
        for request: StatisticsRequest, _ statistics: [Statistic], rates: [String: String] = [:],
        interval: StatisticsInterval? = nil, room: ConnectionRoom? = nil, width: Int, style: TextStyle,
        escape: ([UInt8]) -> String
    ) -> [String] {
        // Lines wider than this are no easier to read.
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
            return lines.map { $0.withoutTrailingSpaces.rendered(style) }
        }
    }
}
