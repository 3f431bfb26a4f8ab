import MemcacheCore
import Testing

@testable import mcsh

@Suite struct ItemReaderTests {
    /// Reads lines to their end: the keys, and how it ended.
    private static func read(_ text: [UInt8], limit: Int = .max) -> (keys: [[UInt8]], ending: ItemReader.Ending) {
        var reader = ItemReader()
        var keys: [[UInt8]] = []
        let ending = reader.read(text.span) { key, _ in
            keys.append(key.copy(0..<key.count))
            return keys.count < limit
        }
        #expect(reader.count == UInt64(keys.count))
        return (keys, ending)
    }

    private static func read(_ text: String) -> (keys: [[UInt8]], ending: ItemReader.Ending) { read(Array(text.utf8)) }

    @Test(arguments: [
        ("a", "a"), ("user%3A42", "user:42"), ("%41", "A"), ("%41bc", "Abc"), ("ab%63", "abc"), ("%41%42%43", "ABC"),
        ("a%20b", "a b"), ("%e2%82%AC", "€"), ("%25%34%31", "%41"), ("%0A%00x", "\n\0x"), ("%", "%"), ("a%", "a%"),
        ("%4", "%4"), ("%4x", "%4x"), ("%%41", "%A"), ("%zz%41", "%zzA"), ("=x=", "=x="),
    ])
    func `keys are decoded wherever the percent signs are`(encoded: String, key: String) {
        for rest in [" exp=-1 la=1 cas=1 fetch=no cls=1 size=61", " ", ""] {
            let (keys, ending) = Self.read("key=x exp=-1\nkey=\(encoded)\(rest)\nkey=y exp=-1\n")
            #expect(keys == [Array("x".utf8), Array(key.utf8), Array("y".utf8)])
            #expect(ending == .read)
        }
    }

    @Test func `every byte there is comes back`() {
        let digits = Array("0123456789ABCDEF".utf8)
        let encoded = (UInt8.min...UInt8.max).flatMap {
            [UInt8(ascii: "%"), digits[Int($0 >> 4)], digits[Int($0 & 15)]]
        }
        let (keys, _) = Self.read(Array("key=".utf8) + encoded + Array(" exp=-1\n".utf8))
        #expect(keys == [Array(UInt8.min...UInt8.max)])
    }

    @Test func `a key of any length is read`() {
        let long = [UInt8](repeating: UInt8(ascii: "k"), count: 30_000)
        let encoded = (0..<20_000).flatMap { _ in Array("%6B".utf8) }
        let text = Array("key=".utf8) + long + Array(" exp=-1\nkey=".utf8) + encoded + Array("\nkey=a%41\n".utf8)
        let (keys, ending) = Self.read(text)
        #expect(keys == [long, Array(long[..<20_000]), Array("aA".utf8)])
        #expect(ending == .read)
    }

    @Test(arguments: [
        "exp=-1 la=1", "ke", "key=", "key= exp=-1", "", "ERROR locked try again later", "\rkey=a", "KEY=a",
    ])
    func `a line without a key ends the reading after the lines before it`(line: String) {
        let (keys, ending) = Self.read("key=a exp=-1\n\(line)\nkey=b exp=-1\n")
        #expect(keys == [Array("a".utf8)])
        #expect(ending == .unreadable(13..<13 + line.utf8.count))
    }

    @Test func `the last line may lack its end`() {
        #expect(Self.read("key=a exp=-1\nkey=b%4").keys == [Array("a".utf8), Array("b%4".utf8)])
        #expect(Self.read("").ending == .read)
    }

    @Test func `the reading can be ended`() {
        let (keys, ending) = Self.read(Array("key=a\nkey=b\nkey=c\nx\n".utf8), limit: 2)
        #expect(keys == [Array("a".utf8), Array("b".utf8)])
        #expect(ending == .stopped)
    }

    @Test func `random bytes are read or refused`() {
        var random = SplitMix(state: 7)
        for _ in 0..<5_000 {
            let letters = Array("key=%4a 1\n=exp".utf8)
            var text: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<60, using: &random) {
                text.append(letters.randomElement(using: &random) ?? 0)
            }
            var reader = ItemReader()
            _ = reader.read(text.span) { key, place in
                _ = ItemMetadata(text.span, place.facts)
                return !key.isEmpty
            }
        }
    }

    // MARK: Facts

    private static func facts(_ text: String) -> ItemMetadata {
        let bytes = Array(text.utf8)
        return ItemMetadata(bytes.span, 0..<bytes.count)
    }

    @Test func `the fields of a line are read in any order, with others in between`() {
        let facts = Self.facts(" exp=1795332513 la=1795332413 cas=18446744073709551615 fetch=yes cls=12 size=1184")
        #expect(facts.expires == 1_795_332_513)
        #expect(facts.lastAccess == 1_795_332_413)
        #expect(facts.cas == .max)
        #expect(facts.isFetched == true)
        #expect(facts.slabClass == 12)
        #expect(facts.itemBytes == 1184)
        #expect(
            Self.facts(
                "size=1184 ext_page=5 x=y cls=12 fetch=yes cas=18446744073709551615 la=1795332413 exp=1795332513 ")
                == facts)
        #expect(Self.facts("key=a flags=18446744073709551615 cls=1").flags == .max)
    }

    @Test func `a missing field or one that is not a number is unknown`() {
        let facts = Self.facts(" exp=-1 la=x cas=-1 fetch=no cls= size=18446744073709551616")
        #expect(facts.expires == nil && facts.lastAccess == nil && facts.cas == nil)
        #expect(facts.isFetched == false)
        #expect(facts.slabClass == nil && facts.itemBytes == nil)
        #expect(Self.facts("  = =5 exp  size").expires == nil)
        #expect(Self.facts("").isFetched == nil)
    }
}
