extension MemcacheError.Code {
    /// The flags word says that the value has a form which this transcoder does not know.
    public static let unknownFlags = MemcacheError.Code(description: "unknown-flags")
    /// The stored bytes are not of the form that their flags announce, or exceed a limit.
    public static let unreadableValue = MemcacheError.Code(description: "unreadable-value")
    /// The value has no stored form in the chosen encoding. Nothing was sent.
    public static let unwritableValue = MemcacheError.Code(description: "unwritable-value")
}
