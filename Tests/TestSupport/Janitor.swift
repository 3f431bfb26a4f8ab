import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Kills the processes and removes the directories that this process leaves when it ends, in whatever way: a test that
/// holds them to the end, a failure, a crash, Ctrl-C.
///
/// It is one small shell that waits for the end of a pipe, which is never written to, and then looks into a directory that
/// holds all others.
final class Janitor: Sendable {
    private static let made = Result {
        let janitor = try Janitor()
        // At a normal exit, everything left is removed before this process ends.
        atexit { Janitor.finish() }
        return janitor
    }

    /// The janitor of this process.
    static var shared: Janitor {
        get throws { try made.get() }
    }

    /// The directory that holds all temporary ones.
    let directory: String
    private let pipe: Descriptor
    private let shell: ChildProcess
    private let directoryCount = Atomic(0)

    private init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent.hasSuffix("/") ? String(parent.dropLast()) : parent)/mcsh-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template).map({ String(cString: $0) }) else {
            throw TestSupportFailure.systemCall("mkdtemp")
        }
        directory = made
        guard mkdir("\(made)/children", 0o700) == 0 else { throw TestSupportFailure.systemCall("mkdir") }
        let (reading, writing) = try makePipe()
        pipe = Descriptor(writing)
        defer { close(reading) }
        // A child that leads no group is signalled alone.
        let script = #"""
            read -r _
            for file in "$1"/children/*; do
                number=${file##*/}
                kill -s KILL -- "-$number" 2>/dev/null || kill -s KILL "$number" 2>/dev/null
            done
            rm -rf -- "$1"
            """#
        shell = try ChildProcess(
            path: "/bin/sh", arguments: ["sh", "-c", ByteString(script), "sh", ByteString(made)],
            environment: ["PATH": "/usr/bin:/bin"], streams: .init(input: reading), isLeftToJanitor: false)
    }

    /// A unique name for a temporary directory.
    func newDirectoryPath() -> String {
        "\(directory)/\(directoryCount.add(1, ordering: .relaxed).newValue)"
    }

    /// Registers a process, which is killed at the end unless ``forget(_:)`` is called first.
    func note(_ process: pid_t) {
        let file = open("\(directory)/children/\(process)", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        if file >= 0 { close(file) }
    }

    /// Unregisters a process, whose number may soon be another's.
    func forget(_ process: pid_t) {
        unlink("\(directory)/children/\(process)")
    }

    private static func finish() {
        guard case .success(let janitor) = made else { return }
        janitor.pipe.closeNow()
        _ = janitor.shell.wait(until: Deadline(after: hangLimit))
    }
}
