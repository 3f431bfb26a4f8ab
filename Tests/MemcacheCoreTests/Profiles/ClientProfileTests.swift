import MemcacheCore
import Testing

@Suite struct ClientProfileTests {
    private let three = ["10.0.0.1", "10.0.0.2", "10.0.0.3"]

    private func server(of key: String, _ profile: ClientProfile) throws -> Int? {
        let servers = try three.map { WeightedServer(try ServerAddress($0)) }
        let bytes = Array(key.utf8)
        return profile.makeSelector(servers).choice(for: bytes.span, after: nil)?.server
    }

    @Test(arguments: [
        "python-memcached", "python-memcached-1.59", "python-memcached-1.59-py2", "python-memcached-1.58",
        "python-memcached-1.58-py2", "python-memcached-1.56-py2", "python-memcached-1.54-py2",
    ])
    func `a profile is found by its name`(name: String) throws {
        #expect(try ClientProfile(named: name).name == name)
        #expect(ClientProfile.all.contains { $0.name == name && !$0.summary.isEmpty })
    }

    @Test func `no two profiles have one name`() {
        #expect(Set(ClientProfile.all.map(\.name)).count == ClientProfile.all.count)
        #expect(ClientProfile.all.count == 7)
        #expect(ClientProfile.all.first?.name == "python-memcached")
    }

    @Test(arguments: [
        ("python-memcached-1.62", "python-memcached"), ("python-memcached-1.60", "python-memcached"),
        ("python-memcached-1.57", "python-memcached-1.58"), ("python-memcached-1.57-py2", "python-memcached-1.58-py2"),
        ("python-memcached-1.56", "python-memcached-1.56-py2"), ("python-memcached-1.53", "python-memcached-1.54-py2"),
    ])
    func `a release has the profile of the one with the same conventions`(name: String, same: String) throws {
        #expect(try ClientProfile(named: name).name == same)
    }

    @Test func `an unknown name is rejected with the list of names, and shown escaped`() {
        do {
            _ = try ClientProfile(named: "python-memcache\u{1b}")
            Issue.record("accepted")
        } catch {
            #expect(error.code == .invalidArgument)
            #expect(error.message.contains(#""python-memcache\e""#))
            #expect(error.message.contains("python-memcached, python-memcached-1.59,"))
        }
    }

    @Test func `the key whose hash is 0 is on another server in older releases`() throws {
        #expect(try server(of: "ob", .pythonMemcached) == 0)
        for profile in ClientProfile.all.dropFirst() { #expect(try server(of: "ob", profile) == 1, "\(profile.name)") }
        for profile in ClientProfile.all { #expect(try server(of: "foo", profile) == 1) }
    }

    @Test(arguments: [
        ("python-memcached", "74 16", "4930310a2e 1"), ("python-memcached-1.59", "74 16", "4930310a2e 1"),
        ("python-memcached-1.58", "74 0", "31 2"), ("python-memcached-1.58-py2", "74 0", "31 2"),
        ("python-memcached-1.56-py2", "74 0", "54727565 2"), ("python-memcached-1.54-py2", "56740a70300a2e 1", "31 2"),
    ])
    func `text and booleans are stored as each release stores them`(name: String, text: String, truth: String) throws {
        let transcoder = try ClientProfile(named: name).transcoder
        func stored(_ value: PickleValue) throws -> String {
            let encoded = try transcoder.encode(value, options: EncodingOptions())
            let hexadecimal = encoded.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            return "\(hexadecimal) \(encoded.flags)"
        }
        #expect(try stored("t") == text)
        #expect(try stored(true) == truth)
    }

    @Test func `a configuration has the profile's settings, and those set explicitly`() throws {
        let other = ClientProfile(
            name: "mine", summary: "", limits: RequestLimits(maximumKeyBytes: 10, maximumValueBytes: nil),
            transcoder: PythonTranscoder(), makeSelector: { _ in PythonMemcachedSelector(weights: [0, 1]) })
        var configuration = ClientConfiguration(servers: [])
        #expect(configuration.profile.name == "python-memcached")
        #expect(configuration.limits == RequestLimits(maximumKeyBytes: 250, maximumValueBytes: 1_048_576))
        configuration.profile = other
        #expect(configuration.limits.maximumKeyBytes == 10)
        let key: [UInt8] = [1]
        #expect(configuration.makeSelector([]).choice(for: key.span, after: nil)?.server == 1)
        configuration.limits.maximumKeyBytes = 20
        configuration.makeSelector = { _ in PythonMemcachedSelector(weights: [1]) }
        configuration.profile = .pythonMemcached
        #expect(configuration.limits == RequestLimits(maximumKeyBytes: 20, maximumValueBytes: nil))
        #expect(configuration.makeSelector([]).choice(for: key.span, after: nil)?.server == 0)
    }
}
