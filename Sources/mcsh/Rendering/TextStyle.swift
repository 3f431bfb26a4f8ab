/// The appearance of text for people on their terminal: a role is assigned where the text is created; how it looks is
/// decided here.
struct TextStyle: Hashable, Sendable {
    enum Role: Hashable, Sendable {
        case plain, heading, dim, good, warning, bad
    }

    var isColored: Bool

    /// No escape sequences at all.
    static let plain = TextStyle(isColored: false)
    static let colored = TextStyle(isColored: true)

    func callAsFunction(_ text: String, _ role: Role) -> String {
        guard isColored, role != .plain, !text.isEmpty else { return text }
        let code =
            switch role {
            case .plain: ""
            case .heading: "1"
            case .dim: "2"
            case .good: "32"
            case .warning: "33"
            case .bad: "1;31"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}
