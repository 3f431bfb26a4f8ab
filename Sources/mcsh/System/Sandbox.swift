import MemcacheCore
import MemcachePlatform

/// A private memcached on a Unix socket in a private directory, which ends with mcsh.
///
/// A small guard (`sh`) starts it and waits for the end of a pipe that only mcsh has open: however mcsh ends, the guard
/// ends the server and removes the directory. If the server ends by itself, so does the guard, with its status. The
/// program is `MCSH_MEMCACHED`, else the memcached in `PATH`. Calls `mkdtemp`.
struct Sandbox {
    /// The address of the server.
    let address: ServerAddress

    /// The end of the pipe that keeps the server alive. It stays open until mcsh ends.
    private let lifeline: Int32
    private let guardProcess: ChildProcess
    private let directory: String

    /// Why there is no sandbox.
    struct Failure: Error {
        var reason: String
    }

    /// Starts a server and waits until it answers.
    init() throws(Failure) {
        directory = try Sandbox.makeDirectory()
        let path = directory + Sandbox.socketName
        guard let pipe = FileDescriptors.pipe() else {
            let reason = FileDescriptors.reason(errno)
            rmdir(directory)
            throw Failure(reason: reason)
        }
        lifeline = pipe.writing
        address = ServerAddress(.unix(path: path))
        let script = """
            trap '' INT TERM HUP QUIT TSTP
            "${MCSH_MEMCACHED:-memcached}" -s "$1/memcached.sock" -a 0600 -m 64 -t 2 $(test "$(id -u)" = 0 && echo -u root) \
            </dev/null >"$1/log" 2>&1 3<&- &
            server=$!
            { read -r _ <&3; kill "$server"; } 2>/dev/null &
            watcher=$!
            wait "$server" 2>/dev/null
            status=$?
            kill -9 "$watcher" 2>/dev/null
            rm -rf -- "$1"
            exit "$status"
            """
        do throws(ChildProcess.Failure) {
            guardProcess = try ChildProcess(
                Array(script.utf8), name: "mcsh-sandbox", arguments: [Array(directory.utf8)],
                .apart(lifeline: pipe.reading))
            close(pipe.reading)
        } catch {
            close(pipe.reading)
            close(pipe.writing)
            rmdir(directory)
            throw Failure(reason: "cannot run /bin/sh: \(FileDescriptors.reason(error.code))")
        }
        if let reason = Sandbox.waitForSocket(path, guardProcess: guardProcess) {
            Sandbox.stop(lifeline: lifeline, guardProcess: guardProcess, directory: directory)
            throw Failure(reason: reason)
        }
    }

    /// Ends the server now, and waits until it and its directory are gone.
    func stop() {
        Sandbox.stop(lifeline: lifeline, guardProcess: guardProcess, directory: directory)
    }

    /// The guard removes the directory; if it cannot, because programs are missing, that is done here.
    private static func stop(lifeline: Int32, guardProcess: ChildProcess, directory: String) {
        close(lifeline)
        guardProcess.wait()
        unlink(directory + "/memcached.sock")
        unlink(directory + "/log")
        rmdir(directory)
    }

    private static let socketName = "/memcached.sock"

    /// The longest path that the system supports, without the terminator of the text.
    private static let maximumPathBytes = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    private static func makeDirectory() throws(Failure) -> String {
        let variable = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        let parent = variable.isEmpty ? "/tmp" : variable
        var template = Array((parent + "/mcsh-XXXXXX").utf8CString)
        guard template.count - 1 + socketName.utf8.count <= maximumPathBytes else {
            throw Failure(reason: "TMPDIR is too long for the path of a socket")
        }
        guard mkdtemp(&template) != nil else {
            let shown = EscapedText.string(Array(parent.utf8))
            throw Failure(reason: "cannot make a directory in \(shown): \(FileDescriptors.reason(errno))")
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Waits until something listens, for at most five seconds, and not longer than the guard lives.
    ///
    /// - Returns: Why nothing does; nil on success.
    private static func waitForSocket(_ path: String, guardProcess: ChildProcess) -> String? {
        for _ in 0..<3000 {
            if canConnect(path) { return nil }
            if let status = guardProcess.statusIfEnded() { return reason(status: status) }
            Blocking.sleep(.milliseconds(10))
        }
        return "memcached does not listen after 30 s"
    }

    /// Why a server ended at once: sh exits with 126 or 127 if it cannot run a program.
    private static func reason(status: Int32) -> String {
        let named = getenv("MCSH_MEMCACHED").map { String(cString: $0) } ?? ""
        guard status == 126 || status == 127 else { return "memcached ended at once, with status \(status)" }
        guard named.isEmpty else {
            return "cannot run \(EscapedText.string(Array(named.utf8))): see MCSH_MEMCACHED"
        }
        return "memcached is not installed, or not in PATH (apt-get install memcached)"
    }

    private static func canConnect(_ path: String) -> Bool {
        #if canImport(Darwin)
            let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
        #else
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        } == 0
    }
}
