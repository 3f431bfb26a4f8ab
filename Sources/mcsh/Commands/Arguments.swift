import MemcacheCore

/// The words of a command, checked for number, with its options taken out.
struct Arguments: ~Copyable {
    /// The command's own name.
    var name = Word(range: 0..<0, source: 0..<0)
    /// The words behind the name that are not options.
    var words: [Word] = []
    /// Which options were given: a bit for each, as ``CommandSpec/option(_:_:)`` numbers them.
    var given: UInt64 = 0
    // Options that many lines have, and those whose values are read at once, have fields.
    /// `--flags`
    var flags: UInt64 = 0
    /// The number after `--flags`.
    var flagsWord: Word?
    /// `--hash`
    var hash: RoutingNumber?
    /// `--as`
    var form: ValueForm?
    /// The word after `--as`.
    var formWord: Word?
    /// `--compress`: values longer than this are compressed.
    var compression: Int?
    /// `--decode`
    var decodes = false
    /// `--noreply`
    var noreply = false
    /// `--json` and the like, for this command only.
    var format: OutputFormat?
    /// The options that have no field here, with their values.
    var otherOptions: [(option: CommandSpec.Option, value: Word?)] = []
    /// A value that comes from a file, from a here-document or from standard input instead of a word.
    var inputValue: [UInt8]?
    /// Whether the words are those of the program's arguments, which are not parsed again.
    var areOfProgram = false
    /// Where a word would have to stand that is missing.
    var end = 0

    init() {}

    mutating func reset() {
        // They are few, and this is a third of what removing them at once takes.
        while words.popLast() != nil {}
        inputValue = nil
        guard given != 0 else { return }
        given = 0
        flags = 0
        flagsWord = nil
        hash = nil
        form = nil
        formWord = nil
        compression = nil
        decodes = false
        noreply = false
        format = nil
        otherOptions.removeAll(keepingCapacity: true)
    }

    /// Whether an option without a field was given.
    func has(_ name: StaticString) -> Bool { otherOptions.contains { $0.option.isCalled(name) } }

    /// The word that an option without a field was given; nil where it was not, or without a value.
    func word(of name: StaticString) -> Word? { otherOptions.first { $0.option.isCalled(name) }?.value }
}
