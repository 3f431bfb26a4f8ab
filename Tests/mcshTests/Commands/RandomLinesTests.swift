import MemcacheCore
import Testing

@testable import mcsh

/// Any line is either planned as well-framed protocol or rejected with a place in the line.
@Suite struct RandomLinesTests {
    private static let parts = 4
    private static let linesPerPart = 25_000

    private static let corpus: [[UInt8]] =
        (CommandTable.all.flatMap { $0.examples.map(\.line) } + [
            "set k v 60 --flags 7 --noreply", "mset a 1 b 2 --noreply", "delete a b --noreply",
            "touch a b 60 --noreply",
            "incr k 5 --noreply", "mg k v q", "ms k v ME q", "md k q", "ma k N0 J1 q v", "get a b c d e f", "gets a b",
            "gat 60 a b", "gats 60 a", "exists a b", "ttl a", "stats detail dump", "stats cachedump 1 2", "mn", "me k",
            "cas k v 0 123", "set k \"\\x00\\r\\n\\u{1F600}\"", "get k << END > f", "set k 'a b' 2030-01-01",
            "set \"k\\r\\nflush_all\" v", "get \"k v\"", "mg k \"O1\\r\\nflush_all\"",
            "append k \"\\r\\nflush_all\\r\\n\"", "set k {\"a\":[1,null]} --as pickle --compress 5 60",
            "mset a 1 b 2 --as int", "set k \"\\x00\" --compress", "get a b --decode",
        ]).map { Array($0.utf8) }

    private static let pieces: [[UInt8]] =
        [
            " ", "  ", "\t", "\"", "'", "\\", "\\n", "\\x", "\\r\\n", "\r", "\n", "\r\n", "\0", "--", "-- ", "--flags ",
            "--noreply ", "--as ", "--compress ", "--json", "=", "<", "<<", ">", "|", "0", "1", "-1", "60",
            "4294967296",
            "99999999999999999999",
            "@", "15m", "never", "text", "pickle", "q", "v", "T60", "noreply", "get ", "set ", "mn", "flush_all",
            "\u{e9}", "\u{9b}",
        ].map { Array($0.utf8) } + [
            [0xff], [0xc3], [UInt8](repeating: 0x61, count: 260), [UInt8](repeating: 0x61, count: 41),
        ]

    @Test(.timeLimit(.minutes(10)), arguments: 0..<parts)
    func `every line is planned well or refused`(part: Int) {
        var random = SplitMix(state: UInt64(part) &+ 1)
        var lines = PlannedLines()
        var planned = 0
        for index in 0..<Self.linesPerPart {
            let line = Self.line(&random)
            let before = lines.builder.round.batches[0].encoder.bytes.count
            do throws(Diagnostic) {
                let plan = try lines.plan(line, input: index % 7 == 0 ? [0x0d, 0x0a, 0x6d, 0x6e, 0x0d, 0x0a] : nil)
                if case .confirmed(let request)? = plan { checkConfirmed(request, line) }
                if case .queued? = plan { planned += 1 }
            } catch {
                if error.range.lowerBound < 0 || error.range.upperBound > line.count {
                    Issue.record("\(error.range) is not in \(EscapedText.string(line))")
                }
                if lines.builder.round.batches[0].encoder.bytes.count != before {
                    Issue.record("\(EscapedText.string(line)) is refused and sends something")
                }
                if index % 50 == 0, !error.lines(for: line, at: nil).allSatisfy({ TerminalSafety.isSafe($0) }) {
                    Issue.record("\(EscapedText.string(line)) is not shown safely")
                }
            }
            if index % 100 == 99 { checkFraming(lines.builder.takeRound().batches[0]) }
        }
        checkFraming(lines.builder.takeRound().batches[0])
        #expect(planned > Self.linesPerPart / 10)
    }

    private static func line(_ random: inout SplitMix) -> [UInt8] {
        switch random.below(8) {
        case 0: return random.bytes(count: random.below(60))
        case 1:
            return (0..<random.below(12)).reduce(into: []) { line, _ in line += random.pick(pieces) }
        default:
            var line = random.pick(corpus)
            // Mostly after the name, so that the command's own checks are reached.
            let name = random.below(8) == 0 ? 0 : min(line.count, (line.firstIndex(of: 0x20) ?? 0) + 1)
            for _ in 0..<random.below(4) {
                let position = min(line.count, name + random.below(max(1, line.count - name + 1)))
                switch random.below(5) {
                case 0: line.insert(contentsOf: random.pick(pieces), at: position)
                case 1: line.insert(UInt8(truncatingIfNeeded: random.next()), at: position)
                case 2: if position < line.count { line.remove(at: position) }
                case 3: if position < line.count { line[position] = UInt8(truncatingIfNeeded: random.next()) }
                default:
                    let other = random.pick(corpus)
                    line = Array(line[..<position]) + Array(other[min(position, other.count)...])
                }
            }
            return line
        }
    }

    private func checkConfirmed(_ request: ConfirmedRequest, _ line: [UInt8]) {
        let ends = request.bytes.count { $0 == 0x0a }
        if ends != 1 || !request.bytes.suffix(2).elementsEqual([0x0d, 0x0a]) {
            Issue.record("\(EscapedText.string(line)) is more than one request: \(EscapedText.string(request.bytes))")
        }
    }

    /// Reads the requests as a server would, and compares them with what the batch records about itself.
    private func checkFraming(_ batch: ServerBatch) {
        let bytes = batch.encoder.bytes
        let span = bytes.span
        var shapes: [ReplyShape] = []
        var keys: [[UInt8]] = []
        var isSilent = false
        var position = 0
        while let newline = span.firstIndex(of: 0x0a, from: position) {
            guard newline > position, bytes[newline - 1] == 0x0d else {
                Issue.record("a line end without a carriage return at \(newline) of \(EscapedText.string(bytes))")
                return
            }
            let line = position..<newline - 1
            let request: RawRequest
            do throws(RawRequest.Fault) {
                request = try RawRequest(span, line)
            } catch {
                Issue.record("\(error): \(EscapedText.string(Array(bytes[line])))")
                return
            }
            keys += Self.keys(of: Array(bytes[line]))
            position = newline + 1
            if let length = request.valueBytes {
                position += length
                guard position + 2 <= bytes.count, bytes[position] == 0x0d, bytes[position + 1] == 0x0a else {
                    Issue.record(
                        "a value does not end where its length says: \(EscapedText.string(Array(bytes[line])))")
                    return
                }
                position += 2
            }
            if shapes.last == .values {
                if !span.equals("version", in: line) {
                    Issue.record("a read of several keys has no fence: \(EscapedText.string(bytes))")
                }
                shapes.append(.fence)
            } else if request.isQuiet {
                isSilent = true
            } else if isSilent {
                if !span.equals("version", in: line) {
                    Issue.record("a silence is not ended: \(EscapedText.string(bytes))")
                }
                shapes.append(.untilFence)
                isSilent = false
            } else {
                shapes.append(request.shape)
            }
        }
        if position != bytes.count || isSilent || shapes != batch.shapes {
            Issue.record("the shapes \(batch.shapes) do not agree with \(EscapedText.string(bytes))")
        }
        if keys != batch.commands.map({ Array(bytes[$0.key.range]) }).filter({ !$0.isEmpty }) {
            Issue.record("the keys do not agree with \(EscapedText.string(bytes))")
        }
        // A fence does not belong to any command.
        if batch.commands.count(where: \.hasReply) != shapes.count(where: { $0 != .fence }) {
            Issue.record("the commands expect other replies than \(EscapedText.string(bytes))")
        }
    }

    /// The keys that a server would see in a request line.
    private static func keys(of line: [UInt8]) -> [[UInt8]] {
        let words = line.split(separator: 0x20).map(Array.init)
        switch String(decoding: words.first ?? [], as: UTF8.self) {
        case "get", "gets": return Array(words.dropFirst())
        case "gat", "gats": return Array(words.dropFirst(2))
        case "mn", "version", "stats", "config", "": return []
        default: return Array(words.dropFirst().prefix(1))
        }
    }
}
