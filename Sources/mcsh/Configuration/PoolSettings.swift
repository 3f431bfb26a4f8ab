import MemcacheCore

/// How servers are used, as far as it is specified: by the command line, a pool of the configuration file, or the top
/// of that file.
struct PoolSettings: Hashable, Sendable {
    /// What the servers are for.
    enum Stage: String, CaseIterable, Sendable {
        case production, staging, development, test
    }

    /// An error in a setting, as the end of a sentence that names it.
    struct Fault: Error {
        var message: String
    }

    var profile: String?
    var prefix: [UInt8]?
    var timeout: Duration?
    var connectTimeout: Duration?
    var deadRetry: Duration?
    var stage: Stage?
    var isReadOnly: Bool?

    /// The longest prefix: at least one byte of a key follows it.
    static let maximumPrefixBytes = Key.maximumBytes - 1

    /// These settings, with another's where they specify nothing.
    func over(_ other: PoolSettings) -> PoolSettings {
        PoolSettings(
            profile: profile ?? other.profile, prefix: prefix ?? other.prefix, timeout: timeout ?? other.timeout,
            connectTimeout: connectTimeout ?? other.connectTimeout, deadRetry: deadRetry ?? other.deadRetry,
            stage: stage ?? other.stage, isReadOnly: isReadOnly ?? other.isReadOnly)
    }
}

/// The checks shared by an option and the file's key of the same name.
extension PoolSettings {
    static func profile(_ name: String) throws(Fault) -> String {
        do throws(MemcacheError) {
            return try ClientProfile(named: name).name
        } catch {
            throw Fault(message: error.message)
        }
    }

    static func prefix(_ bytes: [UInt8]) throws(Fault) -> [UInt8] {
        switch Key.fault(in: bytes.span, maximumBytes: maximumPrefixBytes) {
        case nil, .empty: return bytes
        case .tooLong:
            throw Fault(
                message: "the prefix has \(bytes.count) bytes; at most \(maximumPrefixBytes) leave room for a key")
        case .character(let index):
            let byte = bytes[index] == 0x20 ? "a space" : "the control character \(EscapedText.string([bytes[index]]))"
            throw Fault(
                message: "the prefix \"\(EscapedText.string(bytes))\" holds \(byte) at byte \(index + 1), "
                    + "which no key may hold")
        }
    }

    static func duration(_ text: String, allowsZero: Bool = false) throws(Fault) -> Duration {
        guard let duration = TimeSpan.parse(Array(text.utf8)), isInRange(duration, allowsZero) else {
            throw Fault(message: "\(shown(text)) is not a time; \(hint(allowsZero))")
        }
        return duration
    }

    static func duration(seconds: Double, allowsZero: Bool = false) throws(Fault) -> Duration {
        // A value out of range is not converted: not every number is a Duration.
        guard (0...86_400).contains(seconds), isInRange(.seconds(seconds), allowsZero) else {
            throw Fault(message: "\(seconds) is not a time; \(hint(allowsZero))")
        }
        return .seconds(seconds)
    }

    private static func isInRange(_ duration: Duration, _ allowsZero: Bool) -> Bool {
        (allowsZero ? duration >= .zero : duration > .zero) && duration <= .seconds(86_400)
    }

    private static func hint(_ allowsZero: Bool) -> String {
        "write for example 3, 1.5, 500ms, 2m or 1h, \(allowsZero ? "from 0" : "more than 0") to a day"
    }

    private static func shown(_ text: String) -> String { "\"\(EscapedText.string(ArgumentText.bytes(text)))\"" }
}

/// A pool of the configuration file.
struct NamedPool: Hashable, Sendable {
    /// The certificates for connecting to servers.
    struct TLS: Hashable, Sendable {
        var ca: String?
        var certificate: String?
        var key: String?
        var name: String?
        var isInsecure = false
    }

    /// The credentials to authenticate with.
    struct Credentials: Hashable, Sendable {
        enum Secret: Hashable, Sendable {
            case password(String)
            case file(String)
        }

        var user: String
        var secret: Secret
    }

    var servers: [WeightedServer] = []
    /// The addresses of the servers; for one without a port also that with memcached's default port.
    var addresses: [ServerAddress] = []
    var settings = PoolSettings()
    var tls: TLS?
    var credentials: Credentials?

    /// What its servers need and mcsh does not have yet, as the end of a sentence.
    var unsupportedNeed: String? {
        if tls != nil { return "TLS, which comes in a later version of mcsh" }
        if credentials != nil { return "a user and a password, which come in a later version of mcsh" }
        return nil
    }
}
