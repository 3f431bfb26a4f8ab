import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A real memcached for one test. It is stopped, and its files removed, when the last reference goes, or when the test
/// process ends.
///
///     let server = try await MemcachedServer.start()
///     try await server.store("value", under: "key")
package final class MemcachedServer: Sendable {
    /// How to find out that the server is ready.
    package enum Readiness: Sendable {
        /// It answers `version` with any line.
        case answers
        /// It accepts a connection, like servers with TLS or SASL that do not answer plain text.
        case accepts
    }

    /// The address for mcsh's `-s`: `unix:/path`, `127.0.0.1:port` or `[::1]:port`.
    package let address: String
    /// The private directory with the server's socket and log.
    package let directory: TemporaryDirectory

    private let program: String
    private let arguments: [ByteString]
    private let readiness: Readiness
    private let running: Mutex<ChildProcess?>

    /// Starts a server and waits until it is ready.
    ///
    /// - Parameter arguments: Further options of memcached, such as `["-I", "2m"]`.
    package static func start(
        on endpoint: ServerEndpoint = .unixSocket, arguments: [String] = [], readiness: Readiness = .answers,
        within limit: Duration = hangLimit
    ) async throws -> MemcachedServer {
        try await onThread {
            try MemcachedServer(endpoint, arguments, readiness, until: Deadline(after: limit))
        }
    }

    /// Starts several servers.
    package static func start(
        _ count: Int, on endpoint: ServerEndpoint = .unixSocket, arguments: [String] = []
    ) async throws -> [MemcachedServer] {
        var servers: [MemcachedServer] = []
        for _ in 0..<count { servers.append(try await start(on: endpoint, arguments: arguments)) }
        return servers
    }

    /// Starts a server, and stops it when `body` is done.
    package static func withServer<Answer>(
        on endpoint: ServerEndpoint = .unixSocket, arguments: [String] = [], readiness: Readiness = .answers,
        _ body: (MemcachedServer) async throws -> Answer
    ) async throws -> Answer {
        let server = try await start(on: endpoint, arguments: arguments, readiness: readiness)
        defer { server.kill() }
        return try await body(server)
    }

    private init(
        _ endpoint: ServerEndpoint, _ extra: [String], _ readiness: Readiness, until deadline: Deadline
    ) throws {
        guard let program = Self.installedProgram else {
            throw TestSupportFailure("memcached is not installed; the tests need it in PATH or in MCSH_MEMCACHED")
        }
        self.program = program
        self.readiness = readiness
        directory = try TemporaryDirectory()
        var arguments = ["-U", "0"]
        if getuid() == 0 { arguments += ["-u", "root"] }
        arguments += extra

        if endpoint == .unixSocket {
            let path = directory.path(of: "socket")
            address = SocketAddress.unix(path: path).text
            self.arguments = (arguments + ["-s", path, "-a", "0600"]).map { ByteString($0) }
            running = Mutex(try Self.launch(program, self.arguments, in: directory))
        } else {
            let host = endpoint == .tcp ? "127.0.0.1" : "::1"
            arguments += ["-l", host]
            // Port -1 lets the system choose, and memcached writes its choice to a file.
            let first = try Self.launch(
                program, (arguments + ["-p", "-1"]).map { ByteString($0) }, in: directory, portFile: "port")
            running = Mutex(first)
            let port = try Self.chosenPort(of: first, in: directory, until: deadline)
            address = (endpoint == .tcp ? SocketAddress.ipv4(port: port) : .ipv6(port: port)).text
            self.arguments = (arguments + ["-p", "\(port)"]).map { ByteString($0) }
        }
        try waitUntilReady(until: deadline)
    }

    deinit {
        kill()
    }

    /// The memcached that the tests use: `MCSH_MEMCACHED`, or else the one in `PATH`; nil if there is none.
    package static let installedProgram: String? = {
        let named = currentEnvironment()["MCSH_MEMCACHED"] ?? ""
        return named.isEmpty ? findProgram("memcached") : findProgram(at: named)
    }()

    /// The server's process number, nil when it is stopped.
    package var processNumber: Int32? {
        running.withLock { $0?.number }
    }

    /// Kills the server at once, as a crash would, and waits until it is gone. Its socket's file stays.
    package func stop() async throws {
        guard let process = kill() else { return }
        try await onThread {
            guard process.wait(until: Deadline(after: hangLimit)) != nil else {
                throw TestSupportFailure("memcached did not end after SIGKILL")
            }
        }
    }

    /// Starts the server again, empty and at the same address. A running one is stopped first.
    package func restart(within limit: Duration = hangLimit) async throws {
        try await stop()
        try await onThread { [self] in
            let started = try Self.launch(program, arguments, in: directory)
            running.withLock { $0 = started }
            try waitUntilReady(until: Deadline(after: limit))
        }
    }

    /// Suspends the server's process: connections are still accepted by the system, but nothing is answered.
    package func pause() async throws {
        guard let process = running.withLock({ $0 }) else { return }
        try await onThread {
            process.signal(SIGSTOP)
            process.waitUntilStopped()
        }
    }

    package func resume() {
        running.withLock { $0?.signal(SIGCONT) }
    }

    /// A plain connection to the server.
    package func connect() async throws -> RawConnection {
        try await .connect(to: address)
    }

    /// Sends a request on a separate connection and returns the reply up to and including `ending`.
    package func exchange(_ request: ByteString, through ending: ByteString = "\r\n") async throws -> ByteString {
        try await connect().exchange(request, through: ending)
    }

    /// Stores an item without the code under test.
    package func store(
        _ value: ByteString, under key: ByteString, flags: UInt64 = 0, expiration: Int = 0
    ) async throws {
        let request = "set \(key) \(flags) \(expiration) \(value.count)\r\n\(value)\r\n" as ByteString
        let reply = try await exchange(request)
        guard reply == "STORED\r\n" else { throw TestSupportFailure("set \(key) was answered with \(reply)") }
    }

    /// Reads an item's CAS token without the code under test.
    package func casToken(of key: ByteString) async throws -> ByteString {
        let line = try await exchange("mg \(key) c\r\n")
        guard line.hasPrefix("HD c") else { throw TestSupportFailure("mg \(key) was answered with \(line)") }
        return ByteString(String(line.text.dropFirst(4).prefix { $0.isNumber }))
    }

    /// Reads a value without the code under test; nil if there is none.
    package func value(of key: ByteString) async throws -> ByteString? {
        let connection = try await connect()
        let line = try await connection.exchange("get \(key)\r\n")
        if line == "END\r\n" { return nil }
        let words = line.text.split { $0 == " " || $0.isNewline }
        guard words.count == 4, let size = Int(words[3]) else {
            throw TestSupportFailure("get \(key) was answered with \(line)")
        }
        let value = try await connection.receive(count: size)
        guard try await connection.receive(through: "END\r\n") == "\r\nEND\r\n" else {
            throw TestSupportFailure("the value of \(key) does not end where it should")
        }
        return value
    }

    /// One of the general-purpose statistics, such as `curr_items` or `cmd_flush`.
    package func statistic(_ name: String) async throws -> String? {
        let reply = try await exchange("stats\r\n", through: "END\r\n")
        for line in reply.text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ", maxSplits: 2)
            if words.count == 3, words[1] == name { return String(words[2]) }
        }
        return nil
    }

    /// Waits until this many connections watch the server's log.
    package func waitForWatchers(_ count: Int = 1) async throws {
        guard try await eventually({ try await statistic("log_watchers") == "\(count)" }) else {
            throw TestSupportFailure("waited for \(count) watchers of \(address) in vain")
        }
    }

    @discardableResult
    private func kill() -> ChildProcess? {
        running.withLock { running in
            defer { running = nil }
            running?.kill()
            return running
        }
    }

    private static func launch(
        _ program: String, _ arguments: [ByteString], in directory: TemporaryDirectory, portFile: String? = nil
    ) throws -> ChildProcess {
        let log = open(directory.path(of: "log"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard log >= 0 else { throw TestSupportFailure.systemCall("open log") }
        defer { close(log) }
        var environment = currentEnvironment()
        environment["MEMCACHED_PORT_FILENAME"] = portFile.map(directory.path(of:))
        return try ChildProcess(
            path: program, arguments: ["memcached"] + arguments, environment: environment,
            streams: .init(errors: log))
    }

    private static func chosenPort(
        of running: ChildProcess, in directory: TemporaryDirectory, until deadline: Deadline
    ) throws -> UInt16 {
        while !deadline.hasPassed {
            // memcached writes the file under another name and renames it when it is complete.
            if let word = try? directory.read("port").text.split(whereSeparator: \.isWhitespace).last,
                let port = UInt16(word)
            {
                return port
            }
            try checkAlive(running, in: directory)
            rest()
        }
        throw TestSupportFailure("memcached did not say which port it has: \(log(in: directory))")
    }

    private func waitUntilReady(until deadline: Deadline) throws {
        guard let running = running.withLock({ $0 }) else { return }
        let address = try SocketAddress(address)
        while !deadline.hasPassed {
            try Self.checkAlive(running, in: directory)
            if let socket = try? address.connect(until: deadline) {
                if readiness == .accepts { return }
                try socket.write(Array("version\r\n".utf8), until: deadline)
                if let answer = try? socket.read(until: deadline), !answer.isEmpty { return }
            }
            Self.rest()
        }
        throw TestSupportFailure("memcached at \(self.address) does not answer: \(Self.log(in: directory))")
    }

    private static func checkAlive(_ running: ChildProcess, in directory: TemporaryDirectory) throws {
        guard let status = running.ended else { return }
        throw TestSupportFailure("memcached did not start (\(status)): \(log(in: directory))")
    }

    private static func log(in directory: TemporaryDirectory) -> String {
        (try? directory.read("log"))?.text ?? ""
    }

    /// The pause between two checks of a server that is starting.
    private static func rest() {
        usleep(2000)
    }
}
