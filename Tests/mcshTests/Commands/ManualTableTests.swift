import Foundation
import Testing

@testable import mcsh

/// The manual names what the tables and the sources contain. Most of it is written by hand, and checked against them
/// here; the section about the commands is checked as a whole by `ManualPageTests`.
@Suite struct ManualTableTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The lines of a section.
    private static func section(_ name: String) throws -> [String] {
        let lines = try text(of: "man/mcsh.1").split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex(of: ".Sh \(name)"), "there is no section \(name)")
        return Array(lines[(start + 1)...].prefix { !$0.hasPrefix(".Sh ") })
    }

    /// The words of lines, without the markup of mdoc and without commas.
    private static func words(_ lines: some Sequence<String>) -> Set<String> {
        let words = lines.flatMap { $0.replacing("\\&", with: "").split { " |,;()".contains($0) }.map(String.init) }
        // The last word of a sentence ends with its full stop.
        return Set(words + words.filter { $0.hasSuffix(".") }.map { String($0.dropLast()) })
    }

    /// The text after a command in COMMANDS, up to the next one.
    private static func entry(of command: String) throws -> [String] {
        let lines = try section("COMMANDS")
        let start = try #require(
            lines.firstIndex { $0 == ".It Ic \(command)" || $0.hasPrefix(".It Ic \(command) ") }, "\(command)")
        return [lines[start]] + lines[(start + 1)...].prefix { !$0.hasPrefix(".It Ic ") && !$0.hasPrefix(".Ss ") }
    }

    @Test(arguments: CommandTable.all.filter { $0.group != .meta }.map(\.name))
    func `every word that a command accepts is named, and every alias`(name: String) throws {
        let spec = try #require(CommandTable.find(Array(name.utf8)))
        let words = Self.words(try Self.entry(of: name))
        for parameter in spec.parameters {
            guard let choices = parameter.choices.words else { continue }
            for choice in choices { #expect(words.contains(choice.word), "\(name) \(choice.word)") }
        }
        for alias in spec.aliases { #expect(words.contains(alias), "\(alias)") }
    }

    @Test(arguments: ["mg", "ms", "md", "ma"])
    func `every flag of a meta command is named with it`(name: String) throws {
        let spec = try #require(CommandTable.find(Array(name.utf8)))
        let lines = try Self.section("COMMANDS")
        guard let choices = spec.parameters.last?.choices.words else { return }
        #expect(choices.count > 8)
        for choice in choices {
            let place = try #require(
                lines.firstIndex { $0 == ".It Li \(choice.word)" || $0.hasPrefix(".It Li \(choice.word) Ns Ar ") },
                "\(choice.word)")
            #expect((lines[place].contains(" Ns Ar ")) == choice.isOpen, "\(name) \(choice.word)")
            #expect(lines[place + 1].hasPrefix(".Pq Ic "))
            #expect(Self.words([lines[place + 1]]).contains(name), "\(name) \(choice.word)")
        }
    }

    @Test func `no flag is named that there is not`() throws {
        let letters = Set(
            ["mg", "ms", "md", "ma"].flatMap { name -> [String] in
                guard let choices = CommandTable.find(Array(name.utf8))?.parameters.last?.choices.words else {
                    return []
                }
                return choices.map(\.word)
            })
        let lines = try Self.section("COMMANDS")
        // Quoted text contains examples.
        let named = lines.indices.filter { lines[$0].hasPrefix(".It Li ") && !lines[$0].contains("\"") }.map {
            String(lines[$0].dropFirst(7).prefix(1))
        }
        #expect(Set(named) == letters)
        #expect(named.count == letters.count)
    }

    @Test func `every topic of help is named, and every output format and profile`() throws {
        let help = Self.words(try Self.entry(of: "help"))
        for topic in HelpTopic.all { #expect(help.contains(topic.name), "\(topic.name)") }
        let options = Self.words(try Self.section("OPTIONS"))
        for format in OutputFormat.allCases { #expect(options.contains(format.rawValue)) }
        for profile in ProgramOption.all().compactMap(\.argument) {
            guard case .words(let words) = profile else { continue }
            for word in words { #expect(options.contains(word), "\(word)") }
        }
    }

    @Test func `every variable that is read is in ENVIRONMENT`() throws {
        let documented = Self.words(try Self.section("ENVIRONMENT").filter { $0.hasPrefix(".It Ev ") })
        let source = try Self.text(of: "Sources/mcsh/System/Environment.swift")
        let names = source.matches(of: /"([A-Z_]+)"/).map { String($0.1) }
        #expect(names.count >= 10)
        for name in names { #expect(documented.contains(name), "\(name)") }
        let folder = Self.root.appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /getenv\("([A-Z_]+)"\)/) {
                #expect(documented.contains(String(match.1)), "\(match.1) in \(file.lastPathComponent)")
            }
        }
    }

    @Test func `every key that is bound is in INTERACTIVE USE`() throws {
        let lines = try Self.section("INTERACTIVE USE")
        let documented = Self.words(lines.filter { $0.hasPrefix(".It ") || $0.hasPrefix(".Ic ") })
        let source = try Self.text(of: "Sources/mcsh/Terminal/LibEditSource+Keys.swift")
        let keys = source.matches(of: /\("([^"]+)", "(?:mcsh|ed|em|vi)-[a-z-]+"\)/).map { String($0.1) }
        #expect(keys.count >= 14)
        let names = ["^I": "Tab", "^M": "Enter", "\\\\034": "Ctrl-\\e"]
        for key in keys where key != " " {
            let name = names[key] ?? (key.hasPrefix("^") ? "Ctrl-\(key.dropFirst())" : key)
            #expect(documented.contains(name), "\(key)")
        }
        let sequences: [KeyDecoder.Key: String] = [
            .up: "Up", .down: "Down", .left: "Left", .right: "Right", .home: "Home", .end: "End", .delete: "Delete",
            .wordLeft: "Ctrl-Left", .wordRight: "Ctrl-Right", .deleteWord: "Ctrl-Delete",
        ]
        for key in KeyDecoder.Key.allCases where key != .paste && key != .ignored {
            let name = try #require(sequences[key], "\(key) has no name here")
            #expect(documented.contains(name), "\(name)")
        }
    }

    @Test func `every exit status is in EXIT STATUS and in the help about it`() throws {
        let items = try Self.section("EXIT STATUS").filter { $0.hasPrefix(".It ") }
        let topic = try #require(HelpTopic.find("exit")).text
        for status in ExitStatus.worstFirst {
            #expect(items.contains(".It \(status.rawValue)"))
            #expect(topic.contains("\n  \(status.rawValue)  "))
        }
        #expect(topic.contains(ExitStatus.worstFirst.map { "\($0.rawValue)" }.joined(separator: " ")))
    }
}
