import Foundation
import TestSupport
import Testing

/// The manual is the contract that users read: it has what the program has, and nothing else.
@Suite(.inTurns)
struct ManualTests {
    private static var path: String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "man/mcsh.1").path(percentEncoded: false)
    }

    /// The page of the configuration file.
    private static var configurationPath: String {
        URL(filePath: path).deletingLastPathComponent().appending(path: "mcshrc.5").path(percentEncoded: false)
    }

    /// The lines of a section, or of all sections.
    private static func lines(of section: String? = nil) throws -> [String] {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
        guard let section else { return lines }
        let start = try #require(lines.firstIndex(of: ".Sh \(section)"), "there is no section \(section)")
        return Array(lines[(start + 1)...].prefix { !$0.hasPrefix(".Sh ") })
    }

    /// The words of help, wide enough that no line is broken.
    private static func help(_ topic: String...) async throws -> [String] {
        var program = try BuiltProgram()
        program.environment["COLUMNS"] = "10000"
        let run = try await program.run(arguments: ["-o", "human", "help"] + topic.map { ByteString($0) })
        #expect(run.status == 0)
        return run.stdout.text.split(separator: "\n").map(String.init)
    }

    private static func commands() async throws -> [String] {
        try await help().prefix { $0 != "Topics" }.filter { $0.hasPrefix("  ") }.compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
    }

    private struct DumpedHelp: Decodable {
        struct Request: Decodable { var arguments: [Argument] }
        struct Argument: Decodable {
            var kind: String
            var names: [Name]?
            var shouldDisplay: Bool
        }
        struct Name: Decodable {
            var kind: String
            var name: String
        }
        var command: Request
    }

    @Test func `the options of the program and of the manual are the same`() async throws {
        let run = try await BuiltProgram().run("--experimental-dump-help")
        #expect(run.status == 0)
        let dumped = try JSONDecoder().decode(DumpedHelp.self, from: Data(run.stdout.text.utf8))
        let known = dumped.command.arguments.filter { $0.kind != "positional" && $0.shouldDisplay }.map { argument in
            (argument.names ?? []).map { $0.kind == "long" ? "--\($0.name)" : "-\($0.name)" }.sorted()
        }
        let documented = try Self.lines(of: "OPTIONS").filter { $0.hasPrefix(".It Fl ") }.map { line in
            line.dropFirst(4).split(separator: " , ").map { part in
                let words = part.split(separator: " ").map(String.init)
                return words[1] == "Fl" ? "--\(words[2])" : "-\(words[1])"
            }.sorted()
        }
        // The option parser adds this one itself, and does not dump it.
        #expect(Set(documented) == Set(known).union([["--generate-completion-script"]]))
        #expect(documented.count == Set(documented).count)
    }

    @Test func `the option for completion scripts is there`() async throws {
        for shell in ["bash", "zsh", "fish"] {
            let run = try await BuiltProgram().run("--generate-completion-script", ByteString(shell))
            #expect(run.status == 0)
            #expect(run.stdout.contains("--sandbox"))
            #expect(run.stdout.contains("flush_all"))
        }
    }

    @Test func `the commands of the manual have the words and options of the table`() async throws {
        let entries = try Self.lines(of: "COMMANDS").filter { $0.hasPrefix(".It Ic ") }.map { line in
            var text = String(line.dropFirst(7)).replacing("...", with: "…")
            for (macro, sign) in [("Fl Fl ", "--"), ("Oo", "["), ("Oc", "]"), ("Ar ", "")] {
                text = text.replacing(macro, with: sign)
            }
            return text.replacing(" ", with: "")
        }
        var syntaxes: [String] = []
        for command in try await Self.commands() {
            let line = try #require(try await Self.help(command).first)
            syntaxes.append(line.replacing(" ", with: ""))
        }
        #expect(syntaxes.count > 30)
        #expect(entries == syntaxes)
    }

    @Test func `the groups of the commands are those of help`() async throws {
        let groups = try await Self.help().prefix { $0 != "Topics" }.filter { !$0.hasPrefix("  ") }
        let documented = try Self.lines(of: "COMMANDS").filter { $0.hasPrefix(".Ss ") }.map { String($0.dropFirst(4)) }
        #expect(documented == groups)
    }

    @Test func `the program writes the page that there is`() async throws {
        let page = try String(contentsOfFile: Self.path, encoding: .utf8)
        let run = try await BuiltProgram().run("--write-manual", input: .bytes(ByteString(page)))
        #expect(run.status == 0)
        #expect(run.stdout.text == page, "make manual writes it")
    }

    @Test func `a page without the section is refused`() async throws {
        let run = try await BuiltProgram().run("--write-manual", input: .bytes(".Sh NAME\n"))
        #expect(run.status == 2)
        #expect(run.stderr.contains("the page has no section COMMANDS with another after it"))
    }

    @Test func `every exit status is listed`() throws {
        let statuses = try Self.lines(of: "EXIT STATUS").filter { $0.hasPrefix(".It ") }.map { String($0.dropFirst(4)) }
        #expect(statuses == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "128+ Ns Ar n"])
    }

    @Test func `every format has its part`() throws {
        let parts = try Self.lines(of: "OUTPUT FORMATS").filter { $0.hasPrefix(".Ss ") }.map { String($0.dropFirst(4)) }
        #expect(parts == ["human", "plain", "json", "csv and tsv", "raw"])
    }

    @Test func `the sections that a user looks for are there`() throws {
        let sections = try Self.lines().filter { $0.hasPrefix(".Sh ") }.map { String($0.dropFirst(4)) }
        #expect(
            sections == [
                "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "GRAMMAR", "COMMANDS", "OUTPUT FORMATS",
                "SEVERAL SERVERS", "STORED VALUES", "INTERACTIVE USE", "SCRIPTS",
                "PIPE",
                "SAFETY", "THE LOG", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO",
            ])
    }

    @Test func `the examples name only options and commands that there are`() async throws {
        let known = Set(try await Self.commands())
        let options = Set(
            try Self.lines(of: "OPTIONS").filter { $0.hasPrefix(".It Fl ") }
                .flatMap { $0.split(separator: " ").map(String.init) })
        let ofCommands = Set(
            try Self.lines(of: "COMMANDS").filter { $0.hasPrefix(".It Ic ") }
                .flatMap { $0.matches(of: /Fl Fl ([a-z]+)/).map { String($0.1) } })
        for line in try Self.lines(of: "EXAMPLES") where !line.hasPrefix(".") {
            for (index, call) in line.split(separator: "mcsh ").enumerated() where index > 0 {
                let words = call.split(separator: " ").map(String.init)
                for word in words.prefix(while: { $0 != "|" }) where word.hasPrefix("--") {
                    #expect(options.union(ofCommands).contains(String(word.dropFirst(2))), "\(line)")
                }
                guard let first = words.first, !first.hasPrefix("-"), !first.hasPrefix("|") else { continue }
                #expect(known.contains(first), "\(line)")
            }
        }
    }

    private static let mandoc = ["/usr/bin/mandoc", "/usr/local/bin/mandoc", "/opt/homebrew/bin/mandoc"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    @Test(.enabled(if: mandoc != nil)) func `mandoc finds nothing to say`() throws {
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.mandoc))
        process.arguments = ["-T", "lint", "-W", "warning", Self.path, Self.configurationPath]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(String(decoding: text, as: UTF8.self) == "")
        #expect(process.terminationStatus == 0)
    }
}
