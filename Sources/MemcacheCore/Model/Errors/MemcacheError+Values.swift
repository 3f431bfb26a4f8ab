extension MemcacheError.Code {
    /// The flags mark a form of value that this transcoder does not know.
    public static let unknownFlags = MemcacheError.Code(description: "unknown-flags")
    /// The stored bytes do not have the form that their flags announce, or they exceed a limit.
    public static let unreadableValue = MemcacheError.Code(description: "unreadable-value")
    /// The value has no stored form in the chosen encoding. Nothing was sent.
    public static let unwritableValue = MemcacheError.Code(description: "unwritable-value")
}
