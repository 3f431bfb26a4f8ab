/// The conventions of an application's client library, by name: how it chooses servers, how long it lets keys and
/// values be, and how it stores values.
///
/// A client with the same profile finds what the application has stored, and stores what the application can read.
///
///     var configuration = ClientConfiguration(servers: servers, profile: try ClientProfile(named:
///     "python-memcached-1.58"))
///
/// The releases of python-memcached differ in the first and the last: up to 1.59 one key in 32,768 belongs to another
/// server, and before 1.59 text had no flag of its own. You can create a profile from parts of these or from your own.
public struct ClientProfile: Sendable {
    /// The name, as a user of a program gives it.
    public var name: String
    /// The software that has this profile, for lists of profiles.
    public var summary: String
    /// Creates the selector for the servers and their weights.
    public var makeSelector: @Sendable (_ servers: [WeightedServer]) -> any ServerSelector
    /// The maximum lengths of keys and values.
    public var limits: RequestLimits
    /// How values are stored.
    public var transcoder: any ValueTranscoder<PickleValue>

    /// Creates a profile of your own.
    public init(
        name: String, summary: String, limits: RequestLimits = RequestLimits(),
        transcoder: any ValueTranscoder<PickleValue>,
        makeSelector: @escaping @Sendable (_ servers: [WeightedServer]) -> any ServerSelector
    ) {
        self.name = name
        self.summary = summary
        self.limits = limits
        self.transcoder = transcoder
        self.makeSelector = makeSelector
    }

    /// Creates the profile with a name.
    ///
    /// A release without a profile of its own gets that of the release with the same conventions:
    /// `python-memcached-1.57` is `python-memcached-1.58`.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument`` and the names that exist.
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument`` and the names there are.
    public init(named name: String) throws(MemcacheError) {
        let known = Self.all.first { $0.name == name }
        guard let profile = known ?? Self.sameConventions[name].flatMap({ same in Self.all.first { $0.name == same } })
        else {
            let names = Self.all.map(\.name).joined(separator: ", ")
            throw MemcacheError(
                .invalidArgument, "there is no profile \"\(EscapedText.string(Array(name.utf8)))\"; there are \(names)")
        }
        self = profile
    }

    /// The named profiles, beginning with the default of a client.
    public static let all: [ClientProfile] = [
        pythonMemcached,
        python("1.59", "1.59 on Python 3", .current, hash: .crc15WithoutZero),
        python("1.59-py2", "1.59 on Python 2", .release159OnPython2, hash: .crc15WithoutZero, oldStrings: .bytes),
        python("1.58", "1.57 and 1.58 on Python 3", .release158, hash: .crc15WithoutZero),
        python(
            "1.58-py2", "1.57 and 1.58 on Python 2", .release157, hash: .crc15WithoutZero, oldStrings: .bytes),
        python("1.56-py2", "1.55 and 1.56 on Python 2", .release156, hash: .crc15WithoutZero, oldStrings: .bytes),
        python("1.54-py2", "up to 1.54, on Python 2", .release154, hash: .crc15WithoutZero, oldStrings: .bytes),
    ]

    /// python-memcached 1.60 to 1.62, the last release. This is the default.
    public static let pythonMemcached = ClientProfile(
        name: pythonName, summary: "\(pythonName) 1.60 to 1.62", transcoder: PythonTranscoder(),
        makeSelector: { PythonMemcachedSelector(weights: $0.map(\.weight)) })

    private static let pythonName = "python-memcached"

    private static let sameConventions: [String: String] = [
        "\(pythonName)-1.62": pythonName, "\(pythonName)-1.61": pythonName, "\(pythonName)-1.60": pythonName,
        "\(pythonName)-1.57": "\(pythonName)-1.58", "\(pythonName)-1.57-py2": "\(pythonName)-1.58-py2",
        // These exist for Python 2 only.
        "\(pythonName)-1.56": "\(pythonName)-1.56-py2", "\(pythonName)-1.55": "\(pythonName)-1.56-py2",
        "\(pythonName)-1.55-py2": "\(pythonName)-1.56-py2", "\(pythonName)-1.54": "\(pythonName)-1.54-py2",
        "\(pythonName)-1.53": "\(pythonName)-1.54-py2", "\(pythonName)-1.48": "\(pythonName)-1.54-py2",
    ]

    private static func python(
        _ release: String, _ releases: String, _ conventions: PythonTranscoder.Conventions,
        hash: PythonMemcachedSelector.HashFunction, oldStrings: PickleReadingOptions.OldStrings = .textIfASCII
    ) -> ClientProfile {
        ClientProfile(
            name: "\(pythonName)-\(release)", summary: "\(pythonName) \(releases)",
            transcoder: PythonTranscoder(
                conventions: conventions, reading: PickleReadingOptions(oldStrings: oldStrings)),
            makeSelector: { PythonMemcachedSelector(weights: $0.map(\.weight), hashFunction: hash) })
    }
}
