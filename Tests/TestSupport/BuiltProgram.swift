import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The built `mcsh`, run as a user runs it: words, standard input, an environment and a home directory of its own.
///
///     let program = try BuiltProgram()
///     let run = try await program.run("-s", server.address, "get", "key")
///     #expect(run.stdout == "value")
package struct BuiltProgram: Sendable {
    /// The program's standard input.
    package enum Input: Sendable {
        /// `/dev/null`.
        case nothing
        /// The bytes, then the end.
        case bytes(ByteString)
        /// The parts with a pause between them, then the end.
        case pieces([ByteString])
    }

    /// How a run ended, and everything it printed.
    package struct Finished: Sendable, CustomStringConvertible {
        package var ending: Ending
        package var stdout: ByteString
        package var stderr: ByteString

        /// The exit status as a calling shell sees it: 128+n after signal n.
        package var status: Int32 {
            switch ending {
            case .exited(let status): status
            case .signalled(let signal): 128 + signal
            }
        }

        package var description: String {
            "\(ending), stdout \(stdout), stderr \(stderr)"
        }
    }

    package enum Ending: Hashable, Sendable {
        case exited(Int32)
        case signalled(Int32)
    }

    package private(set) var path: String
    /// A private directory: HOME, the XDG directories and TMPDIR are in it, and the program is run in it.
    package let home: TemporaryDirectory
    /// Variables set in addition to the usual ones, or instead of them. An empty value unsets one.
    package var environment: [String: String] = [:]

    /// Finds the program next to the running tests.
    ///
    /// Its configuration file has long time limits, which no busy machine reaches. A test about another limit sets it
    /// as an option; one that writes the file may begin it with ``patience``.
    package init(_ name: String = "mcsh") throws {
        try self.init(path: try Self.locate(name))
        try home.makeDirectory("config/mcsh")
        try home.write(ByteString(Self.patience), to: "config/mcsh/config.toml")
    }

    /// The long time limits, as lines of a configuration file.
    package static let patience = "timeout = \"180s\"\nconnect_timeout = \"180s\"\n"

    /// Another program, which a test works with in the same way.
    package init(path: String) throws {
        self.path = path
        home = try TemporaryDirectory()
        for directory in ["config", "data", "state", "cache", "tmp"] { try home.makeDirectory(directory) }
    }

    /// Runs the program to its end. If that takes too long, the program is killed and an error thrown.
    package func run(
        _ arguments: ByteString..., input: Input = .nothing, within limit: Duration = hangLimit
    ) async throws -> Finished {
        try await run(arguments: arguments, input: input, within: limit)
    }

    /// Runs the program to its end with a list of words, which may be any bytes but NUL.
    package func run(
        arguments: [ByteString], input: Input = .nothing, within limit: Duration = hangLimit
    ) async throws -> Finished {
        let program: RunningProgram
        switch input {
        case .nothing:
            program = try await start(arguments: arguments, hasInput: false)
        case .bytes(let bytes):
            program = try await start(arguments: arguments)
            // A program that ends without reading its input is not a failure of the test.
            try? await program.write(bytes, within: limit)
            program.closeInput()
        case .pieces(let pieces):
            program = try await start(arguments: arguments)
            for piece in pieces {
                try? await program.write(piece, within: limit)
                try await Task.sleep(for: .milliseconds(2))
            }
            program.closeInput()
        }
        return try await program.waitForEnd(within: limit)
    }

    /// Runs a line of the system's shell in which `$MCSH` is the program: for pipes and redirections around it.
    package func runShell(
        _ line: String, input: Input = .nothing, within limit: Duration = hangLimit
    ) async throws -> Finished {
        var shell = self
        shell.path = "/bin/sh"
        shell.environment["MCSH"] = path
        return try await shell.run(arguments: ["-c", ByteString(line)], input: input, within: limit)
    }

    /// Starts a line of the system's shell in which `$MCSH` is the program and `"$@"` are words.
    package func startShell(
        _ line: String, arguments: [ByteString], hasInput: Bool = true
    ) async throws -> RunningProgram {
        var shell = self
        shell.path = "/bin/sh"
        shell.environment["MCSH"] = path
        return try await shell.start(arguments: ["-c", ByteString(line), "sh"] + arguments, hasInput: hasInput)
    }

    /// Starts the program with an input that stays open.
    package func start(_ arguments: ByteString...) async throws -> RunningProgram {
        try await start(arguments: arguments)
    }

    /// Starts the program with a list of words.
    ///
    /// - Parameter hasInput: Whether its input is a pipe that the test writes to, or `/dev/null`.
    package func start(arguments: [ByteString], hasInput: Bool = true) async throws -> RunningProgram {
        let environment = childEnvironment()
        return try await onThread { [path, home] in
            try RunningProgram(
                path: path, arguments: arguments, environment: environment, home: home, hasInput: hasInput)
        }
    }

    func childEnvironment() -> [String: String] {
        let current = currentEnvironment()
        var variables = [
            "HOME": home.path,
            "XDG_CONFIG_HOME": home.path(of: "config"),
            "XDG_DATA_HOME": home.path(of: "data"),
            "XDG_STATE_HOME": home.path(of: "state"),
            "XDG_CACHE_HOME": home.path(of: "cache"),
            "TMPDIR": home.path(of: "tmp"),
            "LANG": "C.UTF-8",
            // None, unless a test is about it.
            "PAGER": "cat",
            "PATH": current["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
        ]
        // What `--sandbox` starts, and what the Swift runtime, the sanitizers and coverage need.
        let kept = [
            "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH", "TSAN_OPTIONS", "ASAN_OPTIONS",
            "UBSAN_OPTIONS", "LLVM_PROFILE_FILE", "SWIFT_BACKTRACE", "MCSH_MEMCACHED",
        ]
        for name in kept { variables[name] = current[name] }
        for (name, value) in environment { variables[name] = value.isEmpty ? nil : value }
        return variables
    }

    private static func locate(_ name: String) throws -> String {
        #if os(Linux)
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            guard readlink("/proc/self/exe", &buffer, buffer.count - 1) > 0 else {
                throw TestSupportFailure.systemCall("readlink /proc/self/exe")
            }
            let image = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        #else
            // The tests are a bundle that another program has loaded.
            var information = Dl_info()
            guard dladdr(#dsohandle, &information) != 0, let file = information.dli_fname else {
                throw TestSupportFailure("dladdr does not know where the tests are")
            }
            let image = String(cString: file)
        #endif
        var directory = image[...]
        while let slash = directory.lastIndex(of: "/") {
            directory = directory[..<slash]
            let path = "\(directory)/\(name)"
            var status = stat()
            if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0 { return path }
        }
        throw TestSupportFailure("there is no \(name) next to \(image): is it a dependency of the test target?")
    }
}

/// A program that runs while the test writes to it and reads what it prints. It is killed when the last reference goes.
package final class RunningProgram: Sendable {
    private let process: ChildProcess
    private let input: Mutex<Descriptor?>
    private let output: Monitor<Output>
    /// Keeps the program's home while it runs.
    private let home: TemporaryDirectory

    private struct Output {
        var stdout = ByteString()
        var stderr = ByteString()
        var openStreams = 2
    }

    init(
        path: String, arguments: [ByteString], environment: [String: String], home: TemporaryDirectory, hasInput: Bool
    ) throws {
        let inputPipe = hasInput ? try makePipe() : nil
        let outputPipe = try makePipe()
        let errorPipe = try makePipe()
        defer {
            if let inputPipe { close(inputPipe.reading) }
            close(outputPipe.writing)
            close(errorPipe.writing)
        }
        input = Mutex(inputPipe.map { Descriptor($0.writing) })
        let stdout = Descriptor(outputPipe.reading)
        let stderr = Descriptor(errorPipe.reading)
        process = try ChildProcess(
            path: path, arguments: ["mcsh"] + arguments, environment: environment, directory: home.path,
            streams: .init(input: inputPipe?.reading, output: outputPipe.writing, errors: errorPipe.writing))
        self.home = home
        output = Monitor(Output())
        startThread { [output] in
            Self.drain(stdout) { bytes in output.withLock { $0.stdout.bytes += bytes } }
            output.withLock { $0.openStreams -= 1 }
        }
        startThread { [output] in
            Self.drain(stderr) { bytes in output.withLock { $0.stderr.bytes += bytes } }
            output.withLock { $0.openStreams -= 1 }
        }
    }

    deinit {
        process.kill()
    }

    /// The program's process number.
    package var processNumber: Int32 { process.number }

    /// What it has printed so far.
    package var stdout: ByteString { output.withLock { $0.stdout } }
    package var stderr: ByteString { output.withLock { $0.stderr } }

    /// Writes to the program's input. Throws if it has closed its end or does not read within the time limit.
    package func write(_ bytes: ByteString, within limit: Duration = hangLimit) async throws {
        try await onThread { [self] in
            try input.withLock { input in
                guard let input else { throw TestSupportFailure("the program's input is closed") }
                try input.write(bytes.bytes, until: Deadline(after: limit))
            }
        }
    }

    /// Writes pieces to the program's input, each when the one before it has been read.
    ///
    /// - Returns: How many were read: fewer than there are if the program ends early. nil if the system does not report
    ///   it, and the pieces are written as fast as they are accepted.
    package func write(pieces: [ByteString], within limit: Duration = hangLimit) async throws -> Int? {
        try await onThread { [self] in
            try input.withLock { input in
                guard let input else { throw TestSupportFailure("the program's input is closed") }
                let deadline = Deadline(after: limit)
                for (index, piece) in pieces.enumerated() {
                    do {
                        try input.write(piece.bytes, until: deadline)
                        guard try input.waitUntilRead(until: deadline) else { return index }
                    } catch  where input.hasLostItsReader {
                        return Descriptor.knowsWhatIsRead ? index : nil
                    }
                }
                return Descriptor.knowsWhatIsRead ? pieces.count : nil
            }
        }
    }

    /// Ends the program's input.
    package func closeInput() {
        input.withLock { $0 = nil }
    }

    package func signal(_ number: Int32) {
        process.signal(number)
    }

    /// Waits until standard output satisfies a condition, and returns all of it.
    @discardableResult
    package func waitForOutput(
        within limit: Duration = hangLimit, until condition: @escaping @Sendable (ByteString) -> Bool
    ) async throws -> ByteString {
        try await wait("its output", within: limit) { condition($0.stdout) ? $0.stdout : nil }
    }

    /// Waits until standard output ends with these bytes, and returns all of it.
    @discardableResult
    package func waitForOutput(
        endingIn suffix: ByteString, within limit: Duration = hangLimit
    ) async throws -> ByteString {
        try await waitForOutput(within: limit) { $0.hasSuffix(suffix) }
    }

    /// Waits until standard error satisfies a condition, and returns all of it.
    @discardableResult
    package func waitForErrors(
        within limit: Duration = hangLimit, until condition: @escaping @Sendable (ByteString) -> Bool
    ) async throws -> ByteString {
        try await wait("its errors", within: limit) { condition($0.stderr) ? $0.stderr : nil }
    }

    /// Waits until the program has ended and both its streams are closed. Its input is left open. If that takes too
    /// long, the program is killed and an error thrown.
    package func waitForEnd(within limit: Duration = hangLimit) async throws -> BuiltProgram.Finished {
        try await onThread { [self] in
            let deadline = Deadline(after: limit)
            let streamsEnded = output.wait(until: deadline) { $0.openStreams == 0 ? true : nil }
            let ended = streamsEnded == nil ? nil : process.wait(until: deadline)
            let printed = output.withLock { $0 }
            guard let ended else {
                let state = process.ended == nil ? "still runs" : "has ended, but something holds its output open"
                process.kill()
                throw TestSupportFailure(
                    "after \(limit) the program \(state); stdout \(printed.stdout), stderr \(printed.stderr)")
            }
            let ending: BuiltProgram.Ending =
                switch ended {
                case .exited(let status): .exited(status)
                case .signalled(let signal): .signalled(signal)
                }
            return BuiltProgram.Finished(ending: ending, stdout: printed.stdout, stderr: printed.stderr)
        }
    }

    private func wait(
        _ what: String, within limit: Duration, _ condition: @escaping @Sendable (Output) -> ByteString?
    ) async throws -> ByteString {
        try await onThread { [self] in
            let deadline = Deadline(after: limit)
            // When both streams have ended nothing more will come.
            let answer: ByteString?? = output.wait(until: deadline) { output in
                if let answer = condition(output) { return .some(answer) }
                return output.openStreams == 0 ? .some(nil) : nil
            }
            if let answer, let answer { return answer }
            let printed = output.withLock { $0 }
            throw TestSupportFailure(
                "waited \(limit) for \(what) in vain; stdout \(printed.stdout), stderr \(printed.stderr)")
        }
    }

    private static func drain(_ stream: Descriptor, _ take: ([UInt8]) -> Void) {
        while let bytes = try? stream.read(until: Deadline(after: .seconds(3600))), !bytes.isEmpty {
            take(bytes)
        }
    }
}
