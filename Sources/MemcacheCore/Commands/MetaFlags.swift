/// A flag of a meta command: a request to the server, typed by the command that accepts it.
///
///     let command = Command.MetaGet("user:42", [.returnValue, .returnCAS, .updateExpiration(.after(.seconds(900)))])
///
/// Flags are sent in the order in which they are written, and the server answers them in that order:
/// `[.returnTimeToLive, .updateExpiration(…)]` returns the old lifetime; in reverse order, the new one. The flag `b`,
/// for keys in base64, is not among them: it is part of the ``Key``.
public struct MetaFlag<Request: MetaCommand>: Hashable, Sendable {
    /// The text directly after the letter.
    package enum Argument: Hashable, Sendable {
        case none
        case number(UInt64)
        case expiration(Expiration)
        case text([UInt8])
    }

    /// The letter as sent.
    public let letter: UInt8
    package let argument: Argument

    private init(_ letter: Unicode.Scalar, _ argument: Argument = .none) {
        self.letter = UInt8(ascii: letter)
        self.argument = argument
    }

    /// Reads a flag in the form of the protocol: `v`, `T60`, `Oabc`.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument`` if the command has no such flag
    ///   or the argument is malformed; the message says what to write.
    public init(wire: [UInt8]) throws(MemcacheError) {
        let shown = EscapedText.string(wire)
        guard let letter = wire.first, let form = Request.flagForms.first(where: { $0.letter == letter }) else {
            let known = Request.flagForms.map(\.description).joined(separator: " ")
            throw MemcacheError(.invalidArgument, "\(Request.name) has no flag \"\(shown)\": it takes \(known)")
        }
        let rest = Array(wire.dropFirst())
        func fault(_ what: String) -> MemcacheError {
            MemcacheError(.invalidArgument, "the flag \"\(shown)\" is malformed: write \(form), \(what)")
        }
        let argument: Argument
        switch form.argument {
        case .none:
            guard rest.isEmpty else { throw fault("with nothing after the letter") }
            argument = .none
        case .number, .token:
            guard let number = ASCIINumber.parseUnsigned(rest) else { throw fault("where n is a whole number") }
            argument = .number(number)
        case .clientFlags:
            guard let number = ASCIINumber.parseUnsigned(rest) else {
                throw fault("where n is a whole number up to 18446744073709551615")
            }
            argument = .number(number)
        case .seconds:
            guard let number = ASCIINumber.parseSigned(rest), let expiration = Expiration(wireValue: number) else {
                throw fault("where seconds is a number (0 for never) or, over 2592000, a Unix time")
            }
            argument = .expiration(expiration)
        case .choice(let letters):
            guard rest.count == 1, let letter = rest.first, letters.utf8.contains(letter) else {
                throw fault("with one of the letters \(letters)")
            }
            argument = .text(rest)
        case .opaque:
            argument = .text(rest.isEmpty ? [] : try MetaOpaque(rest).bytes)
        case .text:
            argument = .text(try RouterHint(rest).bytes)
        }
        self.letter = letter
        self.argument = argument
    }

    /// Reads a flag in the form of the protocol.
    ///
    /// - Throws: ``MemcacheError``, as for bytes.
    public init(wire: String) throws(MemcacheError) { try self.init(wire: Array(wire.utf8)) }

    func append(to bytes: inout [UInt8]) {
        bytes.append(letter)
        switch argument {
        case .none: break
        case .number(let number): ASCIINumber.append(number, to: &bytes)
        case .expiration(let expiration): ASCIINumber.append(expiration.wireValue(), to: &bytes)
        case .text(let text): bytes.append(contentsOf: text)
        }
    }
}

extension MetaFlag: CustomStringConvertible {
    /// The flag in the form of the protocol.
    public var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return EscapedText.string(bytes)
    }
}

// MARK: - Meanings of the flags

/// Flags of every meta command.
extension MetaFlag {
    /// `k`: return the key.
    public static var returnKey: Self { Self("k") }
    /// `O…`: return this text with the reply.
    public static func opaque(_ opaque: MetaOpaque) -> Self { Self("O", .text(opaque.bytes)) }
    /// `q`: send no reply in the usual case, in a batch that a ``Command/MetaNoop`` ends. A command that is executed
    /// alone is sent without it because its reply is awaited; ``MetaResult/isHidden`` then shows what `q` would have
    /// hidden.
    public static var quiet: Self { Self("q") }
    /// `P…`: a hint for routers, which memcached ignores.
    public static func routerPath(_ hint: RouterHint) -> Self { Self("P", .text(hint.bytes)) }
    /// `L…`: a hint for routers, which memcached ignores.
    public static func routerLabel(_ hint: RouterHint) -> Self { Self("L", .text(hint.bytes)) }
    /// `C<n>`: only if this is the item's CAS token. With ``Command/MetaGet`` (since 1.6.40): leave the value out if it
    /// is.
    public static func compareCAS(_ token: CASToken) -> Self { Self("C", .number(token.rawValue)) }
    /// `E<n>`: give the item this CAS token. Since 1.6.27.
    public static func setCAS(_ token: CASToken) -> Self { Self("E", .number(token.rawValue)) }
}

extension MetaFlag where Request == Command.MetaGet {
    /// `c`: return the CAS token.
    public static var returnCAS: Self { Self("c") }
    /// `f`: return the flags.
    public static var returnFlags: Self { Self("f") }
    /// `h`: return whether the item had been read before this command.
    public static var returnHitBefore: Self { Self("h") }
    /// `l`: return how long ago the item was stored or last moved in its LRU.
    public static var returnLastAccess: Self { Self("l") }
    /// `s`: return the value's length.
    public static var returnSize: Self { Self("s") }
    /// `t`: return the remaining lifetime.
    public static var returnTimeToLive: Self { Self("t") }
    /// `v`: return the value.
    public static var returnValue: Self { Self("v") }
    /// `u`: do not count this as a read: neither the LRU nor the item's marks change.
    public static var withoutBump: Self { Self("u") }
    /// `N<ttl>`: on a miss, create an empty item with this lifetime and win the right to fill it.
    public static func vivify(_ expiration: Expiration) -> Self { Self("N", .expiration(expiration)) }
    /// `R<ttl>`: win the right to store the item again if less than this is left. Never for items without a lifetime.
    public static func recache(within duration: Duration) -> Self { Self("R", .expiration(.after(duration))) }
    /// `T<ttl>`: give the item a new lifetime.
    public static func updateExpiration(_ expiration: Expiration) -> Self { Self("T", .expiration(expiration)) }
}

extension MetaFlag where Request == Command.MetaSet {
    /// `c`: return the CAS token of what is stored.
    public static var returnCAS: Self { Self("c") }
    /// `s`: return the value's length. Since 1.6.20; ignored before that.
    public static var returnSize: Self { Self("s") }
    /// `F<n>`: the flags stored with the value.
    public static func flags(_ flags: UInt64) -> Self { Self("F", .number(flags)) }
    /// `T<ttl>`: the item's lifetime.
    public static func expiration(_ expiration: Expiration) -> Self { Self("T", .expiration(expiration)) }
    /// `I`: accept a CAS token lower than the item's: store, and leave the item stale.
    public static var invalidate: Self { Self("I") }
    /// `M…`: how to store.
    public static func mode(_ mode: Command.MetaSet.Mode) -> Self { Self("M", .text([mode.rawValue])) }
    /// `N<ttl>`: with ``Command/MetaSet/Mode/append`` or ``Command/MetaSet/Mode/prepend``, create the item if there is
    /// none. Since 1.6.20; ignored before that.
    public static func vivify(_ expiration: Expiration) -> Self { Self("N", .expiration(expiration)) }
}

extension MetaFlag where Request == Command.MetaDelete {
    /// `I`: mark as stale instead of deleting; the value stays and the CAS token changes.
    public static var invalidate: Self { Self("I") }
    /// `T<ttl>`: with ``invalidate``, the lifetime of the stale item.
    public static func staleExpiration(_ expiration: Expiration) -> Self { Self("T", .expiration(expiration)) }
    /// `x`: empty the value and keep the item; its flags and lifetime are reset too. Since 1.6.27.
    public static var removeValue: Self { Self("x") }
}

extension MetaFlag where Request == Command.MetaArithmetic {
    /// `c`: return the CAS token.
    public static var returnCAS: Self { Self("c") }
    /// `t`: return the remaining lifetime.
    public static var returnTimeToLive: Self { Self("t") }
    /// `v`: return the number.
    public static var returnValue: Self { Self("v") }
    /// `D<n>`: by how much; 1 by default.
    public static func delta(_ delta: UInt64) -> Self { Self("D", .number(delta)) }
    /// `J<n>`: the number of an item that ``vivify(_:)`` creates; 0 by default.
    public static func initialValue(_ value: UInt64) -> Self { Self("J", .number(value)) }
    /// `M…`: up or down.
    public static func mode(_ mode: Command.MetaArithmetic.Mode) -> Self { Self("M", .text([mode.rawValue])) }
    /// `N<ttl>`: create the item if there is none.
    public static func vivify(_ expiration: Expiration) -> Self { Self("N", .expiration(expiration)) }
    /// `T<ttl>`: give the item a new lifetime.
    public static func updateExpiration(_ expiration: Expiration) -> Self { Self("T", .expiration(expiration)) }
}

// MARK: - Lists of flags

/// The form of a meta flag: its letter, its argument, and the version that introduced it.
public struct MetaFlagForm: Hashable, Sendable, CustomStringConvertible {
    /// The kind of text directly after the letter.
    public enum Argument: Hashable, Sendable {
        /// Nothing.
        case none
        /// A 64-bit whole number.
        case number
        /// A CAS token.
        case token
        /// A 64-bit whole number; 32-bit on servers that were not built with large client flags.
        case clientFlags
        /// A number of seconds, or a Unix time.
        case seconds
        /// One of these letters.
        case choice(String)
        /// A ``MetaOpaque``, or nothing.
        case opaque
        /// A ``RouterHint``.
        case text
    }

    /// The letter.
    public let letter: UInt8
    /// Its argument.
    public let argument: Argument
    /// What it requests.
    public let meaning: String
    /// The first version that supports it.
    public let since: ServerVersion

    init(
        _ letter: Unicode.Scalar, _ argument: Argument, _ meaning: String,
        since: ServerVersion = ServerVersion(1, 6, 10)
    ) {
        self.letter = UInt8(ascii: letter)
        self.argument = argument
        self.meaning = meaning
        self.since = since
    }

    init(_ letter: Unicode.Scalar, _ meaning: String, since: ServerVersion = ServerVersion(1, 6, 10)) {
        self.init(letter, .none, meaning, since: since)
    }

    /// The form for a usage line: `v`, `T<seconds>`, `M<EAPRS>`.
    public var description: String {
        let letter = String(Unicode.Scalar(letter))
        return switch argument {
        case .none: letter
        case .number, .clientFlags: "\(letter)<n>"
        case .token: "\(letter)<cas>"
        case .seconds: "\(letter)<seconds>"
        case .choice(let letters): "\(letter)<\(letters)>"
        case .opaque, .text: "\(letter)<text>"
        }
    }
}

extension [MetaFlagForm] {
    /// The flags of one command, followed by those that every meta command has.
    static func common(_ own: MetaFlagForm..., compare: MetaFlagForm) -> [MetaFlagForm] {
        own + [
            compare,
            MetaFlagForm("E", .token, "give the item this CAS token", since: ServerVersion(1, 6, 27)),
            MetaFlagForm("k", "return the key"),
            MetaFlagForm("O", .opaque, "send this text back"),
            MetaFlagForm("q", "send no reply in the usual case"),
            MetaFlagForm("P", .text, "a hint for routers"),
            MetaFlagForm("L", .text, "a hint for routers"),
        ]
    }
}

/// Text of the caller's choice that a meta command returns, to match replies to requests: at most 31 bytes, without
/// spaces and control characters.
public struct MetaOpaque: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The longest text, in bytes.
    public static let maximumBytes = 31

    /// The text.
    public let bytes: [UInt8]

    /// Creates an opaque text and checks it.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument``.
    public init(_ bytes: some Sequence<UInt8>) throws(MemcacheError) {
        self.bytes = try checkedWord(Array(bytes), maximumBytes: Self.maximumBytes, name: "opaque text")
    }

    /// Creates an opaque text from the decimal digits of a number.
    public init(_ number: UInt64) { bytes = Array(String(number).utf8) }

    /// Creates an opaque text from a string literal. Traps if it is too long or contains a space, which is a
    /// programming error.
    public init(stringLiteral value: String) {
        guard let checked = try? MetaOpaque(value.utf8) else { preconditionFailure("\"\(value)\" is not opaque text") }
        self = checked
    }
}

/// A hint for routers between the client and memcached: at most 200 bytes, without spaces and control characters.
public struct RouterHint: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The text.
    public let bytes: [UInt8]

    /// Creates a hint from text and checks it.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument``.
    public init(_ bytes: some Sequence<UInt8>) throws(MemcacheError) {
        self.bytes = try checkedWord(Array(bytes), maximumBytes: 200, name: "router hint")
    }

    /// Creates a hint from a string literal. Traps if it is too long or contains a space, which is a programming error.
    public init(stringLiteral value: String) {
        guard let checked = try? RouterHint(value.utf8) else { preconditionFailure("not a router hint: \"\(value)\"") }
        self = checked
    }
}

private func checkedWord(_ bytes: [UInt8], maximumBytes: Int, name: String) throws(MemcacheError) -> [UInt8] {
    let shown = EscapedText.string(bytes)
    guard (1...maximumBytes).contains(bytes.count) else {
        throw MemcacheError(
            .invalidArgument, "the \(name) \"\(shown)\" has \(bytes.count) bytes: write 1 to \(maximumBytes)")
    }
    guard bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
        throw MemcacheError(
            .invalidArgument, "the \(name) \"\(shown)\" contains a space or a control character: remove it")
    }
    return bytes
}
