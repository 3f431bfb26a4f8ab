import MemcacheCore

/// What a value is to the application: the word after `--as`.
enum ValueForm: String, CaseIterable, Hashable, Sendable {
    /// A `str`.
    case text
    /// An `int` of any size.
    case int
    /// Text that is checked to be JSON.
    case json
    /// JSON that is stored as a pickle of its values.
    case pickle
    /// A `bytes`.
    case bytes
}
