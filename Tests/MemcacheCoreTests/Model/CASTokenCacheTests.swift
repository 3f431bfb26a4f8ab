import Testing

@testable import MemcacheCore

@Suite struct CASTokenCacheTests {
    private func bytes(_ key: String) -> [UInt8] { Array(key.utf8) }

    @Test func `the last token of a key is remembered until it is forgotten`() {
        let tokens = CASTokenCache(capacity: 10)
        #expect(tokens.token(of: bytes("k")) == nil)
        tokens.remember(CASToken(rawValue: 1), of: bytes("k"))
        tokens.remember(CASToken(rawValue: 2), of: bytes("k"))
        tokens.remember(CASToken(rawValue: 9), of: bytes("l"))
        #expect(tokens.token(of: bytes("k")) == CASToken(rawValue: 2))
        tokens.forget(bytes("k"))
        #expect(tokens.token(of: bytes("k")) == nil)
        #expect(tokens.token(of: bytes("l")) == CASToken(rawValue: 9))
        tokens.forgetAll()
        #expect(tokens.token(of: bytes("l")) == nil)
    }

    @Test func `a limited number is remembered, and then the oldest are dropped`() {
        let tokens = CASTokenCache(capacity: 3)
        for key in ["a", "b", "c", "a", "d"] { tokens.remember(CASToken(rawValue: 1), of: bytes(key)) }
        #expect(["a", "b", "c", "d"].filter { tokens.token(of: bytes($0)) != nil } == ["a", "c", "d"])
    }

    @Test func `a key that was forgotten and read again is as old as its last token`() {
        let tokens = CASTokenCache(capacity: 2)
        tokens.remember(CASToken(rawValue: 1), of: bytes("a"))
        tokens.forget(bytes("a"))
        tokens.remember(CASToken(rawValue: 2), of: bytes("b"))
        tokens.remember(CASToken(rawValue: 3), of: bytes("a"))
        tokens.remember(CASToken(rawValue: 4), of: bytes("c"))
        #expect(["a", "b", "c"].filter { tokens.token(of: bytes($0)) != nil } == ["a", "c"])
    }

    @Test func `one key that is read again and again takes no more memory`() {
        let tokens = CASTokenCache(capacity: 2)
        for number in UInt64(0)..<10_000 { tokens.remember(CASToken(rawValue: number), of: bytes("k\(number % 2)")) }
        #expect(tokens.token(of: bytes("k0")) == CASToken(rawValue: 9998))
        #expect(tokens.token(of: bytes("k1")) == CASToken(rawValue: 9999))
    }

    @Test func `a cache for no tokens remembers none`() {
        let tokens = CASTokenCache(capacity: 0)
        tokens.remember(CASToken(rawValue: 1), of: bytes("k"))
        #expect(tokens.token(of: bytes("k")) == nil)
    }
}
