import MemcacheCore

/// What the return flags of meta commands mean, for people.
enum MetaMeanings {
    static func returned(_ flag: MetaReturnFlag) -> String {
        switch flag.letter {
        case UInt8(ascii: "W"): return "you have won: store the value again"
        case UInt8(ascii: "X"): return "the item is stale"
        case UInt8(ascii: "Z"): return "another client has won and is storing it again"
        case UInt8(ascii: "b"): return "the key is base64"
        case UInt8(ascii: "c"): return "CAS token"
        case UInt8(ascii: "f"): return "flags (a 32-bit integer)"
        case UInt8(ascii: "h"): return flag.argument == [UInt8(ascii: "0")] ? "never read before" : "read before"
        case UInt8(ascii: "k"): return "key"
        case UInt8(ascii: "l"): return "seconds since it was stored or last moved in its LRU"
        case UInt8(ascii: "O"): return "opaque"
        case UInt8(ascii: "s"): return "size in bytes"
        case UInt8(ascii: "t"):
            return flag.argument == Array("-1".utf8) ? "never expires" : "seconds to live"
        default: return ""
        }
    }
}
