import MemcacheCore

/// The words of a command, checked for number, with its options taken out.
struct Arguments: ~Copyable {
    /// The command's own name.
    var name = Word(range: 0..<0, source: 0..<0)
    /// The words behind the name that are not options.
    var words: [Word] = []
    /// `--flags`
    var flags: UInt64 = 0
    /// `--hash`
    var hash: RoutingNumber?
    /// The number behind `--flags`.
    var flagsWord: Word?
    /// `--as`
    var form: ValueForm?
    /// The word behind `--as`.
    var formWord: Word?
    /// `--compress`: values longer than this are compressed.
    var compression: Int?
    /// `--decode`
    var decodes = false
    /// `--noreply`
    var noreply = false
    /// `--match`
    var match: Word?
    /// `--limit`
    var limit: Word?
    /// `--for`
    var duration: Word?
    /// `--regex`
    var regex: Word?
    /// `--class`
    var slabClasses: Word?
    /// `--long`
    var isLong = false
    /// `--probe`
    var probes = false
    /// `--json` and the like, for this command only.
    var format: OutputFormat?
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
        flags = 0
        hash = nil
        flagsWord = nil
        form = nil
        formWord = nil
        compression = nil
        decodes = false
        noreply = false
        match = nil
        limit = nil
        duration = nil
        regex = nil
        slabClasses = nil
        isLong = false
        probes = false
        format = nil
        inputValue = nil
    }
}
