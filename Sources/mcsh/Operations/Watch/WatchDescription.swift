import MemcacheCore

/// An event in words: what happened, to which key, and what else the server reports about it.
struct WatchDescription: Hashable, Sendable {
    /// The event in a word or two: `hit`, `stored`, `evicted`; the server's own word for an unknown one, escaped.
    var what: String
    var role = TextStyle.Role.plain
    /// The key, decoded and not escaped.
    var key: [UInt8]?
    /// The subject if it is not a key: a client's address.
    var subject = ""
    var size = ""
    /// The remaining lifetime of the item, if it has an end.
    var lifetime = ""
    var slabClass = ""
    /// The client's address if it is known, else its descriptor.
    var client = ""
    /// Attributes without a field of their own, escaped.
    var rest: [String] = []

    /// - Parameter client: Returns the address of the client with a descriptor, if its connection was seen being
    ///   opened.
    init(_ event: WatchEvent, client address: (Int64) -> String? = { _ in nil }) {
        what = EscapedText.string(Array(event.type.utf8))
        var attributes = Attributes(event.attributes)
        key = attributes.take("key")
        switch event.type {
        case "item_get": readFetch(&attributes)
        case "item_store": readStore(&attributes)
        case "eviction", "extwrite":
            (what, role) = event.type == "eviction" ? ("evicted", .bad) : ("to flash", .dim)
            readLifetime(&attributes, never: -1)
            if attributes.take("fetch", "no") { rest.append("never read") }
            if attributes.take("fetch", "yes") { rest.append("was read") }
            if let seconds = attributes.take(number: "la") { rest.append("moved \(Self.duration(seconds)) ago") }
        case "deleted":
            (what, role) = ("deleted", .warning)
            if !attributes.take("cmd", "delete"), let command = attributes.take("cmd") {
                rest.append("by \(EscapedText.string(command))")
            }
        case "conn_new", "conn_close": readConnection(isNew: event.type == "conn_new", &attributes)
        case "connerr", "conntlserr": (what, role) = (event.type == "connerr" ? "conn error" : "TLS error", .bad)
        case "proxy_error": (what, role) = ("proxy error", .bad)
        case "lru_crawler": (what, role) = ("crawler", .dim)
        case "slab_move": (what, role) = ("page moved", .dim)
        default: break
        }
        readFigures(&attributes, client: address)
        rest += attributes.left.map { Self.shown($0) }
    }

    private mutating func readFetch(_ attributes: inout Attributes) {
        if attributes.take("status", "found") { (what, role) = ("hit", .good) }
        if attributes.take("status", "not_found") { (what, role) = ("miss", .warning) }
        if attributes.take("status", "expired") { (what, role) = ("expired", .warning) }
        if attributes.take("status", "flushed") { (what, role) = ("flushed", .warning) }
    }

    private mutating func readStore(_ attributes: inout Attributes) {
        let done = [
            "set": "stored", "add": "added", "replace": "replaced", "append": "appended", "prepend": "prepended",
            "cas": "cas stored",
        ]
        let command = attributes.value("cmd").map { String(decoding: $0, as: UTF8.self) } ?? ""
        readLifetime(&attributes, never: 0)
        if attributes.take("status", "stored") {
            (what, role) = (done[command] ?? "stored", .heading)
            if done[command] != nil { _ = attributes.take("cmd") }
        } else if attributes.take("status", "not_stored") {
            (what, role) = ("not stored", .warning)
        } else if attributes.take("status", "exists") {
            (what, role) = ("cas differs", .warning)
        } else if attributes.take("status", "not_found") {
            (what, role) = ("not there", .warning)
        } else if attributes.take("status", "no_memory") {
            (what, role) = ("no memory", .bad)
        } else if attributes.take("status", "too_large") {
            (what, role) = ("too large", .bad)
            // Both are garbage in these events.
            _ = attributes.take("clsid")
            _ = attributes.take("cfd")
        }
        if what != "stored", let command = attributes.take("cmd") { rest.append("by \(EscapedText.string(command))") }
    }

    private mutating func readConnection(isNew: Bool, _ attributes: inout Attributes) {
        (what, role) = (isNew ? "conn opened" : "conn closed", .dim)
        if let address = attributes.takeAddress() { subject = address }
        if !isNew, let reason = attributes.take("reason") {
            let reason = EscapedText.string(reason)
            if reason == "error" { role = .warning }
            rest.append(reason.replacing("_", with: " "))
        }
        _ = attributes.take("transport", "tcp")
        _ = attributes.take("transport", "local")
    }

    private mutating func readLifetime(_ attributes: inout Attributes, never: Int64) {
        guard let seconds = attributes.take(number: "ttl") else { return }
        if seconds != never { lifetime = "ttl " + Self.duration(seconds) }
    }

    private mutating func readFigures(_ attributes: inout Attributes, client address: (Int64) -> String?) {
        // Nothing was found: there is neither a size nor a class.
        let isNothing = what == "miss"
        if let bytes = attributes.take(number: "size"), !isNothing || bytes != 0 {
            size = bytes < 0 ? "\(bytes) B" : HumanUnits.bytes(UInt64(bytes))
        }
        if let number = attributes.take(number: "clsid"), !isNothing || number != 0 { slabClass = "class \(number)" }
        if let descriptor = attributes.take(number: "cfd") {
            client = subject.isEmpty ? address(descriptor) ?? "fd \(descriptor)" : "fd \(descriptor)"
        }
    }

    private static func duration(_ seconds: Int64) -> String {
        seconds < 0 ? "\(seconds)s" : HumanUnits.duration(seconds: UInt64(seconds))
    }

    private static func shown(_ attribute: LineAttribute) -> String {
        EscapedText.string(Array(attribute.name.utf8)) + "=" + EscapedText.string(attribute.value)
    }
}

extension WatchEvent {
    /// The client's address in an event about a connection.
    var clientAddress: String? {
        var attributes = Attributes(attributes)
        return attributes.takeAddress()
    }
}

/// The attributes of an event that are not yet assigned.
private struct Attributes {
    private(set) var left: [LineAttribute]

    init(_ attributes: [LineAttribute]) { left = attributes }

    func value(_ name: String) -> [UInt8]? { left.first { $0.name == name }?.value }

    /// Removes an attribute and returns its value; nil if there is none.
    mutating func take(_ name: String) -> [UInt8]? {
        guard let index = left.firstIndex(where: { $0.name == name }) else { return nil }
        return left.remove(at: index).value
    }

    /// Removes an attribute that has a given value. Returns whether there was one.
    mutating func take(_ name: String, _ value: String) -> Bool {
        guard self.value(name)?.elementsEqual(value.utf8) == true else { return false }
        return take(name) != nil
    }

    /// Removes an attribute that is a number; one that is not stays.
    mutating func take(number name: String) -> Int64? {
        guard let number = value(name).flatMap({ ASCIINumber.parseSigned($0) }) else { return nil }
        return take(name) == nil ? nil : number
    }

    /// Removes the attributes of a client's address and returns it.
    mutating func takeAddress() -> String? {
        guard let host = take("rip") else { return nil }
        let port = take("rport") ?? []
        if host.elementsEqual("unix".utf8) { return "unix socket" }
        let name = EscapedText.string(host)
        return (name.contains(":") ? "[\(name)]" : name) + ":" + EscapedText.string(port)
    }
}
