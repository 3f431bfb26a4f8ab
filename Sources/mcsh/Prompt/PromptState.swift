import MemcacheCore

/// What the prompt says about the servers, as far as it is known without asking them.
struct PromptState: Hashable, Sendable {
    /// The name of the servers: `10.0.0.5:11211`, `@sessions`.
    var name: String
    /// The connection to each server.
    var links: [Server.ConnectionState]
    /// Whether mistakes would be costly.
    var isProduction = false

    /// The number of columns reserved for the line, before the state is shortened.
    private static let room = 20

    /// `10.0.0.5:11211>`, `@sessions[4]>`, `@sessions[3 of 4]>` if one is lost, `10.0.0.5:11211 (not connected)>`.
    ///
    /// - Parameter columns: The columns of the terminal. If there are too few, a state replaces the name.
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
    /// The current state of the servers.
    var promptState: PromptState {
        let servers = client.pool.servers
        // A server that no key currently goes to counts as lost, whatever its connection is, as in the output of
        // servers.
        let links = servers.map { servers.count == 1 || $0.isAlive ? $0.link : .lost }
        return PromptState(name: selection.name, links: links, isProduction: selection.isProduction)
    }
}
