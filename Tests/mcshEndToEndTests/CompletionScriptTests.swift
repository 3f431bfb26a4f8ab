import Foundation
import TestSupport
import Testing

/// The completion scripts in their shells: the candidates for a line.
@Suite(.inTurns)
struct CompletionScriptTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var line: String
        /// The words as bash splits them, if not at spaces.
        var pieces: [String]?
        var words: [String]
        /// bash replaces only what follows its last split.
        var bashWords: [String]?

        var testDescription: String { line }
    }

    private static let cases = [
        Case(line: "mcsh sta", words: ["stats"]),
        Case(line: "mcsh lru", words: ["lru", "lru_crawler"]),
        Case(line: "mcsh stats s", words: ["settings", "sizes", "slabs"]),
        Case(line: "mcsh stats detail ", words: ["dump", "off", "on"]),
        Case(line: "mcsh stats detail d", words: ["dump"]),
        Case(line: "mcsh watch fetchers muta", words: ["mutations"]),
        Case(line: "mcsh slabs automove w", words: ["window"]),
        Case(line: "mcsh mg k v T", words: ["T"]),
        Case(line: "mcsh ms k value F", words: ["F"]),
        Case(line: "mcsh set k v --as pi", words: ["pickle"]),
        Case(line: "mcsh append k v --as ", words: ["bytes", "int", "text"]),
        Case(line: "mcsh set k v --compress --fl", words: ["--flags"]),
        Case(line: "mcsh delete --ma", words: ["--match"]),
        Case(line: "mcsh get k --output j", words: ["json"]),
        Case(
            line: "mcsh get k --output=j", pieces: ["mcsh", "get", "k", "--output", "=", "j"],
            words: ["--output=json"], bashWords: ["json"]),
        Case(line: "mcsh -o j", words: ["json"]),
        Case(line: "mcsh --color al", words: ["always"]),
        Case(line: "mcsh --profile python-memcached-1.56", words: ["python-memcached-1.56-py2"]),
        Case(line: "mcsh --read", words: ["--read-only"]),
        Case(
            line: "mcsh --json -s a:1 stats se", pieces: ["mcsh", "--json", "-s", "a", ":", "1", "stats", "se"],
            words: ["settings"]),
        Case(line: "mcsh -s @se", pieces: ["mcsh", "-s", "@", "se"], words: ["@sessions"], bashWords: ["sessions"]),
        Case(
            line: "mcsh use @", pieces: ["mcsh", "use", "@"], words: ["@pages", "@sessions"],
            bashWords: ["pages", "sessions"]),
        Case(line: "mcsh help gramm", words: ["grammar"]),
        Case(line: "mcsh help stat evicted_t", words: ["evicted_time"]),
        Case(line: "mcsh repeat 2 1s flush", words: ["flush_all"]),
        Case(line: "mcsh repeat 2 stats it", words: ["items"]),
        Case(line: "mcsh -f warm", words: ["warm up.mcsh"]),
        Case(line: "mcsh source warm", words: ["warm up.mcsh"]),
        Case(line: "mcsh set \"a b\" v --no", pieces: ["mcsh", "set", "\"a b\"", "v", "--no"], words: ["--noreply"]),
        Case(line: "mcsh get use", words: []),
        Case(line: "mcsh get -- --de", words: []),
        Case(line: "mcsh raw sta", words: []),
    ]

    /// A program in a home with pools, a file, and `mcsh` in the search path.
    private static func program() async throws -> BuiltProgram {
        let program = try BuiltProgram()
        try program.home.makeDirectory("config/mcsh")
        try program.home.write(
            "[pools.sessions]\nservers = [\"127.0.0.1\"]\n[pools.pages]\nservers = [\"127.0.0.1\"]\n",
            to: "config/mcsh/config.toml")
        try program.home.write("", to: "warm up.mcsh")
        let made = try await program.runShell(
            """
            mkdir bin fpath && ln -s "$MCSH" bin/mcsh && "$MCSH" --generate-completion-script bash > mcsh.bash &&
            "$MCSH" --generate-completion-script fish > mcsh.fish &&
            "$MCSH" --generate-completion-script zsh > fpath/_mcsh
            """)
        try #require(made.status == 0, "\(made)")
        return program
    }

    /// Runs a script with a shell, and returns its candidates for each case: lines `number TAB candidate`.
    private static func candidates(_ shell: String, _ script: String) async throws -> [Int: [String]] {
        let program = try await program()
        try program.home.write(ByteString(script), to: "script")
        let run = try await program.runShell("PATH=$PWD/bin:$PATH exec \(shell) script")
        try #require(run.status == 0 && run.stderr == "", "\(run)")
        var candidates: [Int: [String]] = [:]
        for line in run.stdout.text.split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard fields.count > 1, let number = Int(fields[0]) else { continue }
            candidates[number, default: []].append(fields[1])
        }
        return candidates
    }

    private static func quoted(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }

    static func has(_ shell: String) -> Bool { path(of: shell) != nil }

    private static func path(of shell: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "/bin:/usr/bin").split(separator: ":").map { "\($0)/\(shell)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    @Test(.enabled(if: has("bash"), "bash is not installed")) func `bash offers the possible words`() async throws {
        var script = "source ./mcsh.bash\n"
        for (number, entry) in Self.cases.enumerated() {
            let pieces =
                entry.pieces ?? entry.line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            script += """
                COMP_LINE=\(Self.quoted(entry.line)) COMP_POINT=\(entry.line.utf8.count) COMP_CWORD=\(pieces.count - 1)
                COMP_WORDS=(\(pieces.map(Self.quoted).joined(separator: " "))) COMPREPLY=()
                _mcsh mcsh
                ((${#COMPREPLY[@]})) && printf '\(number)\\t%s\\n' "${COMPREPLY[@]}"

                """
        }
        let candidates = try await Self.candidates("bash --norc", script + "exit 0\n")
        for (number, entry) in Self.cases.enumerated() {
            let offered = (candidates[number] ?? []).map { $0.hasSuffix(" ") ? String($0.dropLast()) : $0 }
            #expect(offered.sorted() == entry.bashWords ?? entry.words, "\(entry.line)")
        }
        // A space follows a complete word, but not a letter that has an argument.
        let letter = try #require(Self.cases.firstIndex { $0.line == "mcsh mg k v T" })
        #expect(candidates[0] == ["stats "])
        #expect(candidates[letter] == ["T"])
    }

    @Test(.enabled(if: has("fish"), "fish is not installed")) func `fish offers the possible words`() async throws {
        var script = "source ./mcsh.fish\n"
        for (number, entry) in Self.cases.enumerated() {
            let line = entry.line.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
            script += "complete -C '\(line)' | sed 's/^/\(number)\\t/'\n"
        }
        let candidates = try await Self.candidates("fish --no-config", script)
        for (number, entry) in Self.cases.enumerated() {
            let offered = Set(candidates[number] ?? []).map { $0.replacing("\\ ", with: " ") }
            #expect(offered.sorted() == entry.words, "\(entry.line)")
        }
    }

    @Test(.enabled(if: has("zsh"), "zsh is not installed")) func `zsh offers the possible words`() async throws {
        // A zsh with its completion system in a terminal of its own; the candidates are written to a file.
        let setup = """
            fpath=($PWD/fpath $fpath)
            autoload -Uz compinit && compinit -u -D
            unset zle_bracketed_paste
            compadd() {
                local -a offered
                if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\\ * ]]; then
                    builtin compadd -A offered "$@"
                    (( $#offered )) && printf "$number\\t%s\\n" "${offered[@]}" >> offered
                fi
                builtin compadd "$@"
            }
            finish() { print COMPLETED; comppostfuncs=(finish) }
            comppostfuncs=(finish)
            number-line() { number=$BUFFER; BUFFER= }
            zle -N number-line
            bindkey '^O' number-line
            PS1=
            print READY

            """
        var script = """
            zmodload zsh/zpty
            zpty terminal zsh -f -i
            zpty -w terminal 'source ./setup'
            zpty -r terminal line '*READY*'

            """
        for (number, entry) in Self.cases.enumerated() {
            script += """
                zpty -w -n terminal \(number)$'\\C-o'\(Self.quoted(entry.line))$'\\t'
                zpty -r terminal line '*COMPLETED*'
                zpty -w -n terminal $'\\C-u'

                """
        }
        script += "zpty -d terminal\ntouch offered\ncat offered\n"
        let candidates = try await Self.candidates(
            "zsh -f", "cat > setup <<'END'\n\(setup)END\n\(script)")
        for (number, entry) in Self.cases.enumerated() {
            // `--output=` is preserved.
            let words = entry.words.map { $0.hasPrefix("--output=") ? String($0.dropFirst(9)) : $0 }
            let offered = Set(candidates[number] ?? []).map { $0.replacing("\\ ", with: " ") }
            #expect(offered.sorted() == words, "\(entry.line)")
        }
    }

    @Test(.enabled(if: has("zsh") && has("fish"), "zsh or fish is not installed"))
    func `zsh and fish show what each command does`() async throws {
        let zsh = try await BuiltProgram().run("--generate-completion-script", "zsh")
        let fish = try await BuiltProgram().run("--generate-completion-script", "fish")
        #expect(zsh.stdout.contains("'flush_all:make all items invalid, now or after a delay'"))
        #expect(fish.stdout.contains("'flush_all' 'make all items invalid, now or after a delay'"))
    }

    @Test func `a shell without a script is a mistake`() async throws {
        for words in [["--generate-completion-script", "ksh"], ["--generate-completion-script"]] as [[ByteString]] {
            let run = try await BuiltProgram().run(arguments: words)
            #expect(run.status == 2)
            #expect(run.stdout == "")
            #expect(run.stderr.contains("bash, zsh and fish"))
        }
    }

    @Test func `pools are listed without a word about a file that cannot be read`() async throws {
        let program = try await Self.program()
        #expect(try await program.run("--list-pools").stdout == "@pages\n@sessions\n")
        try program.home.write("nonsense", to: "config/mcsh/config.toml")
        let run = try await program.run("--list-pools")
        #expect(run.status == 0)
        #expect(run.stderr == "")
    }
}
