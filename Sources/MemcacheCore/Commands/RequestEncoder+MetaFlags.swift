extension RequestEncoder {
    /// Writes `<word> <key>[ <bytes>][ b]<flags>[ q]` and the value's block, if there is one. Each of the flags is
    /// written after a space; `b` marks a base64 key.
    package mutating func meta<Request>(
        _ word: StaticString, _ key: Key, value: [UInt8]? = nil, flags: [MetaFlag<Request>], isQuiet: Bool = false
    ) {
        reserveRoom(for: key.bytes.count + 64, value ?? [])
        bytes.append(word)
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: key.bytes)
        if let value {
            bytes.append(UInt8(ascii: " "))
            ASCIINumber.append(UInt64(value.count), to: &bytes)
        }
        if key.isBase64 { bytes.append(" b") }
        for flag in flags where flag.letter != UInt8(ascii: "q") {
            bytes.append(UInt8(ascii: " "))
            flag.append(to: &bytes)
        }
        if isQuiet { bytes.append(" q") }
        endLine()
        if let value { block(value) }
    }
}
