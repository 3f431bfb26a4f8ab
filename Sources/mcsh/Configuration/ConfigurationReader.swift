import MemcacheCore

/// Reads the settings from a configuration file's text, and records its errors.
struct ConfigurationReader {
    private let document: TOMLDocument
    private let defaultPort: Int
    private var faults: [TOMLDocument.Fault] = []

    private static let settingKeys = [
        "profile", "prefix", "timeout", "connect_timeout", "dead_retry", "environment", "read_only",
    ]
    private static let poolKeys = ["servers"] + settingKeys + ["tls", "user", "password", "password_file"]
    private static let tlsKeys = ["ca", "cert", "key", "name", "insecure"]

    private init(_ document: TOMLDocument, defaultPort: Int) {
        self.document = document
        self.defaultPort = defaultPort
    }

    /// The settings at the file's top level, and its pools.
    ///
    /// - Throws: The first mistake in the text.
    static func read(
        _ bytes: [UInt8], defaultPort: Int
    ) throws(TOMLDocument.Fault) -> (defaults: PoolSettings, pools: [String: NamedPool]) {
        let document = try TOMLDocument(bytes)
        var reader = ConfigurationReader(document, defaultPort: defaultPort)
        let result = reader.readAll()
        // Tables are unordered here: the first mistake is the one that appears first.
        let first = reader.faults.min { $0.place < $1.place }
        if let first { throw first }
        return result
    }

    private mutating func readAll() -> (PoolSettings, [String: NamedPool]) {
        checkKeys(of: document.root, at: [], among: ["pools"] + ConfigurationReader.settingKeys)
        let defaults = settings(document.root, at: [])
        var pools: [String: NamedPool] = [:]
        for (name, node) in table(document.root["pools"], at: ["pools"]) ?? [:] {
            let path = ["pools", name]
            if !ConfigurationReader.isName(name) {
                note(key: path, "a pool's name is made of letters, digits, \"_\", \"-\" and \".\"")
            }
            if let members = table(node, at: path) { pools[name] = pool(members, at: path) }
        }
        return (defaults, pools)
    }

    private mutating func pool(_ members: [String: TOMLDocument.Node], at path: [String]) -> NamedPool {
        checkKeys(of: members, at: path, among: ConfigurationReader.poolKeys)
        let (servers, addresses) = servers(members, at: path)
        return NamedPool(
            servers: servers, addresses: addresses, settings: settings(members, at: path), tls: tls(members, at: path),
            credentials: credentials(members, at: path))
    }

    /// A name that can be part of a list of servers and needs no quotes in a shell.
    private static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    // MARK: Settings

    private mutating func settings(_ members: [String: TOMLDocument.Node], at path: [String]) -> PoolSettings {
        var settings = PoolSettings()
        settings.profile = text(members, at: path, "profile", PoolSettings.profile)
        settings.prefix = text(members, at: path, "prefix") { text throws(PoolSettings.Fault) in
            try PoolSettings.prefix(Array(text.utf8))
        }
        settings.timeout = duration(members, at: path, "timeout")
        settings.connectTimeout = duration(members, at: path, "connect_timeout")
        settings.deadRetry = duration(members, at: path, "dead_retry", allowsZero: true)
        settings.stage = text(members, at: path, "environment") { text throws(PoolSettings.Fault) in
            guard let stage = PoolSettings.Stage(rawValue: text) else {
                let known = PoolSettings.Stage.allCases.map(\.rawValue)
                throw PoolSettings.Fault(
                    message: "\(ConfigurationReader.shown(text)) is not an environment"
                        + ConfigurationReader.correction(of: text, among: known))
            }
            return stage
        }
        settings.isReadOnly = boolean(members, at: path, "read_only")
        return settings
    }

    private mutating func servers(
        _ members: [String: TOMLDocument.Node], at path: [String]
    ) -> (servers: [WeightedServer], addresses: [ServerAddress]) {
        guard let node = members["servers"] else {
            // A misspelled name has already been reported.
            if members.keys.allSatisfy(ConfigurationReader.poolKeys.contains) {
                note(key: path, "the pool has no servers; write servers = [\"host:port\"]")
            }
            return ([], [])
        }
        let path = path + ["servers"]
        guard case .array(let members) = node else {
            note(value: path, "servers must be an array of strings and not \(node.kind)")
            return ([], [])
        }
        if members.isEmpty { note(value: path, "the pool has no servers; write servers = [\"host:port\"]") }
        var servers: [WeightedServer] = []
        var addresses: [ServerAddress] = []
        for (index, member) in members.enumerated() {
            let path = path + ["[\(index)]"]
            guard case .text(let text) = member else {
                note(value: path, "a server must be a string and not \(member.kind)")
                continue
            }
            if text.hasPrefix("@") {
                note(value: path, "\(ConfigurationReader.shown(text)): a pool cannot have another as its server")
                continue
            }
            do throws(MemcacheError) {
                servers.append(try WeightedServer(text, defaultPort: defaultPort))
                for address in [servers.last?.address, try WeightedServer(text).address] {
                    if let address, !addresses.contains(address) { addresses.append(address) }
                }
            } catch {
                note(value: path, error.message)
            }
        }
        return (servers, addresses)
    }

    private mutating func tls(_ members: [String: TOMLDocument.Node], at path: [String]) -> NamedPool.TLS? {
        guard let node = members["tls"] else { return nil }
        if case .boolean(let isOn) = node { return isOn ? NamedPool.TLS() : nil }
        let path = path + ["tls"]
        guard case .table(let members) = node else {
            note(value: path, "tls must be a table, or true or false, and not \(node.kind)")
            return nil
        }
        checkKeys(of: members, at: path, among: ConfigurationReader.tlsKeys)
        let tls = NamedPool.TLS(
            ca: filledText(members, at: path, "ca"), certificate: filledText(members, at: path, "cert"),
            key: filledText(members, at: path, "key"), name: filledText(members, at: path, "name"),
            isInsecure: boolean(members, at: path, "insecure") ?? false)
        if members["cert"] != nil, members["key"] == nil { note(key: path + ["cert"], "cert needs key beside it") }
        if members["key"] != nil, members["cert"] == nil { note(key: path + ["key"], "key needs cert beside it") }
        return tls
    }

    private mutating func credentials(
        _ members: [String: TOMLDocument.Node], at path: [String]
    ) -> NamedPool.Credentials? {
        let user = filledText(members, at: path, "user")
        let password = filledText(members, at: path, "password")
        let file = filledText(members, at: path, "password_file")
        for key in ["password", "password_file"] where members[key] != nil && members["user"] == nil {
            note(key: path + [key], "\(key) needs user beside it")
        }
        if members["user"] != nil, members["password"] == nil, members["password_file"] == nil {
            note(key: path + ["user"], "user needs password_file or password beside it")
        }
        if members["password"] != nil, members["password_file"] != nil {
            note(key: path + ["password_file"], "password cannot be combined with password_file")
        }
        guard let user,
            let secret = password.map({ .password($0) }) ?? file.map({ NamedPool.Credentials.Secret.file($0) })
        else { return nil }
        return NamedPool.Credentials(user: user, secret: secret)
    }

    // MARK: Values

    private mutating func table(_ node: TOMLDocument.Node?, at path: [String]) -> [String: TOMLDocument.Node]? {
        guard let node else { return nil }
        if case .table(let members) = node { return members }
        let name = path.last ?? ""
        note(value: path, "\(ConfigurationReader.shown(name, quoted: false)) must be a table and not \(node.kind)")
        return nil
    }

    private mutating func text<Value>(
        _ members: [String: TOMLDocument.Node], at path: [String], _ key: String,
        _ read: (String) throws(PoolSettings.Fault) -> Value
    ) -> Value? {
        guard let node = members[key] else { return nil }
        guard case .text(let text) = node else {
            note(value: path + [key], "\(key) must be a string and not \(node.kind)")
            return nil
        }
        do throws(PoolSettings.Fault) {
            return try read(text)
        } catch {
            note(value: path + [key], error.message)
            return nil
        }
    }

    /// A non-empty text. It is not shown: it may be a secret.
    private mutating func filledText(
        _ members: [String: TOMLDocument.Node], at path: [String], _ key: String
    ) -> String? {
        text(members, at: path, key) { text throws(PoolSettings.Fault) in
            guard !text.isEmpty else { throw PoolSettings.Fault(message: "\(key) is empty") }
            return text
        }
    }

    private mutating func boolean(
        _ members: [String: TOMLDocument.Node], at path: [String], _ key: String
    ) -> Bool? {
        guard let node = members[key] else { return nil }
        if case .boolean(let value) = node { return value }
        note(value: path + [key], "\(key) must be true or false and not \(node.kind)")
        return nil
    }

    private mutating func duration(
        _ members: [String: TOMLDocument.Node], at path: [String], _ key: String, allowsZero: Bool = false
    ) -> Duration? {
        guard let node = members[key] else { return nil }
        do throws(PoolSettings.Fault) {
            switch node {
            case .text(let text): return try PoolSettings.duration(text, allowsZero: allowsZero)
            case .integer(let seconds):
                return try PoolSettings.duration(seconds: Double(seconds), allowsZero: allowsZero)
            case .number(let seconds): return try PoolSettings.duration(seconds: seconds, allowsZero: allowsZero)
            default:
                throw PoolSettings.Fault(
                    message: "\(key) must be a string such as \"500ms\", or a number of seconds, and not \(node.kind)")
            }
        } catch {
            note(value: path + [key], error.message)
            return nil
        }
    }

    // MARK: Mistakes

    private mutating func checkKeys(
        of members: [String: TOMLDocument.Node], at path: [String], among known: [String]
    ) {
        for key in members.keys where !known.contains(key) {
            note(
                key: path + [key],
                "there is no key \(ConfigurationReader.shown(key)) here"
                    + ConfigurationReader.correction(of: key, among: known))
        }
    }

    private static func correction(of word: String, among known: [String]) -> String {
        Spelling.nearest(to: word, among: known).map { "; did you mean \($0)?" }
            ?? "; there are \(known.joined(separator: ", "))"
    }

    private static func shown(_ text: String, quoted: Bool = true) -> String {
        let shown = EscapedText.string(Array(text.utf8))
        return quoted ? "\"\(shown)\"" : shown
    }

    private mutating func note(key path: [String], _ message: String) {
        faults.append(TOMLDocument.Fault(message: message, place: document.place(ofKey: path)))
    }

    private mutating func note(value path: [String], _ message: String) {
        faults.append(TOMLDocument.Fault(message: message, place: document.place(ofValue: path)))
    }
}
