/// The `stats` command that a reply answers.
enum StatisticsRequest: Hashable, Sendable {
    /// `stats conns` for what the general statistics lack, without an answer of its own.
    case connectionRoom
    case general, items, slabs, sizes, settings, conns, extstore, proxy
    /// Any other word after `stats`.
    case other(String)

    /// The group that explains the names of the reply, if any.
    var group: StatisticField.Group? {
        switch self {
        case .general: .general
        case .items: .items
        case .slabs: .slabs
        case .sizes: .sizes
        case .settings: .settings
        case .conns, .connectionRoom: .conns
        case .extstore: .extstore
        case .proxy: .proxy
        case .other(let word): StatisticField.Group(rawValue: word)
        }
    }
}
