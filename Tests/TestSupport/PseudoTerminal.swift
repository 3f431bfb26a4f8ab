import Foundation
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The built program on a terminal of its own: keys are typed, and its screen is read. The program is killed when the
/// last reference goes.
package final class PseudoTerminal: Sendable {
    private let terminal: Descriptor
    /// Kept open, so that the terminal's settings can be read after the program has ended.
    private let slave: Descriptor
    /// Closed to stop reading the terminal.
    private let wakeWriter: Descriptor
    private let process: ChildProcess
    private let state: Monitor<State>
    /// Keeps the program's home while it runs.
    private let home: TemporaryDirectory

    private struct State {
        var screen: TerminalScreen
        var output = ByteString()
        var hasEnded = false
        /// The terminal has not yet answered a query.
        var isAnswering = false
    }

    init(
        path: String, arguments: [ByteString], environment: [String: String], home: TemporaryDirectory, columns: Int,
        rows: Int
    ) throws {
        var master: Int32 = -1
        var opened: Int32 = -1
        var name = [CChar](repeating: 0, count: 128)
        let isOpen = descriptorsAndChildren.withLock { _ in
            guard openpty(&master, &opened, nil, nil, nil) == 0 else { return false }
            for descriptor in [master, opened] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
            return ttyname_r(opened, &name, name.count) == 0
        }
        guard isOpen else { throw TestSupportFailure.systemCall("openpty") }
        let slavePath = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        Self.setSize(master, columns, rows)
        terminal = Descriptor(master)
        slave = Descriptor(opened)
        let (reading, writing) = try makePipe()
        wakeWriter = Descriptor(writing)
        let wake = Descriptor(reading)
        state = Monitor(State(screen: TerminalScreen(columns: columns, rows: rows)))
        self.home = home
        process = try ChildProcess(
            path: path, arguments: ["mcsh"] + arguments, environment: environment, directory: home.path,
            streams: .init(terminal: slavePath))
        startThread { [terminal, state] in
            while let bytes = try? terminal.read(until: Deadline(after: .seconds(3600)), wake: wake), !bytes.isEmpty {
                let answers = state.withLock {
                    $0.output.bytes += bytes
                    $0.screen.take(bytes)
                    let answers = $0.screen.takeAnswers()
                    $0.isAnswering = !answers.isEmpty
                    return answers
                }
                guard !answers.isEmpty else { continue }
                try? terminal.write(answers, until: Deadline(after: .seconds(60)))
                state.withLock { $0.isAnswering = false }
            }
            state.withLock { $0.hasEnded = true }
        }
    }

    deinit {
        process.kill()
    }

    package var processNumber: Int32 { process.number }

    /// What the terminal shows now.
    package var screen: TerminalScreen { state.withLock { $0.screen } }

    /// All bytes sent to the terminal.
    package var output: ByteString { state.withLock { $0.output } }

    /// Whether the terminal is as a calling shell expects it: lines are read, typed characters shown, Ctrl-C is a
    /// signal, and pasted text comes without marks.
    package var isSane: Bool {
        var settings = termios()
        guard tcgetattr(slave.number, &settings) == 0 else { return false }
        let wanted = tcflag_t(ICANON | ECHO | ISIG)
        return settings.c_lflag & wanted == wanted && settings.c_iflag & tcflag_t(ICRNL) != 0 && !screen.marksPastes
    }

    /// Whether the terminal passes on each key as it is typed.
    package var isRaw: Bool {
        var settings = termios()
        return tcgetattr(slave.number, &settings) == 0 && settings.c_lflag & tcflag_t(ICANON) == 0
    }

    /// Waits until the program has read everything typed and has no more to do: it sleeps, and everything that it wrote
    /// is on the screen. Returns whether it is still running.
    package func waitUntilIdle() async throws -> Bool {
        try await onThread { [self] in
            var quiet = 0
            var written = -1
            let deadline = ContinuousClock.now + .seconds(120)
            while ContinuousClock.now < deadline {
                if process.wait(until: Deadline(after: .zero)) != nil { return false }
                // This call makes the system pass on what is still on its way.
                var ends = [slave.number, terminal.number].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                let isUnread = poll(&ends, 2, 0) != 0
                let (count, isAnswering) = state.withLock { ($0.output.count, $0.isAnswering) }
                quiet = !isUnread && !isAnswering && isSleeping && count == written ? quiet + 1 : 0
                if quiet == 3 { return true }
                written = count
                usleep(500)
            }
            throw TestSupportFailure("the program is busy; the screen shows\n\(screen.text)")
        }
    }

    /// Whether all threads of the program are waiting, and no signal is pending for them.
    private var isSleeping: Bool {
        let process = "/proc/\(process.number)"
        guard let threads = try? FileManager.default.contentsOfDirectory(atPath: "\(process)/task") else { return true }
        for thread in threads {
            guard let text = try? String(contentsOfFile: "\(process)/task/\(thread)/stat", encoding: .utf8) else {
                continue
            }
            if text.split(separator: ")").last?.hasPrefix(" S") != true { return false }
        }
        let status = (try? String(contentsOfFile: "\(process)/status", encoding: .utf8)) ?? ""
        return !status.split(separator: "\n").contains {
            $0.hasPrefix("ShdPnd:") && $0.dropFirst(7).contains { "123456789abcdef".contains($0) }
        }
    }

    /// Types keys.
    package func type(_ keys: ByteString) async throws {
        try await onThread { [terminal] in try terminal.write(keys.bytes, until: Deadline(after: hangLimit)) }
    }

    /// Resizes the terminal, as a user resizes its window.
    package func resize(columns: Int, rows: Int) {
        state.withLock { $0.screen.resize(columns: columns, rows: rows) }
        Self.setSize(terminal.number, columns, rows)
    }

    /// Takes the terminal away, as when a window is closed or a connection breaks.
    package func hangUp() async throws {
        try await onThread { [self] in
            // The reader holds the terminal open as long as it waits for it.
            wakeWriter.closeNow()
            guard state.wait(until: Deadline(after: hangLimit), { $0.hasEnded ? true : nil }) != nil else {
                throw TestSupportFailure("the terminal is still being read")
            }
            slave.closeNow()
            terminal.closeNow()
        }
    }

    /// Sends a signal only to the program.
    package func signal(_ number: Int32) {
        kill(process.number, number)
    }

    /// Waits until the screen satisfies a condition.
    @discardableResult
    package func wait(
        for what: String = "a condition", within limit: Duration = hangLimit,
        until condition: @escaping @Sendable (TerminalScreen) -> Bool
    ) async throws -> TerminalScreen {
        try await onThread { [state] in
            let screen = state.wait(until: Deadline(after: limit)) { condition($0.screen) ? $0.screen : nil }
            if let screen { return screen }
            let (shown, cursor, last) = state.withLock {
                ($0.screen.text, $0.screen.cursor, ByteString($0.output.bytes.suffix(300)))
            }
            throw TestSupportFailure(
                "waited \(limit) for \(what) in vain; cursor \(cursor), the screen shows\n\(shown)\nafter \(last)")
        }
    }

    /// Waits until the row of the cursor is this text.
    @discardableResult
    package func waitForLine(_ line: String, within limit: Duration = hangLimit) async throws -> TerminalScreen {
        try await wait(for: "the line \"\(line)\"", within: limit) { $0.currentLine == line }
    }

    /// Waits until text is somewhere on the screen.
    @discardableResult
    package func waitForText(_ text: String, within limit: Duration = hangLimit) async throws -> TerminalScreen {
        try await wait(for: "the text \"\(text)\"", within: limit) { $0.text.contains(text) }
    }

    /// Waits until the program has ended. If that takes too long, it is killed and an error thrown.
    package func waitForEnd(within limit: Duration = hangLimit) async throws -> BuiltProgram.Ending {
        try await onThread { [self] in
            guard let ended = process.wait(until: Deadline(after: limit)) else {
                process.kill()
                throw TestSupportFailure("the program still runs after \(limit); the screen shows\n\(screen.text)")
            }
            switch ended {
            case .exited(let status): return .exited(status)
            case .signalled(let signal): return .signalled(signal)
            }
        }
    }

    private static func setSize(_ terminal: Int32, _ columns: Int, _ rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(terminal, UInt(TIOCSWINSZ), &size)
    }
}

extension BuiltProgram {
    /// Starts the program on a terminal.
    package func startAtTerminal(
        _ arguments: ByteString..., term: String = "xterm-256color", columns: Int = 80, rows: Int = 24
    ) async throws -> PseudoTerminal {
        try await startAtTerminal(arguments: arguments, term: term, columns: columns, rows: rows)
    }

    /// Starts the program on a terminal with a list of words.
    package func startAtTerminal(
        arguments: [ByteString], term: String = "xterm-256color", columns: Int = 80, rows: Int = 24
    ) async throws -> PseudoTerminal {
        var variables = childEnvironment()
        variables["TERM"] = term
        let environment = variables
        return try await onThread { [path, home] in
            try PseudoTerminal(
                path: path, arguments: arguments, environment: environment, home: home, columns: columns, rows: rows)
        }
    }

    /// Starts the system's shell on a terminal, with job control; `$MCSH` is the program.
    package func startShellAtTerminal() async throws -> PseudoTerminal {
        var variables = childEnvironment()
        variables["TERM"] = "xterm-256color"
        variables["PS1"] = "$ "
        variables["MCSH"] = path
        let environment = variables
        return try await onThread { [home] in
            try PseudoTerminal(
                path: "/bin/sh", arguments: ["-i"], environment: environment, home: home, columns: 80, rows: 24)
        }
    }
}
