import MemcacheCore
import MemcachePlatform

/// The configuration file: the settings at its top, and its named pools. Its format is documented in the manual page
/// mcshrc(5).
struct ConfigurationFile: Hashable, Sendable {
    /// The path of the file.
    let path: String
    /// The settings for every pool, and for servers without one.
    let defaults: PoolSettings
    /// The pools by name.
    let pools: [String: NamedPool]

    /// The maximum size; a longer file is not read.
    static let maximumBytes = 1_048_576

    /// The path of the file: `$XDG_CONFIG_HOME/mcsh/config.toml`, else `~/.config/mcsh/config.toml`. A directory that
    /// is not absolute is ignored; nil if there is none at all.
    static func path(environment: Environment) -> String? {
        if let directory = environment["XDG_CONFIG_HOME"], directory.hasPrefix("/") {
            return directory + "/mcsh/config.toml"
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return home + "/.config/mcsh/config.toml"
    }

    /// Reads the file; nil if there is none. Calls `open` and `fstat`.
    ///
    /// - Parameter defaultPort: The port of a server that names none.
    static func read(_ path: String, defaultPort: Int) throws(OptionFault) -> ConfigurationFile? {
        func unreadable(_ reason: String) -> OptionFault {
            OptionFault(
                message: "cannot read \(shown(path)): \(reason); --no-config runs without it", status: .localFailure)
        }
        // Without waiting: a pipe may never have a writer.
        let descriptor = FileDescriptors.open(Array(path.utf8), flags: O_RDONLY | O_NONBLOCK)
        if descriptor == -ENOENT || descriptor == -ENOTDIR { return nil }
        guard descriptor >= 0 else { throw unreadable(FileDescriptors.reason(-descriptor)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(FileDescriptors.reason(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw unreadable("it is not a file") }
        guard status.st_size <= maximumBytes else { throw unreadable("it is longer than \(maximumBytes) bytes") }
        switch FileDescriptors.readAll(descriptor) {
        case .success(let bytes):
            return try ConfigurationFile(
                bytes, path: path, mode: UInt32(status.st_mode & 0o7777), defaultPort: defaultPort)
        case .failure(let error):
            throw unreadable(error.reason)
        }
    }

    /// Reads the file's bytes.
    ///
    /// - Parameter mode: The file's permissions; a file that contains a password must be readable by its owner only.
    init(
        _ bytes: [UInt8], path: String, mode: UInt32, defaultPort: Int = ServerAddress.defaultPort
    ) throws(OptionFault) {
        self.path = path
        do throws(TOMLDocument.Fault) {
            (defaults, pools) = try ConfigurationReader.read(bytes, defaultPort: defaultPort)
        } catch {
            let place = "\(ConfigurationFile.shown(path)):\(error.place.line):\(error.place.column)"
            throw OptionFault(message: error.message, place: place)
        }
        if mode & 0o077 != 0, pools.values.contains(where: \.holdsPassword) {
            throw OptionFault(
                message: "it holds a password, and others than its owner may open it (mode \(String(mode, radix: 8))); "
                    + "run: chmod 600 \(ConfigurationFile.shown(path))",
                place: ConfigurationFile.shown(path))
        }
        guard mode & 0o002 == 0 else {
            throw OptionFault(
                message: "everyone may write it (mode \(String(mode, radix: 8))); "
                    + "run: chmod o-w \(ConfigurationFile.shown(path))",
                place: ConfigurationFile.shown(path))
        }
    }

    static func shown(_ path: String) -> String { EscapedText.string(Array(path.utf8)) }
}

extension NamedPool {
    /// Whether the file itself contains a secret of the pool.
    fileprivate var holdsPassword: Bool {
        if case .password = credentials?.secret { return true }
        return false
    }
}
