import MemcacheCore

/// How the application's client reads and writes values, by the profile.
final class ValueConventions: Sendable {
    /// What a value may expand to is limited to what is worth looking at.
    let transcoder: PythonTranscoder

    /// Those of the profile that holds when none is named.
    static let standard = ValueConventions(.pythonMemcached)

    init(_ profile: ClientProfile) {
        var transcoder = profile.transcoder as? PythonTranscoder ?? PythonTranscoder()
        transcoder.reading.limits = PickleLimits(maximumValues: 2_000_000, maximumMemoEntries: 2_000_000)
        self.transcoder = transcoder
    }

    /// Those of the profile with a name.
    static func named(_ profile: String) -> ValueConventions {
        guard profile != ClientProfile.pythonMemcached.name, let profile = try? ClientProfile(named: profile) else {
            return standard
        }
        return ValueConventions(profile)
    }
}
