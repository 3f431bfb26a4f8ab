import MemcacheCore

/// The question before something dangerous is done: `y` confirms it, but on production only the name of its target
/// does.
struct DangerConfirmation: Hashable, Sendable {
    /// The text of the question.
    let text: String
    /// The accepted answers: the name, and for a server that was named directly those of its pools; nil for `y`.
    private let names: [[UInt8]]?

    /// - Parameters:
    ///   - what: The command and what it does, as a sentence without its end.
    ///   - hasOption: Whether `-y` was given, which is not an answer on production.
    init(what: String, selection: ServerSelection, hasOption: Bool) {
        guard selection.isProduction else {
            names = nil
            text = "\(what). Go on? [y/N] "
            return
        }
        let shown = EscapedText.string(Array(selection.name.utf8))
        let option = hasOption ? " (-y confirms only in scripts)" : ""
        names = ([selection.name] + selection.listingPools.map { "@\($0)" }).map { Array($0.utf8) }
        text = "\(what). PRODUCTION. Type \(shown) to confirm\(option): "
    }

    /// Whether an answer confirms. A pool may be named without its `@`.
    func isConfirmed(by answer: [UInt8]) -> Bool {
        guard let names else { return answer.first == UInt8(ascii: "y") || answer.first == UInt8(ascii: "Y") }
        return names.contains { name in
            answer == name || name.first == UInt8(ascii: "@") && answer.elementsEqual(name.dropFirst())
        }
    }
}
