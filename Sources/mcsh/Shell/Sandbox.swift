import MemcacheCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A private memcached on a Unix socket in a private directory, gone when mcsh is.
///
/// A small guard (`sh`) starts it and waits for the end of a pipe that only mcsh holds: however mcsh ends, the guard ends
/// the server and removes the directory. Calls `mkdtemp`, `pipe` and `posix_spawn`.
struct Sandbox {
    /// Where it listens.
    let address: ServerAddress

    /// The end of the pipe that keeps the server alive. It stays open until mcsh ends.
    private let lifeline: Int32
    private let guardProcess: pid_t
    private let directory: String

    /// Why there is no sandbox.
    struct Failure: Error {
        var reason: String
    }

    /// Starts a server and waits until it answers.
    init() throws(Failure) {
        directory = try Sandbox.makeDirectory()
        let path = directory + "/memcached.sock"
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Failure(reason: FileDescriptors.reason(errno)) }
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        lifeline = ends[1]
        address = ServerAddress(.unix(path: path))
        let script = """
            trap '' INT TERM HUP QUIT TSTP
            memcached -s "$1/memcached.sock" -a 0600 -m 64 -t 2 $(test "$(id -u)" = 0 && echo -u root) \
            </dev/null >"$1/log" 2>&1 3<&- &
            server=$!
            read -r _ <&3
            kill "$server" 2>/dev/null
            wait "$server" 2>/dev/null
            rm -rf -- "$1"
            """
        let arguments = ["sh", "-c", script, "mcsh-sandbox", directory]
        var process = pid_t()
        let error = Sandbox.spawn("/bin/sh", arguments, pipe: ends[0], &process)
        close(ends[0])
        guard error == 0 else { throw Failure(reason: FileDescriptors.reason(error)) }
        guardProcess = process
        guard Sandbox.waitForSocket(path) else {
            Sandbox.stop(lifeline: lifeline, guardProcess: process, directory: directory)
            throw Failure(reason: "memcached did not start; is it installed? (apt-get install memcached)")
        }
    }

    /// Ends the server now, and waits until it is gone with its directory.
    func stop() {
        Sandbox.stop(lifeline: lifeline, guardProcess: guardProcess, directory: directory)
    }

    /// The guard removes the directory; where it could not, for want of programs, that is done here.
    private static func stop(lifeline: Int32, guardProcess: pid_t, directory: String) {
        close(lifeline)
        var status: Int32 = 0
        while waitpid(guardProcess, &status, 0) == -1, errno == EINTR {}
        unlink(directory + "/memcached.sock")
        unlink(directory + "/log")
        rmdir(directory)
    }

    private static func makeDirectory() throws(Failure) -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = (parent + "/mcsh-XXXXXX").utf8CString.map { $0 }
        guard mkdtemp(&template) != nil else { throw Failure(reason: FileDescriptors.reason(errno)) }
        let bytes = template.dropLast().map { UInt8(bitPattern: $0) }
        guard bytes.count < 90 else { throw Failure(reason: "TMPDIR is too long for a socket's path") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Starts a program in a process group of its own, so that Ctrl-C does not reach it, with a pipe as descriptor 3.
    private static func spawn(
        _ program: String, _ arguments: [String], pipe: Int32, _ process: inout pid_t
    ) -> Int32 {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if pipe == 3 {
            // Duplicating a descriptor onto itself leaves it open across exec.
            _ = fcntl(pipe, F_SETFD, 0)
        } else {
            posix_spawn_file_actions_adddup2(&actions, pipe, 3)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        return posix_spawn(&process, program, &actions, &attributes, &words, environ)
    }

    /// Waits until something listens, for at most five seconds.
    private static func waitForSocket(_ path: String) -> Bool {
        for _ in 0..<500 {
            if canConnect(path) { return true }
            MainThread.sleep(.milliseconds(10))
        }
        return false
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
