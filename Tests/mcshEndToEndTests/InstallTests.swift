import Foundation
import TestSupport
import Testing

/// `make install` and `make uninstall`, with a program that is already built.
@Suite(.inTurns)
struct InstallTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path(percentEncoded: false)

    private static let make = ["/usr/bin/make", "/usr/local/bin/make", "/opt/homebrew/bin/make"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Runs a target for a folder of the test's own; the program is not built for it.
    private static func run(_ target: String, _ program: BuiltProgram) async throws {
        let run = try await program.runShell(
            "make -C '\(root)' \(target) PROGRAM=\"$MCSH\" SOURCES= DESTDIR=\"$PWD/staged here\" PREFIX=/opt/it")
        try #require(run.status == 0, "\(run)")
    }

    private static func files(of program: BuiltProgram) async throws -> [String] {
        try await program.runShell("cd 'staged here' && find . -type f | sort").stdout.lines.map(\.text)
    }

    @Test(.enabled(if: make != nil, "make is not installed"))
    func `install puts program, manual and completions where they are looked for, and uninstall removes them`()
        async throws
    {
        let program = try BuiltProgram()
        try await Self.run("install", program)
        #expect(
            try await Self.files(of: program) == [
                "./opt/it/bin/mcsh", "./opt/it/share/bash-completion/completions/mcsh",
                "./opt/it/share/fish/vendor_completions.d/mcsh.fish", "./opt/it/share/man/man1/mcsh.1",
                "./opt/it/share/man/man5/mcshrc.5", "./opt/it/share/zsh/site-functions/_mcsh",
            ])
        let modes = try await program.runShell(
            "cd 'staged here' && find . -type f ! -perm 644 && find . -perm 755 -type f")
        #expect(modes.stdout == "./opt/it/bin/mcsh\n./opt/it/bin/mcsh\n")
        for (shell, file) in [
            ("bash", "bash-completion/completions/mcsh"), ("zsh", "zsh/site-functions/_mcsh"),
            ("fish", "fish/vendor_completions.d/mcsh.fish"),
        ] {
            let script = try await program.run("--generate-completion-script", ByteString(shell))
            #expect(try program.home.read("staged here/opt/it/share/\(file)") == script.stdout)
        }
        let installed = try await program.runShell("'staged here/opt/it/bin/mcsh' --version")
        #expect(installed.status == 0)

        try await Self.run("uninstall", program)
        #expect(try await Self.files(of: program) == [])
    }
}
