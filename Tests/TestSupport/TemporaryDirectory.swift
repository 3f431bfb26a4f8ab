#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A private (0700) directory that is removed with everything in it when the last reference goes. Its path is short
/// enough for a Unix socket.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() throws {
        path = try Janitor.shared.newDirectoryPath()
        guard mkdir(path, 0o700) == 0 else { throw TestSupportFailure.systemCall("mkdir \(path)") }
    }

    deinit {
        removeTree(path)
    }

    package func path(of name: String) -> String {
        "\(path)/\(name)"
    }

    /// Writes a file and returns its path.
    @discardableResult
    package func write(_ contents: ByteString, to name: String, mode: UInt32 = 0o600) throws -> String {
        let file = open(path(of: name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(mode))
        guard file >= 0 else { throw TestSupportFailure.systemCall("open \(name)") }
        try Descriptor(file).write(contents.bytes, until: Deadline(after: hangLimit))
        return path(of: name)
    }

    package func read(_ name: String) throws -> ByteString {
        let number = open(path(of: name), O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw TestSupportFailure.systemCall("open \(name)") }
        let file = Descriptor(number)
        var contents = ByteString()
        while true {
            let part = try file.read(until: Deadline(after: hangLimit))
            if part.isEmpty { return contents }
            contents.bytes += part
        }
    }

    /// Creates a directory unless it exists, and returns its path.
    @discardableResult
    package func makeDirectory(_ name: String) throws -> String {
        guard mkdir(path(of: name), 0o700) == 0 || errno == EEXIST else {
            throw TestSupportFailure.systemCall("mkdir \(name)")
        }
        return path(of: name)
    }

    /// The names in a directory below this one, without `.` and `..`.
    package func contents(of name: String = ".") -> [String] {
        namesIn(path(of: name)).sorted()
    }
}

private func namesIn(_ path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                String(cString: $0)
            }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names
}

private func removeTree(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
        for name in namesIn(path) { removeTree("\(path)/\(name)") }
        rmdir(path)
    } else {
        unlink(path)
    }
}
