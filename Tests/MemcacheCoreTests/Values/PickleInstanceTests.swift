import Testing

@testable import MemcacheCore

/// Instances as CPython 3.11 pickles them, in JSON.
struct PickleInstanceTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var json: String
        /// The same value at several protocols, in base64.
        var pickles: [String]
        var testDescription: String { json }

        init(_ json: String, _ pickles: String...) {
            self.json = json
            self.pickles = pickles
        }
    }

    private static func json(_ pickle: [UInt8]) throws -> String {
        String(decoding: try PickleValue(pickle: pickle).json(), as: UTF8.self)
    }

    private static func json(_ pickle: String) throws -> String { try json(Array(pickle.utf8)) }

    private static func bytes(_ base64: String) throws -> [UInt8] {
        try #require(Base64.decode(Array(base64.utf8)))
    }

    @Test(arguments: [
        Case(
            #"{"$object":"shopm.S","args":["x"]}"#,
            "Y2NvcHlfcmVnCl9yZWNvbnN0cnVjdG9yCnAwCihjc2hvcG0KUwpwMQpjX19idWlsdGluX18KdW5pY29kZQpwMgpWeApwMwp0cDQKUnA1Ci4=",
            "gAJjc2hvcG0KUwpxAFgBAAAAeHEBhXECgXEDLg==",
            "gAWVFwAAAAAAAACMBXNob3BtlIwBU5STlIwBeJSFlIGULg=="),
        Case(
            #"{"$object":"shopm.C","args":[1.0,2.0]}"#,
            "Y2NvcHlfcmVnCl9yZWNvbnN0cnVjdG9yCnAwCihjc2hvcG0KQwpwMQpjX19idWlsdGluX18KY29tcGxleApwMgpnMgooRjEuMApGMi4wCnRwMwpScDQKdHA1ClJwNgou",
            "gAJjc2hvcG0KQwpxAEc/8AAAAAAAAEdAAAAAAAAAAIZxAYFxAi4=",
            "gAWVJQAAAAAAAACMBXNob3BtlIwBQ5STlEc/8AAAAAAAAEdAAAAAAAAAAIaUgZQu"),
        Case(
            #"{"$object":"shopm.KW","args":[1],"state":{"z":3},"keywords":{"k":2}}"#,
            "gAJjZnVuY3Rvb2xzCnBhcnRpYWwKcQBjX19idWlsdGluX18KZ2V0YXR0cgpxAWNzaG9wbQpLVwpxAlgHAAAAX19uZXdfX3EDhnEEUnEFhXEGUnEHKGgFaAJLAYZxCH1xCVgBAAAAa3EKSwJzTnRxC2IpUnEMfXENWAEAAAB6cQ5LA3NiLg==",
            "gANjZnVuY3Rvb2xzCnBhcnRpYWwKcQBjYnVpbHRpbnMKZ2V0YXR0cgpxAWNzaG9wbQpLVwpxAlgHAAAAX19uZXdfX3EDhnEEUnEFhXEGUnEHKGgFaAJLAYZxCH1xCVgBAAAAa3EKSwJzTnRxC2IpUnEMfXENWAEAAAB6cQ5LA3NiLg==",
            "gASVKQAAAAAAAACMBXNob3BtlIwCS1eUk5RLAYWUfZSMAWuUSwJzkpR9lIwBepRLA3NiLg=="),
        Case(
            #"{"$object":"zoneinfo.ZoneInfo._unpickle","args":["Europe/Berlin",1]}"#,
            "Y19fYnVpbHRpbl9fCmdldGF0dHIKcDAKKGN6b25laW5mbwpab25lSW5mbwpwMQpWX3VucGlja2xlCnAyCnRwMwpScDQKKFZFdXJvcGUvQmVybGluCnA1CkkxCnRwNgpScDcKLg==",
            "gANjYnVpbHRpbnMKZ2V0YXR0cgpxAGN6b25laW5mbwpab25lSW5mbwpxAVgJAAAAX3VucGlja2xlcQKGcQNScQRYDQAAAEV1cm9wZS9CZXJsaW5xBUsBhnEGUnEHLg==",
            "gAWVVgAAAAAAAACMCGJ1aWx0aW5zlIwHZ2V0YXR0cpSTlIwIem9uZWluZm+UjAhab25lSW5mb5STlIwJX3VucGlja2xllIaUUpSMDUV1cm9wZS9CZXJsaW6USwGGlFKULg=="
        ),
        Case(
            #"{"$object":"shopm.Outer.make","args":[1,2]}"#,
            "Y19fYnVpbHRpbl9fCmdldGF0dHIKcDAKKGNzaG9wbQpPdXRlcgpwMQpWbWFrZQpwMgp0cDMKUnA0CihJMQpJMgp0cDUKUnA2Ci4=",
            "gASVPQAAAAAAAACMCGJ1aWx0aW5zlIwHZ2V0YXR0cpSTlIwFc2hvcG2UjAVPdXRlcpSTlIwEbWFrZZSGlFKUSwFLAoaUUpQu"),
        Case(
            #"{"$object":"shopm.Set6","setter":{"$global":"shopm.setter"},"state":{"x":1}}"#,
            "Y3Nob3BtClNldDYKcDAKKHRScDEKY3Nob3BtCnNldHRlcgpwMgpnMQooZHAzClZ4CnA0CkkxCnOGUjAu",
            "gAJjc2hvcG0KU2V0NgpxAClScQFjc2hvcG0Kc2V0dGVyCnECaAF9cQNYAQAAAHhxBEsBc4ZSMC4=",
            "gAWVMAAAAAAAAACMBXNob3BtlIwEU2V0NpSTlClSlGgAjAZzZXR0ZXKUk5RoA32UjAF4lEsBc4ZSMC4="),
        Case(
            #"{"$object":"shopm.Pair","state":{"$tuple":[{"price":10},{"price":12}]}}"#,
            "gAJjc2hvcG0KUGFpcgpxACmBcQF9cQJYBQAAAHByaWNlcQNLCnN9cQRoA0sMc4ZxBWIu"),
        Case(
            #"{"$object":"shopm.Both","state":{"a":1,"c":2},"slots":["a"]}"#,
            "gAJjc2hvcG0KQm90aApxACmBcQF9cQJYAQAAAGNxA0sCc31xBFgBAAAAYXEFSwFzhnEGYi4="),
        Case(
            #"{"$object":"shopm.Slots","state":{"a":1,"b":2},"slots":["a","b"]}"#,
            "gAJjc2hvcG0KU2xvdHMKcQApgXEBTn1xAihYAQAAAGFxA0sBWAEAAABicQRLAnWGcQViLg=="),
        Case(
            #"{"$object":"shopm.BytesName","state":{"$dict":[[{"$bytes":"YQ=="},1],["a",2]]}}"#,
            "gANjc2hvcG0KQnl0ZXNOYW1lCnEAKYFxAX1xAihDAWFxA0sBWAEAAABhcQRLAnViLg=="),
    ])
    func `an instance has the same JSON at every protocol, with all that the pickle says`(test: Case) throws {
        for pickle in test.pickles { #expect(try Self.json(Self.bytes(pickle)) == test.json) }
    }

    @Test(arguments: [
        "Y3Nob3BtClNldDYKcDAKKHRScDEKY3Nob3BtCnNldHRlcgpwMgpnMQooZHAzClZ4CnA0CkkxCnOGUjAu",
        "gAJjc2hvcG0KU2V0NgpxAClScQFjc2hvcG0Kc2V0dGVyCnECaAF9cQNYAQAAAHhxBEsBc4ZSMC4=",
        "gAWVMAAAAAAAAACMBXNob3BtlIwEU2V0NpSTlClSlGgAjAZzZXR0ZXKUk5RoA32UjAF4lEsBc4ZSMC4=",
    ])
    func `a function that sets the state is written as Python writes it`(base64: String) throws {
        let pickle = try Self.bytes(base64)
        let version = pickle[0] == 0x80 ? Int(pickle[1]) : 0
        let value = try PickleValue(pickle: pickle)
        #expect(try value.pickled(PickleWritingOptions(protocolVersion: version)) == pickle)
    }

    @Test(arguments: [
        // collections.defaultdict(int), (list); collections.deque([1]), ([1], 5)
        ("ccollections\ndefaultdict\n(cbuiltins\nint\ntR.", "ccollections\ndefaultdict\n(cbuiltins\nlist\ntR."),
        ("ccollections\ndeque\n((ttRI1\na.", "ccollections\ndeque\n((tI5\ntRI1\na."),
        // datetime.time(0, 0), with fold=1
        (
            "cdatetime\ntime\n(C\u{6}\0\0\0\0\0\0tR.",
            "cdatetime\ntime\n(c_codecs\nencode\n(V\u{80}\0\0\0\0\0\nVlatin1\ntRtR."
        ),
        // A zone at no distance from UTC, without a name and with one.
        (
            "cdatetime\ntime\n(C\u{6}\0\0\0\0\0\0cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I0\nI0\nI0\ntRtRtR.",
            "cdatetime\ntime\n(C\u{6}\0\0\0\0\0\0cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I0\nI0\nI0\ntRVZ\ntRtR."
        ),
        // A state of two dictionaries, one with the names of both, and one without the first.
        ("\u{80}\u{2}cm\nO\n)\u{81}((dVa\nI1\ns(dVb\nI2\nstb.", "\u{80}\u{2}cm\nO\n)\u{81}(dVa\nI1\nsVb\nI2\nsb."),
        ("\u{80}\u{2}cm\nO\n)\u{81}(N(dVx\nI1\nstb.", "\u{80}\u{2}cm\nO\n)\u{81}(dVx\nI1\nsb."),
        // What is set twice, and what is called and dropped.
        ("\u{80}\u{2}cm\nO\n)\u{81}(dVx\nI1\nsb(dVx\nI2\nsb.", "\u{80}\u{2}cm\nO\n)\u{81}(dVx\nI2\nsb."),
        ("cos\nsystem\n(Vls\ntR0I1\n.", "I1\n."), ("(cos\nsystem\n(Vls\ntR1I1\n.", "I1\n."),
        ("cos\nsystem\n(Vls\ntRI1\n.", "I1\n."), ("cm\nf\np0\n)R0g0\n)R.", "cm\nf\n)R."),
    ])
    func `different values have different JSON`(one: String, other: String) throws {
        #expect(try Self.json(Self.latin1(one)) != Self.json(Self.latin1(other)))
    }

    private static func latin1(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }

    @Test(arguments: [
        ("ccopyreg\nx\n)R.", #"{"$object":"copyreg.x"}"#), ("ccopyreg\nx\n)\u{81}.", #"{"$object":"copyreg.x"}"#),
        ("(ccopyreg\nx\no.", #"{"$object":"copyreg.x"}"#), ("(icopyreg\nx\n.", #"{"$object":"copyreg.x"}"#),
        ("ccopyreg\n__newobj__\n)R.", #"{"$object":"copyreg.__newobj__"}"#),
        ("ccopyreg\nx\n(I1\nI2\ntR.", #"{"$object":"copyreg.x","args":[1,2]}"#),
        // Times, zones and numbers that Python cannot create.
        (
            "cdatetime\ntime\n(C\u{6}\0\0\0\0\0\0cpytz\n_p\n(Vx\nL-9223372036854775808L\nI0\nVy\ntRtR.",
            #"{"$time":"00:00:00","zone":{"$object":"pytz._p","args":["x",{"$int":"-9223372036854775808"},0,"y"]}}"#
        ),
        (
            "cdatetime\ntimedelta\n(I0\nI0\nL9223372036854775807L\ntR.",
            #"{"$object":"datetime.timedelta","args":[0,0,{"$int":"9223372036854775807"}]}"#
        ),
        ("cdatetime\ntimedelta\n(I-999999999\nI0\nI0\ntR.", #"{"$timedelta":[-999999999,0,0]}"#),
        (
            "cdatetime\ntimedelta\n(I1000000000\nI0\nI0\ntR.",
            #"{"$object":"datetime.timedelta","args":[1000000000,0,0]}"#
        ),
        (
            "cdatetime\ntime\n(C\u{6}\0\0\0\0\0\0cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I1\nI0\nI0\ntRtRtR.",
            #"{"$object":"datetime.time","args":[{"$bytes":"AAAAAAAA"},{"$object":"datetime.timezone","args":[{"$timedelta":[1,0,0]}]}]}"#
        ),
        ("cfractions\nFraction\n(I1\nI0\ntR.", #"{"$object":"fractions.Fraction","args":[1,0]}"#),
        ("cbuiltins\nrange\n(I0\nI1\nI0\ntR.", #"{"$object":"builtins.range","args":[0,1,0]}"#),
        ("cdecimal\nDecimal\n(Vten\ntR.", #"{"$object":"decimal.Decimal","args":["ten"]}"#),
        ("cdecimal\nDecimal\n(VNaN123\ntR.", #"{"$decimal":"NaN123"}"#),
        ("ccollections\ndeque\n(Vabc\ntR.", #"{"$object":"collections.deque","args":["abc"]}"#),
        (
            "cdatetime\ndate\n(C\u{4}\u{7}\u{e8}\u{2}\u{1f}tR.",
            #"{"$object":"datetime.date","args":[{"$bytes":"B+gCHw=="}]}"#
        ),
    ])
    func `a call that Python could not make is shown as a call`(pickle: String, json: String) throws {
        #expect(try Self.json(Self.latin1(pickle)) == json)
    }

    @Test(arguments: [
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
        "18446744073709551615", "18446744073709551616", "2147483647", "2147483648", "-2147483649", "4294967296",
        "9007199254740993", "1000000000000000000000000000000", "0", "1", "-1",
    ])
    func `any number is accepted wherever a pickle may have one`(number: String) throws {
        let calls = [
            "cdatetime\ntimedelta\n(L#L\nL#L\nL#L\ntR.", "cdatetime\ntimedelta\n(L#L\nI0\nI0\ntR.",
            "cdatetime\ntime\n(C\u{6}\0\0\0\0\0\0cpytz\n_p\n(Vx\nL#L\nL#L\nVy\ntRtR.",
            "cdatetime\ntime\n(C\u{6}\0\0\0\0\0\0cdatetime\ntimezone\n(cdatetime\ntimedelta\n(L#L\nL#L\nL#L\ntRtRtR.",
            "cbuiltins\nrange\n(L#L\nL#L\nL#L\ntR.", "cfractions\nFraction\n(L#L\nL#L\ntR.",
            "cfractions\nFraction\n(V#/#\ntR.", "cdecimal\nDecimal\n(V#E#\ntR.", "cdecimal\nDecimal\n(L#L\ntR.",
            "ccollections\ndeque\n((tL#L\ntR.", "cuuid\nUUID\n)\u{81}}Vint\nL#L\nsb.", "L#L\n.", "I#\n.", "F#\n.",
            "(cbuiltins\nrange\nL#L\nL#L\nL#L\no.",
        ]
        for call in calls {
            let pickle = Self.latin1(call.replacing("#", with: number))
            guard let value = try? PickleValue(pickle: pickle) else { continue }
            _ = (value.description, try value.json(), value.jsonPrefix(maximumBytes: 10))
            for version in 0...5 {
                let again = try value.pickled(PickleWritingOptions(protocolVersion: version))
                #expect(try PickleValue(pickle: again).json() == value.json())
            }
        }
    }

    @Test func `times of any size are printed`() {
        for number in [Int.min, -1, 0, 86_400, Int.max] {
            let delta = PythonTimeDelta(days: number, seconds: number, microseconds: number)
            let time = PythonTime(
                hour: number, minute: number, second: number, microsecond: number, zone: .offset(delta))
            let moment = PythonDateTime(date: PythonDate(year: number, month: number, day: number), time: time)
            _ = (
                moment.description, PickleValue(.dateTime(moment)).description,
                PickleValue(.timeDelta(delta)).description
            )
        }
        #expect(Expiration.after(.seconds(Int64.max) + .seconds(Int64.max)).wireValue(now: 0) == 2_147_483_647)
    }

    @Test func `an object with much hidden content is not traversed each time it is shown`() throws {
        // A UUID with a hundred thousand attributes, a hundred thousand times: ten billion steps.
        var pickle = [0x80, 2] + Array("(cuuid\nUUID\n)".utf8) + [0x81] + Array("}(Vint\nI1\n".utf8)
        for index in 0..<100_000 { pickle += Array("I\(index)\nN".utf8) }
        pickle += Array("ubp0\n".utf8)
        for _ in 0..<100_000 { pickle += Array("g0\n".utf8) }
        let value = try PickleValue(pickle: pickle + Array("l.".utf8))
        #expect(throws: MemcacheError.self) { try value.json(maximumBytes: 1_000_000) }
        // One large number, equally often.
        pickle = Array("(L".utf8) + [UInt8](repeating: 0x39, count: 60_000) + Array("L\np0\n".utf8)
        for _ in 0..<1000 { pickle += Array("g0\n".utf8) }
        #expect(throws: MemcacheError.self) {
            try PickleValue(pickle: pickle + Array("l.".utf8)).json(maximumBytes: 30_000_000)
        }
    }

    @Test(arguments: [
        #"{"$set":[[1]]}"#, #"{"$set":[{"$tuple":[[1]]}]}"#, #"{"$frozenset":[{"$tuple":[{"$tuple":[{}]}]}]}"#,
        #"{"$dict":[[{"$tuple":[[1]]},2]]}"#, #"{"$dict":[[{"$set":[]},2]]}"#, #"{"$set":[{"$decimal":"sNaN"}]}"#,
        #"{"$set":[{"$bytearray":""}]}"#,
    ])
    func `what Python cannot hash is not stored`(json: String) {
        #expect {
            try PickleValue(json: Array(json.utf8))
        } throws: { "\($0)".contains("Python takes no list") }
    }

    @Test(arguments: [
        #"{"$set":[{"$tuple":[1]}]}"#, #"{"$set":[{"$frozenset":[1]}]}"#, #"{"$dict":[[{"$tuple":[]},[]]]}"#,
        #"{"$decimal":"NaN123"}"#, #"{"$decimal":"-sNaN"}"#, #"{"$decimal":"Infinity"}"#, #"{"$decimal":"1E+28"}"#,
    ])
    func `what Python can hash is read back`(json: String) throws {
        #expect(String(decoding: try PickleValue(json: Array(json.utf8)).json(), as: UTF8.self) == json)
    }

    @Test func `invisible characters and terminal commands are escaped, and read back`() throws {
        let text = "\u{7f}\u{85}\u{9b}\u{200b}\u{200d}\u{202e}\u{2028}\u{2066}\u{feff}\u{3164}\u{e0041}é🙂"
        let json = try PickleValue(text).json()
        #expect(
            String(decoding: json, as: UTF8.self)
                == #""\u007f\u0085\u009b\u200b\u200d\u202e\u2028\u2066\ufeff\u3164\udb40\udc41é🙂""#)
        #expect(try PickleValue(json: json).text == text)
    }

    @Test(arguments: 0...3) func `a set that is its own item is rejected below protocol 4`(version: Int) throws {
        // EMPTY_SET, MEMOIZE, MARK, 1, the set itself, ADDITEMS: Python cannot make it, and nothing else refuses it.
        let direct: [UInt8] = [0x80, 4, 0x8f, 0x94, 0x28, 0x4b, 1, 0x68, 0, 0x90, 0x2e]
        // The same with a tuple between the two.
        let nested: [UInt8] = [0x80, 4, 0x8f, 0x94, 0x28, 0x4b, 1, 0x68, 0, 0x85, 0x90, 0x2e]
        for pickle in [direct, nested] {
            let value = try PickleValue(pickle: pickle)
            #expect(throws: MemcacheError.self) {
                try value.pickled(PickleWritingOptions(protocolVersion: version))
            }
        }
        #expect(try PickleValue(pickle: direct).pickled(PickleWritingOptions(protocolVersion: 4)).count > 10)
    }

    @Test(arguments: 0...5) func `an instance that items of a set were added to is read back`(version: Int) throws {
        // GLOBAL, EMPTY_TUPLE, REDUCE, MARK, 1, 2, ADDITEMS.
        let pickle = Array("cshop\nBag\n)R(K".utf8) + [1, UInt8(ascii: "K"), 2, 0x90, UInt8(ascii: ".")]
        let value = try PickleValue(pickle: pickle)
        let written = try value.pickled(PickleWritingOptions(protocolVersion: version))
        #expect(try Self.json(written) == Self.json(pickle))
    }
}
