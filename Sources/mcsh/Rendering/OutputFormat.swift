/// How answers are written. The manual documents each.
enum OutputFormat: String, CaseIterable, Hashable, Sendable {
    /// For people: decoded, aligned, coloured.
    case human
    /// For pipes: exact bytes, one answer a line.
    case plain
    /// One object a line.
    case json
    /// Comma separated, with a header.
    case csv
    /// Tab separated and escaped, with a header.
    case tsv
    /// The server's bytes and nothing else.
    case raw

    /// Whether `--decode` changes its values: people and JSON get both forms anyway, and raw is what is stored.
    var givesDecodedValues: Bool { self == .plain || isTable }

    /// Whether it is rows under a header.
    var isTable: Bool { self == .csv || self == .tsv }
}
