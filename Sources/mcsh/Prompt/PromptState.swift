import MemcacheCore

/// What the prompt says of the servers, as far as it is known without asking them.
struct PromptState: Hashable, Sendable {
    /// What the servers are called: `10.0.0.5:11211`, `@sessions`.
    var name: String
    /// The connection to each server.
    var links: [Server.ConnectionState]
    /// Whether mistakes would be costly.
    var isProduction = false

    /// How many columns are to be left for the line, before the state is told in fewer words.
    private static let room = 20

    /// `10.0.0.5:11211>`, `@sessions[4]>`, `@sessions[3 of 4]>` where one is lost, `10.0.0.5:11211 (not connected)>`.
    ///
    /// - Parameter columns: How many the terminal has. Where there are too few, a state takes the place of the name.
    func prompt(columns: Int) -> PromptText {
        let lost = links.count { $0 == .lost || $0 == .connecting }
        let isDown = lost > 0 && lost == links.count
        let name = EscapedText.string(Array(name.utf8))
        let hasCount = links.count > 1 || name.hasPrefix("@")
        let all = hasCount ? "[\(links.count)]" : ""
        var text = "\(name)\(all)>"
        let short: String
        if isDown {
            (text, short) = ("\(name)\(all) (not connected)>", "(not connected)>")
        } else if lost > 0 {
            short = text
            text = "\(name)[\(links.count - lost) of \(links.count)]>"
        } else {
            short = text
        }
        if text.displayWidth + PromptState.room > columns { text = short }
        return PromptText(text: text, role: isProduction ? .bad : .plain)
    }
}

extension Shell {
    /// The state of the servers now.
    var promptState: PromptState {
        let servers = client.pool.servers
        // A server that no key goes to for now counts as lost, whatever its connection is: as servers says it.
        let links = servers.map { servers.count == 1 || $0.isAlive ? $0.link : .lost }
        return PromptState(name: selection.name, links: links, isProduction: selection.isProduction)
    }
}
