import MemcacheCore

/// How the application's client reads and writes values, by the profile.
final class ValueConventions: Sendable {
    /// The expanded size of a value is limited to what is worth showing.
    let transcoder: PythonTranscoder

    /// The conventions of the default profile.
    static let standard = ValueConventions(.pythonMemcached)

    init(_ profile: ClientProfile) {
        var transcoder = profile.transcoder as? PythonTranscoder ?? PythonTranscoder()
        transcoder.reading.limits = PickleLimits(maximumValues: 2_000_000, maximumMemoEntries: 2_000_000)
        self.transcoder = transcoder
    }

    /// The conventions of the profile with a name.
    static func named(_ profile: String) -> ValueConventions {
        guard profile != ClientProfile.pythonMemcached.name, let profile = try? ClientProfile(named: profile) else {
            return standard
        }
        return ValueConventions(profile)
    }
}
