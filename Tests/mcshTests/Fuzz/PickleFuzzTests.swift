import MemcacheCore
import Testing

@testable import mcsh

/// Random pickles through everything that shows, edits or stores a value.
@Suite struct PickleFuzzTests {
    @Test(.enabled(if: Fuzz.count != nil, "make fuzz-quick"))
    func `random pickles are shown, edited and written`() async {
        let faults = await Fuzz.run("pickles, shown, edited and written") { random in
            var pickles = RandomPickle(random: random)
            let pickle = pickles.bytes()
            random = pickles.random
            return Self.fault(pickle, random.below(8))
        }
        #expect(faults == [])
    }

    @Test func `a few thousand random pickles are shown, edited and written`() {
        for number in 0..<3000 {
            var pickles = RandomPickle(random: SplitMix(state: UInt64(number) &* 0xA076_1D64_78BD_642F))
            let pickle = pickles.bytes()
            if let fault = Self.fault(pickle, number % 8) {
                Issue.record("\(fault): \(EscapedText.string(pickle))")
            }
        }
    }

    @Test func `every real pickle is shown, edited and written`() {
        #expect(RandomPickle.seeds.count > 100)
        for pickle in RandomPickle.seeds {
            for choice in 0..<8 {
                if let fault = Self.fault(pickle, choice) {
                    Issue.record("\(fault): \(EscapedText.string(pickle))")
                }
            }
        }
    }

    /// The error in a view of a value; nil if there is none.
    private static func fault(_ pickle: [UInt8], _ choice: Int) -> String? {
        let isCompressed = choice == 0
        let stored = isCompressed ? (try? Zlib.compress(pickle)) ?? pickle : pickle
        let flags: UInt64 = isCompressed ? 9 : 1
        let lines = ValueView(stored, flags: flags, width: 80).lines
        guard lines.allSatisfy({ TerminalSafety.isSafe(Array(($0 + "\n").utf8)) }) else {
            return "unsafe for a terminal"
        }
        var members = Array("{\"a\":1".utf8)
        DecodedMembers.append(stored, flags: flags, .standard, to: &members)
        guard isJSON(members + [UInt8(ascii: "}")]) else { return "no JSON: \(EscapedText.string(members))" }
        if let editable = try? EditableValue(stored, flags: flags, by: .standard) {
            guard (try? editable.stored(editable.text)) != nil else { return "what is to be edited cannot be stored" }
        }
        guard let decoded = try? StoredValue(bytes: stored, flags: flags).decoded() else { return nil }
        let value = decoded.value
        _ = (value.description, value.typeName, decoded.ignored)
        if let output = try? decoded.output(), !isJSON(output) { return "no JSON: \(EscapedText.string(output))" }
        if let tagged = try? value.taggedJSON(maximumBytes: 65536), !isJSON(tagged) {
            return "no JSON: \(EscapedText.string(tagged))"
        }
        for limit in [0, 1, choice * 7] { _ = value.jsonPrefix(maximumBytes: limit) }
        return written(value, protocolVersion: choice % 6)
    }

    private static func written(_ value: PickleValue, protocolVersion: Int) -> String? {
        guard let pickle = try? value.pickled(PickleWritingOptions(protocolVersion: protocolVersion)) else {
            return nil
        }
        do throws(MemcacheError) {
            _ = try PickleValue(pickle: pickle)
        } catch {
            return "what was written at protocol \(protocolVersion) cannot be read: \(error.message): "
                + EscapedText.string(pickle)
        }
        return nil
    }

    private static func isJSON(_ bytes: [UInt8]) -> Bool {
        do throws(JSONFault) {
            try PickleValue.check(json: bytes)
            return true
        } catch {
            // Python's reader fails at about as many levels.
            return error.message.contains("levels")
        }
    }
}
