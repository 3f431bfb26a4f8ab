import Foundation
import MemcacheCore

@testable import mcsh

/// Replies recorded from memcached 1.6.18 (8 MiB, four minutes of mixed traffic), and the screens made of them.
enum StatisticsFixtures {
    static let requests: [(name: String, request: StatisticsRequest)] = [
        ("general", .general), ("slabs", .slabs), ("items", .items), ("sizes", .sizes), ("settings", .settings),
        ("conns", .conns),
    ]

    static func reply(_ name: String) throws -> [Statistic] {
        try parse(String(contentsOfFile: path("memcached-1.6.18-\(name).txt"), encoding: .utf8))
    }

    /// `STAT name value` lines, with or without the word STAT.
    static func parse(_ text: String) -> [Statistic] {
        text.split(separator: "\n").map { line in
            var words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            if words.first == "STAT" {
                words.removeFirst()
            } else {
                words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            }
            return Statistic(name: Array(words[0].utf8), value: words.count > 1 ? Array(words[1].utf8) : [])
        }
    }

    /// The expected screen; rewritten if MCSH_RECORD_SNAPSHOTS is set.
    static func screen(_ name: String, recording lines: [String]) throws -> [String] {
        if ProcessInfo.processInfo.environment["MCSH_RECORD_SNAPSHOTS"] != nil {
            try (lines.joined(separator: "\n") + "\n").write(toFile: path(name), atomically: true, encoding: .utf8)
        }
        let text = try String(contentsOfFile: path(name), encoding: .utf8)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// Printable ASCII unchanged, every other byte as `\xHH`.
    static func escape(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return bytes.reduce(into: "") { text, byte in
            if (0x20..<0x7F).contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "\\x\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }

    static func lines(
        _ request: StatisticsRequest, _ text: String, width: Int = 80, style: TextStyle = .plain
    ) -> [String] {
        StatisticsView.lines(for: request, parse(text), width: width, style: style, escape: escape)
    }

    private static func path(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Snapshots/Statistics/\(name)").path(percentEncoded: false)
    }
}
