import MemcacheCore
import Testing

@Suite struct MetaCommandTests {
    private func result<Request: MetaCommand>(_ command: Request, _ text: String) throws -> MetaResult {
        try Wire.outcome(of: command, from: text)
    }

    @Test func `every flag of an answer is read`() throws {
        let result = try result(
            Command.MetaGet("a", [.opaque("42")]), "VA 2 s2 t100 f7 c1 ka O42 h0 l5\r\nhi\r\n")
        #expect(result.status == .done)
        #expect(result.value == Wire.bytes("hi"))
        #expect(result.sizeBytes == 2)
        #expect(result.timeToLive == .remaining(.seconds(100)))
        #expect(result.flags == 7)
        #expect(result.cas == CASToken(rawValue: 1))
        #expect(result.key == Wire.bytes("a"))
        #expect(!result.isKeyBase64)
        #expect(result.opaque == Wire.bytes("42"))
        #expect(result.wasHitBefore == false)
        #expect(result.lastAccess == .seconds(5))
        #expect(!result.hasWon && !result.isStale && !result.isWonByAnother && !result.isHidden)
        #expect(result.returnFlags.map(\.letter) == Array("stfckOhl".utf8))
    }

    @Test func `what was not requested is nil`() throws {
        let result = try result(Command.MetaGet("a"), "HD\r\n")
        #expect(result.status == .done)
        #expect(result.value == nil && result.cas == nil && result.flags == nil && result.timeToLive == nil)
        #expect(result.sizeBytes == nil && result.wasHitBefore == nil && result.lastAccess == nil)
        #expect(result.key == nil && result.opaque == nil && result.returnFlags.isEmpty)
    }

    @Test func `an unlimited lifetime is distinguished from one second`() throws {
        #expect(try result(Command.MetaGet("a"), "HD t-1\r\n").timeToLive == .unlimited)
        #expect(try result(Command.MetaGet("a"), "HD t0\r\n").timeToLive == .remaining(.zero))
        #expect(try result(Command.MetaGet("a"), "HD t1\r\n").timeToLive == .remaining(.seconds(1)))
    }

    @Test func `win, stale and already won, in any order`() throws {
        let won = try result(Command.MetaGet("a"), "VA 0 c1 t30 W\r\n\r\n")
        #expect(won.hasWon && !won.isStale && !won.isWonByAnother)
        #expect(won.value == [])
        let staleAndWon = try result(Command.MetaGet("a"), "VA 4 t30 X W\r\ndata\r\n")
        #expect(staleAndWon.hasWon && staleAndWon.isStale)
        let late = try result(Command.MetaGet("a"), "VA 4 t30 Z X\r\ndata\r\n")
        #expect(!late.hasWon && late.isStale && late.isWonByAnother)
    }

    @Test func `misses keep the key and the opaque text`() throws {
        let miss = try result(Command.MetaGet("a", [.returnValue, .returnKey, .opaque("9")]), "EN ka O9\r\n")
        #expect(miss.status == .missing)
        #expect(miss.key == Wire.bytes("a"))
        #expect(try result(Command.MetaDelete("a"), "NF\r\n").status == .missing)
        #expect(try result(Command.MetaArithmetic("a"), "NF\r\n").status == .missing)
        #expect(try result(Command.MetaSet("a", value: []), "NF\r\n").status == .missing)
    }

    @Test func `stores that did not happen`() throws {
        #expect(try result(Command.MetaSet("a", value: []), "HD\r\n").status == .done)
        #expect(try result(Command.MetaSet("a", value: []), "NS\r\n").status == .notStored)
        #expect(try result(Command.MetaSet("a", value: []), "EX\r\n").status == .changed)
    }

    @Test func `an answer with another opaque text is not this command's`() {
        #expect(Wire.code { _ = try result(Command.MetaGet("a", [.opaque("1")]), "EN O2\r\n") } == .unreadableReply)
    }

    @Test func `a base64 key is returned with its mark`() throws {
        let result = try result(Command.MetaGet("a"), "VA 2 k44OG44K544OI b\r\nhi\r\n")
        #expect(result.isKeyBase64)
        #expect(result.key.flatMap { Base64.decode($0) } == Wire.bytes("テスト"))
    }

    @Test func `an unencoded key with spaces does not pass for a base64 one`() throws {
        let result = try result(Command.MetaGet("a"), "HD kfoo bar t5\r\n")
        #expect(result.key == Wire.bytes("foo"))
        #expect(!result.isKeyBase64)
    }

    @Test func `OK of servers before 1.6.10 is not a meta reply`() {
        #expect(throws: ReplyParser.Failure.self) { try result(Command.MetaSet("a", value: []), "OK\r\n") }
    }

    @Test func `quiet shows what the server would have suppressed`() throws {
        #expect(try result(Command.MetaGet("a", [.quiet]), "EN\r\n").isHidden)
        #expect(try !result(Command.MetaGet("a", [.quiet]), "HD\r\n").isHidden)
        #expect(try result(Command.MetaSet("a", value: [], [.quiet]), "HD\r\n").isHidden)
        #expect(try !result(Command.MetaSet("a", value: [], [.quiet]), "NS\r\n").isHidden)
        #expect(try result(Command.MetaDelete("a", [.quiet]), "HD\r\n").isHidden)
        #expect(try !result(Command.MetaDelete("a", [.quiet]), "NF\r\n").isHidden)
        #expect(try result(Command.MetaArithmetic("a", [.quiet]), "VA 1\r\n5\r\n").isHidden)
        #expect(try !result(Command.MetaArithmetic("a"), "HD\r\n").isHidden)
    }

    // MARK: - me

    @Test func `what is known about an item`() throws {
        let text = "ME a exp=100 la=3 cas=2 fetch=yes cls=1 size=61 new=x\r\n"
        guard case .item(let record) = try Wire.outcome(of: Command.MetaDebug("a"), from: text) else {
            Issue.record("missing")
            return
        }
        #expect(record.key == Wire.bytes("a"))
        #expect(record.timeToLive == .remaining(.seconds(100)))
        #expect(record.lastAccess == .seconds(3))
        #expect(record.cas == CASToken(rawValue: 2))
        #expect(record.isFetched == true)
        #expect(record.slabClass == 1)
        #expect(record.itemBytes == 61)
        #expect(record.attributes.last == LineAttribute(name: "new", value: Wire.bytes("x")))
    }

    @Test(arguments: [
        ("-100", TimeToLive.remaining(.seconds(100))), ("100", .remaining(.seconds(100))), ("-1", .unlimited),
        ("1", .remaining(.seconds(1))), ("0", .remaining(.zero)),
    ])
    func `the sign of the remaining lifetime is wrong before 1.6.24`(text: String, life: TimeToLive) throws {
        let line = Wire.bytes("a exp=\(text) la=0 cas=1 fetch=no cls=1 size=61")
        #expect(MetaDebugRecord(line: line)?.timeToLive == life)
    }

    @Test func `a key may look like attributes`() throws {
        let line = Wire.bytes("x exp=5 y exp=-1 la=0 cas=1 fetch=no cls=1 size=61")
        #expect(MetaDebugRecord(line: line)?.key == Wire.bytes("x exp=5 y"))
        #expect(MetaDebugRecord(line: line)?.timeToLive == .unlimited)
        #expect(MetaDebugRecord(line: Wire.bytes("nothing")) == nil)
    }

    @Test func `me of a missing item`() throws {
        #expect(try Wire.outcome(of: Command.MetaDebug("a"), from: "EN\r\n") == .missing)
    }

    // MARK: - Flags

    @Test(arguments: [
        "v", "c", "f", "h", "k", "l", "q", "s", "t", "u", "N30", "R30", "T0", "T-1", "C1", "E5", "O", "Oabc", "P/x",
        "Lx",
    ])
    func `a flag of mg is read in the form of the protocol`(text: String) throws {
        #expect(try MetaFlag<Command.MetaGet>(wire: text).description == text)
    }

    @Test(arguments: ["F99", "T100", "MS", "ME", "MA", "MR", "MP", "I", "N60", "C1", "c", "s", "k", "q", "O1", "E1"])
    func `a flag of ms is read in the form of the protocol`(text: String) throws {
        #expect(try MetaFlag<Command.MetaSet>(wire: text).description == text)
    }

    @Test(arguments: ["N0", "J13", "D10", "MI", "MD", "M+", "M-", "T5", "v", "t", "c", "C1"])
    func `a flag of ma is read in the form of the protocol`(text: String) throws {
        #expect(try MetaFlag<Command.MetaArithmetic>(wire: text).description == text)
    }

    @Test(arguments: ["I", "T30", "x", "C1", "q", "k"])
    func `a flag of md is read in the form of the protocol`(text: String) throws {
        #expect(try MetaFlag<Command.MetaDelete>(wire: text).description == text)
    }

    @Test(arguments: [
        "", "Q", "b", "V", "vv", "v1", "T", "Tabc", "T1.5", "T4294967296", "C", "C-1", "C18446744073709551616", "N",
        "Oa b", "Oa\r\nflush_all", "O" + String(repeating: "x", count: 32), "P", "F1", "MS", "é",
    ])
    func `a flag that mg does not accept is rejected with those it accepts`(text: String) {
        #expect(Wire.code { _ = try MetaFlag<Command.MetaGet>(wire: text) } == .invalidArgument)
    }

    @Test(arguments: ["F18446744073709551616", "F-1", "M", "MX", "Mappend", "MD", "S2", "x"])
    func `a flag that ms does not accept is rejected`(text: String) {
        #expect(Wire.code { _ = try MetaFlag<Command.MetaSet>(wire: text) } == .invalidArgument)
    }

    @Test func `the message lists the valid flags`() {
        do {
            _ = try MetaFlag<Command.MetaDelete>(wire: "Z")
            Issue.record("accepted")
        } catch {
            #expect(
                error.message
                    == "md has no flag \"Z\": it takes I T<seconds> x C<cas> E<cas> k O<text> q P<text> L<text>")
        }
    }

    @Test func `a flag equals the one that was read`() throws {
        #expect(try MetaFlag<Command.MetaGet>(wire: "v") == .returnValue)
        #expect(try MetaFlag<Command.MetaGet>(wire: "T0") == .updateExpiration(.never))
        #expect(try MetaFlag<Command.MetaSet>(wire: "MA") == .mode(.append))
        #expect(try MetaFlag<Command.MetaArithmetic>(wire: "D10") == .delta(10))
    }

    @Test(arguments: ["", String(repeating: "x", count: 32), "a b", "a\r\nflush_all", "\0", "\u{7f}"])
    func `an opaque text has 1 to 31 bytes and no spaces`(text: String) {
        #expect(Wire.code { _ = try MetaOpaque(text.utf8) } == .invalidArgument)
    }

    @Test func `an opaque text of 31 bytes is accepted, and so is a number`() throws {
        #expect(try MetaOpaque(String(repeating: "x", count: 31).utf8).bytes.count == 31)
        #expect(MetaOpaque(UInt64.max).bytes == Wire.bytes("18446744073709551615"))
    }

    @Test func `every flag has a meaning, and no letter comes twice`() {
        for forms in [
            Command.MetaGet.flagForms, Command.MetaSet.flagForms, Command.MetaDelete.flagForms,
            Command.MetaArithmetic.flagForms,
        ] {
            #expect(Set(forms.map(\.letter)).count == forms.count)
            #expect(forms.allSatisfy { !$0.meaning.isEmpty })
        }
    }
}
