import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A process started by a test. It is reaped as soon as it ends; its number is used only before that.
final class ChildProcess: Sendable {
    enum Status: Hashable, Sendable {
        case exited(Int32)
        case signalled(Int32)
    }

    let number: pid_t
    private let leadsGroup: Bool
    private let janitor: Janitor?
    private let status: Monitor<Status?>

    /// The child's standard descriptors; nil is `/dev/null`.
    struct Streams {
        var input: Int32?
        var output: Int32?
        var errors: Int32?
        /// A terminal for all three, which also becomes the child's controlling terminal: it leads a session then.
        var terminal: String?
    }

    /// Starts a program with default signal handling and no other descriptors than the three standard ones.
    ///
    /// - Parameter arguments: All of `argv`, the name first.
    /// - Parameter directory: Where it runs. A shell changes to it first, because not every system can do that in
    ///   `posix_spawn`.
    /// - Parameter leadsGroup: Puts the child in a process group of its own, which is then signalled as a whole.
    /// - Parameter isLeftToJanitor: Has the child killed when this process ends before it.
    init(
        path: String, arguments: [ByteString], environment: [String: String], directory: String? = nil,
        streams: Streams = Streams(), leadsGroup: Bool = true, isLeftToJanitor: Bool = true
    ) throws {
        janitor = isLeftToJanitor ? try Janitor.shared : nil
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (source, target) in [(streams.input, 0), (streams.output, 1), (streams.errors, 2)] as [(Int32?, Int32)] {
            if let terminal = streams.terminal {
                posix_spawn_file_actions_addopen(&actions, target, terminal, O_RDWR, 0)
            } else if let source {
                posix_spawn_file_actions_adddup2(&actions, source, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", target == 0 ? O_RDONLY : O_WRONLY, 0)
            }
        }

        var noSignals = sigset_t()
        var everySignal = sigset_t()
        sigemptyset(&noSignals)
        sigfillset(&everySignal)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setsigdefault(&attributes, &everySignal)
        var flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
        if streams.terminal != nil {
            // The leader of a session leads a group as well, and the first terminal that it opens becomes its own.
            flags |= startsSession
        } else if leadsGroup {
            flags |= Int32(POSIX_SPAWN_SETPGROUP)
        }
        #if canImport(Darwin)
            flags |= Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
        #endif
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var started = pid_t()
        var path = path
        var arguments = arguments
        if let directory {
            let script: ByteString = #"cd -- "$1" && shift && exec "$@""#
            arguments = ["sh", "-c", script, "sh", ByteString(directory), ByteString(path)] + arguments.dropFirst()
            path = "/bin/sh"
        }
        let variables = environment.map { ByteString("\($0.key)=\($0.value)") }
        let code = descriptorsAndChildren.withLock { _ in
            withCStrings(arguments) { arguments in
                withCStrings(variables) { variables in
                    posix_spawn(&started, path, &actions, &attributes, arguments, variables)
                }
            }
        }
        guard code == 0 else { throw TestSupportFailure.systemCall("posix_spawn \(path)", code) }
        number = started
        self.leadsGroup = leadsGroup
        status = Monitor(nil)
        janitor?.note(number)
        startThread { [number, status, janitor] in Self.reap(number, status, janitor) }
    }

    deinit {
        kill()
    }

    /// Sends a signal, unless the process has ended. A child that leads a group gets it with its whole group.
    func signal(_ signal: Int32) {
        status.withLock { status in
            if status == nil { _ = sendSignal(leadsGroup ? -number : number, signal) }
        }
    }

    func kill() {
        signal(SIGKILL)
    }

    /// How it ended, nil while it runs.
    var ended: Status? {
        status.withLock { $0 }
    }

    /// Blocks until the process has ended. Returns nil if the time is up first.
    func wait(until deadline: Deadline) -> Status? {
        status.wait(until: deadline) { $0 }
    }

    /// Blocks until the process has been stopped by a signal, or has ended.
    func waitUntilStopped() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(number), &information, WSTOPPED | WEXITED | WNOWAIT) != 0 && errno == EINTR {}
    }

    private static func reap(_ number: pid_t, _ status: Monitor<Status?>, _ janitor: Janitor?) {
        var information = siginfo_t()
        while waitid(P_PID, id_t(number), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        // The number stays taken until waitpid, which happens under the lock: `signal` cannot reach another process.
        status.withLock { status in
            janitor?.forget(number)
            var code: Int32 = 0
            while waitpid(number, &code, 0) < 0 && errno == EINTR {}
            let signal = code & 0x7f
            status = signal == 0 ? .exited(code >> 8 & 0xff) : .signalled(signal)
        }
    }
}

/// `POSIX_SPAWN_SETSID`, which Glibc's headers keep from Swift.
#if canImport(Darwin)
    private let startsSession = Int32(POSIX_SPAWN_SETSID)
#else
    private let startsSession: Int32 = 0x80
#endif

/// Whether a process exists and has not ended. A zombie does not count.
package func processIsRunning(_ number: Int32) -> Bool {
    guard sendSignal(number, 0) == 0 || errno == EPERM else { return false }
    #if os(Linux)
        let file = open("/proc/\(number)/stat", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        let line = (try? Descriptor(file).read(until: Deadline(after: hangLimit))) ?? []
        // number (name) state …: the name may contain anything, so the state is what follows the last parenthesis.
        guard let end = line.lastIndex(of: UInt8(ascii: ")")), end + 2 < line.count else { return false }
        return line[end + 2] != UInt8(ascii: "Z") && line[end + 2] != UInt8(ascii: "X")
    #else
        return true
    #endif
}

private func sendSignal(_ number: pid_t, _ signal: Int32) -> Int32 {
    #if canImport(Darwin)
        Darwin.kill(number, signal)
    #else
        Glibc.kill(number, signal)
    #endif
}

/// This process's environment.
func currentEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
        let pair = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
        next += 1
    }
    return variables
}

/// A program's path, from PATH and the places where package managers put it.
package func findProgram(_ name: String) -> String? {
    let searched = (currentEnvironment()["PATH"] ?? "").split(separator: ":").map(String.init)
    let usual = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/usr/sbin", "/usr/local/sbin"]
    return (searched + usual).map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
}

/// A program by its path, or by its name if that has no slash.
package func findProgram(at path: String) -> String? {
    guard path.contains("/") else { return findProgram(path) }
    return access(path, X_OK) == 0 ? path : nil
}

private func withCStrings<Answer>(
    _ strings: [ByteString], _ body: ([UnsafeMutablePointer<CChar>?]) throws -> Answer
) rethrows -> Answer {
    let copies = strings.map { string in
        precondition(!string.bytes.contains(0), "an argument of a program cannot hold NUL")
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: string.count + 1)
        for (offset, byte) in string.bytes.enumerated() { copy[offset] = CChar(bitPattern: byte) }
        copy[string.count] = 0
        return copy
    }
    defer { copies.forEach { $0.deallocate() } }
    return try body(copies + [nil])
}
