import MemcacheCore

/// What a value is to the application: the word behind `--as`.
enum ValueForm: String, CaseIterable, Hashable, Sendable {
    /// A `str`.
    case text
    /// An `int` of any size.
    case int
    /// Text that is checked for being JSON.
    case json
    /// JSON that is stored as the pickle of the values it stands for.
    case pickle
    /// A `bytes`.
    case bytes
}
