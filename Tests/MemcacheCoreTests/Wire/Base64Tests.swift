import MemcacheCore
import Testing

@Suite struct Base64Tests {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"), ("bin \r\n", "YmluIA0K"),
    ])
    func `published vectors`(raw: String, text: String) {
        #expect(Base64.encode(Wire.bytes(raw)) == Wire.bytes(text))
        #expect(Base64.decode(Wire.bytes(text)) == Wire.bytes(raw))
    }

    @Test func `all byte values survive a round trip`() {
        let all = (0...255).map(UInt8.init)
        for length in 0...all.count {
            let raw = Array(all.suffix(length))
            #expect(Base64.decode(Base64.encode(raw)) == raw)
        }
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zg===", "====", "=Zg=", "Z===", "Zm9v!m9v", "Zm9 ", "Z-_=", "Zm9vZg==Zm9v", "Zm=v",
    ])
    func `text that is not base64 is rejected`(text: String) {
        #expect(Base64.decode(Wire.bytes(text)) == nil)
    }
}
