import MemcacheCore

/// A value that is being edited.
struct EditedItem {
    /// The item as it was read.
    struct Item {
        var bytes: [UInt8]
        var flags: UInt64
        var cas: CASToken
        var timeToLive: TimeToLive?
        var readAt: ContinuousClock.Instant

        /// When the item ends.
        var lifetime: ReadLifetime { ReadLifetime(timeToLive: timeToLive, readAt: readAt) }
    }

    enum Original {
        case found(Item)
        case missing

        var item: Item? {
            if case .found(let item) = self { return item }
            return nil
        }

        func map<Value>(
            _ body: (Item) throws(EditableValue.Refusal) -> Value
        ) throws(EditableValue.Refusal) -> Value? {
            guard let item else { return nil }
            return try body(item)
        }
    }

    var key: [UInt8]
    var wireKey: Key
    var original: Original
    var editable: EditableValue
    var file: PrivateFile
    /// The edited text.
    var text: [UInt8] = []
    /// Whether the user wants to continue editing.
    var isWantedAgain = false
    /// Whether the server has dropped the item because it could not store the text.
    var isDropped = false

    init(key: [UInt8], wireKey: Key, original: Original, editable: EditableValue, file: PrivateFile) {
        self.key = key
        self.wireKey = wireKey
        self.original = original
        self.editable = editable
        self.file = file
    }

    /// The minimum size in bytes of an item with this value: memcached adds a header, the key and a line end.
    func leastItemBytes(of value: [UInt8]) -> UInt64 {
        UInt64(48 + 8 + key.count + 1 + value.count + 2)
    }

    /// The first lines of a view.
    static func beginning(of lines: [String]) -> [String] {
        lines.prefix(8).map { "  " + $0 }
            + (lines.count > 8
                ? ["  … \(HumanUnits.count(UInt64(lines.count - 8))) more \(lines.count == 9 ? "line" : "lines")"] : [])
    }
}
