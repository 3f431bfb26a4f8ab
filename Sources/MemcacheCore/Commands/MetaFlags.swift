/// A flag of a meta command: what it asks of the server, typed by the command that takes it.
///
///     let command = MetaGet("user:42", [.returnValue, .returnCAS, .updateExpiration(.after(.seconds(900)))])
///
/// Flags go out in the order in which they are written, and the server answers them in that order: `[.returnTimeToLive,
/// .updateExpiration(…)]` returns the old lifetime, the other way round the new one. The flag `b`, for keys in base64,
/// is not among them: it goes with the ``Key``.
public struct MetaFlag<Command: MetaCommand>: Hashable, Sendable {
    /// What is glued to the letter.
    package enum Argument: Hashable, Sendable {
        case none
        case number(UInt64)
        case expiration(Expiration)
        case text([UInt8])
    }

    /// The letter on the wire.
    public let letter: UInt8
    package let argument: Argument

    private init(_ letter: Unicode.Scalar, _ argument: Argument = .none) {
        self.letter = UInt8(ascii: letter)
        self.argument = argument
    }

    /// Reads a flag as the wire has it: `v`, `T60`, `Oabc`.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument``, when the command has no such
    ///   flag or the argument is not of its form; the message says what to write.
    public init(wire: [UInt8]) throws(MemcacheError) {
        let shown = EscapedText.string(wire)
        guard let letter = wire.first, let form = Command.flagForms.first(where: { $0.letter == letter }) else {
            let known = Command.flagForms.map(\.description).joined(separator: " ")
            throw MemcacheError(.invalidArgument, "\(Command.name) has no flag \"\(shown)\": it takes \(known)")
        }
        let rest = Array(wire.dropFirst())
        func fault(_ what: String) -> MemcacheError {
            MemcacheError(.invalidArgument, "the flag \"\(shown)\" is not of its form: write \(form), \(what)")
        }
        let argument: Argument
        switch form.argument {
        case .none:
            guard rest.isEmpty else { throw fault("with nothing behind the letter") }
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
                throw fault("where n is a number of seconds (0 for never) or, over 2592000, a Unix time")
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

    /// Reads a flag as the wire has it.
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
    /// The flag as the wire has it.
    public var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return EscapedText.string(bytes)
    }
}

// MARK: - What the flags mean

/// Flags of every meta command.
extension MetaFlag {
    /// `k`: return the key.
    public static var returnKey: Self { Self("k") }
    /// `O…`: send this back with the answer.
    public static func opaque(_ opaque: MetaOpaque) -> Self { Self("O", .text(opaque.bytes)) }
    /// `q`: say nothing when there is nothing to say, in a batch that a ``MetaNoop`` ends. A command that is executed
    /// alone is sent without it, since its answer is awaited; ``MetaResult/isHidden`` then tells what `q` would have
    /// hidden.
    public static var quiet: Self { Self("q") }
    /// `P…`: a hint for routers, which memcached ignores.
    public static func routerPath(_ hint: RouterHint) -> Self { Self("P", .text(hint.bytes)) }
    /// `L…`: a hint for routers, which memcached ignores.
    public static func routerLabel(_ hint: RouterHint) -> Self { Self("L", .text(hint.bytes)) }
    /// `C<n>`: only if this is the item's CAS token. With ``MetaGet`` (since 1.6.40): leave the value out if it is.
    public static func compareCAS(_ token: CASToken) -> Self { Self("C", .number(token.rawValue)) }
    /// `E<n>`: give the item this CAS token. Since 1.6.27.
    public static func setCAS(_ token: CASToken) -> Self { Self("E", .number(token.rawValue)) }
}

extension MetaFlag where Command == MetaGet {
    /// `c`: return the CAS token.
    public static var returnCAS: Self { Self("c") }
    /// `f`: return the flags word.
    public static var returnFlags: Self { Self("f") }
    /// `h`: return whether the item had been read before this command.
    public static var returnHitBefore: Self { Self("h") }
    /// `l`: return how long ago the item was stored or last moved in its LRU.
    public static var returnLastAccess: Self { Self("l") }
    /// `s`: return the value's length.
    public static var returnSize: Self { Self("s") }
    /// `t`: return how long the item still lives.
    public static var returnTimeToLive: Self { Self("t") }
    /// `v`: return the value.
    public static var returnValue: Self { Self("v") }
    /// `u`: do not count this as a read: neither the LRU nor the item's marks change.
    public static var withoutBump: Self { Self("u") }
    /// `N<ttl>`: on a miss, make an empty item with this lifetime and win the right to fill it.
    public static func vivify(_ expiration: Expiration) -> Self { Self("N", .expiration(expiration)) }
    /// `R<ttl>`: win the right to store anew when less than this is left. Never for items without a lifetime.
    public static func recache(within duration: Duration) -> Self { Self("R", .expiration(.after(duration))) }
    /// `T<ttl>`: give the item a new lifetime.
    public static func updateExpiration(_ expiration: Expiration) -> Self { Self("T", .expiration(expiration)) }
}

extension MetaFlag where Command == MetaSet {
    /// `c`: return the CAS token of what is stored.
    public static var returnCAS: Self { Self("c") }
    /// `s`: return the value's length. Since 1.6.20; before, it is ignored.
    public static var returnSize: Self { Self("s") }
    /// `F<n>`: the word kept beside the value.
    public static func flags(_ flags: UInt64) -> Self { Self("F", .number(flags)) }
    /// `T<ttl>`: the item's lifetime.
    public static func expiration(_ expiration: Expiration) -> Self { Self("T", .expiration(expiration)) }
    /// `I`: accept a CAS token lower than the item's: store, and leave the item stale.
    public static var invalidate: Self { Self("I") }
    /// `M…`: how to store.
    public static func mode(_ mode: MetaSet.Mode) -> Self { Self("M", .text([mode.rawValue])) }
    /// `N<ttl>`: with ``MetaSet/Mode/append`` or ``MetaSet/Mode/prepend``, make the item where there is none. Since
    /// 1.6.20; before, it is ignored.
    public static func vivify(_ expiration: Expiration) -> Self { Self("N", .expiration(expiration)) }
}

extension MetaFlag where Command == MetaDelete {
    /// `I`: do not delete but mark as stale; the value stays and the CAS token changes.
    public static var invalidate: Self { Self("I") }
    /// `T<ttl>`: with ``invalidate``, the lifetime of the stale item.
    public static func staleExpiration(_ expiration: Expiration) -> Self { Self("T", .expiration(expiration)) }
    /// `x`: empty the value and keep the item; its flags word and lifetime are reset too. Since 1.6.27.
    public static var removeValue: Self { Self("x") }
}

extension MetaFlag where Command == MetaArithmetic {
    /// `c`: return the CAS token.
    public static var returnCAS: Self { Self("c") }
    /// `t`: return how long the item still lives.
    public static var returnTimeToLive: Self { Self("t") }
    /// `v`: return the number.
    public static var returnValue: Self { Self("v") }
    /// `D<n>`: by how much; 1 without it.
    public static func delta(_ delta: UInt64) -> Self { Self("D", .number(delta)) }
    /// `J<n>`: the number of an item that ``vivify(_:)`` makes; 0 without it.
    public static func initialValue(_ value: UInt64) -> Self { Self("J", .number(value)) }
    /// `M…`: up or down.
    public static func mode(_ mode: MetaArithmetic.Mode) -> Self { Self("M", .text([mode.rawValue])) }
    /// `N<ttl>`: make the item where there is none.
    public static func vivify(_ expiration: Expiration) -> Self { Self("N", .expiration(expiration)) }
    /// `T<ttl>`: give the item a new lifetime.
    public static func updateExpiration(_ expiration: Expiration) -> Self { Self("T", .expiration(expiration)) }
}

// MARK: - Lists of flags

/// What a meta command can be asked for: a letter, what is glued to it, and since when servers know it.
public struct MetaFlagForm: Hashable, Sendable, CustomStringConvertible {
    /// What is glued to a letter.
    public enum Argument: Hashable, Sendable {
        /// Nothing.
        case none
        /// A whole number of 64 bits.
        case number
        /// A CAS token.
        case token
        /// A whole number of 64 bits; of 32 on servers that were not built with large client flags.
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
    /// What is glued to it.
    public let argument: Argument
    /// What it asks of the server.
    public let meaning: String
    /// The first version whose servers know it.
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
    /// The flags that every meta command has, with those of one command before them.
    static func common(_ own: MetaFlagForm..., compare: MetaFlagForm) -> [MetaFlagForm] {
        own + [
            compare,
            MetaFlagForm("E", .token, "give the item this CAS token", since: ServerVersion(1, 6, 27)),
            MetaFlagForm("k", "return the key"),
            MetaFlagForm("O", .opaque, "send this text back"),
            MetaFlagForm("q", "say nothing when there is nothing to say"),
            MetaFlagForm("P", .text, "a hint for routers"),
            MetaFlagForm("L", .text, "a hint for routers"),
        ]
    }
}

/// A text of the caller's own that a meta command sends back, to match answers to requests: at most 31 bytes, without
/// blanks and control characters.
public struct MetaOpaque: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The longest text, in bytes.
    public static let maximumBytes = 31

    /// The text.
    public let bytes: [UInt8]

    /// Checks and takes a text.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument``.
    public init(_ bytes: some Sequence<UInt8>) throws(MemcacheError) {
        self.bytes = try checkedWord(Array(bytes), maximumBytes: Self.maximumBytes, name: "opaque text")
    }

    /// The decimal digits of a number.
    public init(_ number: UInt64) { bytes = Array(String(number).utf8) }

    /// A text written in the program. Traps when it is too long or has a blank, which is a mistake in the program.
    public init(stringLiteral value: String) {
        guard let checked = try? MetaOpaque(value.utf8) else { preconditionFailure("\"\(value)\" is no opaque text") }
        self = checked
    }
}

/// A hint for routers between the client and memcached: at most 200 bytes, without blanks and control characters.
public struct RouterHint: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The text.
    public let bytes: [UInt8]

    /// Checks and takes a text.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument``.
    public init(_ bytes: some Sequence<UInt8>) throws(MemcacheError) {
        self.bytes = try checkedWord(Array(bytes), maximumBytes: 200, name: "router hint")
    }

    /// A text written in the program. Traps when it is too long or has a blank, which is a mistake in the program.
    public init(stringLiteral value: String) {
        guard let checked = try? RouterHint(value.utf8) else { preconditionFailure("\"\(value)\" is no router hint") }
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
            .invalidArgument, "the \(name) \"\(shown)\" holds a blank or a control character: leave it out")
    }
    return bytes
}
