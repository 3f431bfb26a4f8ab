import MemcacheCore

/// The words of a command, checked for number, with its options removed.
struct Arguments: ~Copyable {
    /// The command's own name.
    var name = Word(range: 0..<0, source: 0..<0)
    /// The words after the name that are not options.
    var words: [Word] = []
    /// The options that were given: a bit for each, as ``CommandSpec/option(_:_:)`` numbers them.
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
    /// Whether the words are the program's arguments, which are not parsed again.
    var areOfProgram = false
    /// Where a missing word would have to appear.
    var end = 0

    init() {}

    mutating func reset() {
        // For a handful of words `popLast` costs a third of `removeAll(keepingCapacity:)`.
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

    /// The value of an option without a field; nil if the option was not given, or was given without a value.
    func word(of name: StaticString) -> Word? { otherOptions.first { $0.option.isCalled(name) }?.value }
}
