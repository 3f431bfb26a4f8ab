import MemcacheCore

/// The question before something dangerous is done: `y` confirms it, but on production only the name of what it is done to.
struct DangerQuestion: Hashable, Sendable {
    /// What is asked.
    let text: String
    /// What has to be typed; nil for `y`.
    private let name: [UInt8]?

    /// - Parameters:
    ///   - what: The command and what it does, as a sentence without its end.
    ///   - hasOption: Whether `-y` was given, which is no answer on production.
    init(what: String, selection: ServerSelection, hasOption: Bool) {
        guard selection.isProduction else {
            name = nil
            text = "\(what). Go on? [y/N] "
            return
        }
        let shown = EscapedText.string(Array(selection.name.utf8))
        let option = hasOption ? " (-y confirms it in scripts only)" : ""
        name = Array(selection.name.utf8)
        text = "\(what). This is production: to go on, type \(shown)\(option): "
    }

    /// Whether an answer is the one that confirms. A pool may be named without its `@`.
    func isConfirmed(by answer: [UInt8]) -> Bool {
        guard let name else { return answer.first == UInt8(ascii: "y") || answer.first == UInt8(ascii: "Y") }
        if answer == name { return true }
        return name.first == UInt8(ascii: "@") && answer.elementsEqual(name.dropFirst())
    }
}
