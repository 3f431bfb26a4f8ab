import MemcacheCore
import Testing

@Suite struct ExpirationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var expiration: Expiration
        var wire: Int64

        init(_ description: String, _ expiration: Expiration, _ wire: Int64) {
            testDescription = description
            self.expiration = expiration
            self.wire = wire
        }
    }

    static let now: Int64 = 1_800_000_000

    @Test(arguments: [
        Case("never", .never, 0),
        Case("at once", .immediately, -1),
        Case("a second", .after(.seconds(1)), 1),
        Case("a fraction is rounded up", .after(.milliseconds(1)), 1),
        Case("a fraction more is rounded up", .after(.milliseconds(1500)), 2),
        Case("no time is at once, not never", .after(.zero), -1),
        Case("less than no time is at once", .after(.seconds(-5)), -1),
        Case("a negative fraction is at once", .after(.milliseconds(-500)), -1),
        Case("30 days are relative", .after(.seconds(2_592_000)), 2_592_000),
        Case("30 days and a second are a moment", .after(.seconds(2_592_001)), 1_802_592_001),
        Case("30 days and a fraction are a moment", .after(.milliseconds(2_592_000_001)), 1_802_592_001),
        Case("100 years are as long as it goes", .after(.seconds(3_155_760_000)), 2_147_483_647),
        Case("longer than 64 bits of seconds", .after(.seconds(Int64.max)), 2_147_483_647),
        Case("a moment", .at(unixTime: 1_900_000_000), 1_900_000_000),
        Case("a moment of 1970 would be read as seconds from now", .at(unixTime: 2_592_000), -1),
        Case("the first moment that is read as one", .at(unixTime: 2_592_001), 2_592_001),
        Case("a moment before 1970", .at(unixTime: -1), -1),
        Case("a moment that would wrap round to never", .at(unixTime: 4_294_967_296), 2_147_483_647),
        Case("a moment that would wrap round to the past", .at(unixTime: 2_147_483_648), 2_147_483_647),
    ])
    func `an expiration is sent so that the server means the same`(_ example: Case) {
        #expect(example.expiration.wireValue(now: Self.now) == example.wire)
    }

    @Test(arguments: [-1, 0, 1, 2_592_000, 2_592_001, 2_147_483_647])
    func `a number of the protocol converts back to itself`(number: Int64) {
        #expect(Expiration(wireValue: number)?.wireValue(now: Self.now) == number)
    }

    @Test(arguments: [2_147_483_648, 4_294_967_296, Int64.max])
    func `a number that wraps around in the server is rejected`(number: Int64) {
        #expect(Expiration(wireValue: number) == nil)
    }
}
