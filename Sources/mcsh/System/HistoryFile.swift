import MemcachePlatform

/// A file that several shells append lines to. Calls `open`, `flock`, `read`, `write` and `rename`.
final class HistoryFile {
    private let path: [UInt8]
    /// How far the file has been read, and which file that was.
    private var offset = 0
    private var identity: (device: dev_t, inode: ino_t)?
    private var error: String?
    private var isErrorTold = false

    /// The maximum number of bytes read.
    private static let maximumBytes = 64 << 20

    init(path: String) {
        self.path = Array(path.utf8)
    }

    /// The path of the file, by the XDG rules; nil without a home.
    static func path(environment: Environment) -> String? {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/mcsh/history" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return home + "/.local/state/mcsh/history"
    }

    /// Returns once why the file cannot be written.
    func takeError() -> String? {
        guard let error, !isErrorTold else { return nil }
        isErrorTold = true
        return error
    }

    /// The lines that were appended since the last call.
    func readNew() -> [[UInt8]] {
        let descriptor = FileDescriptors.openFile(path, flags: O_RDONLY)
        if descriptor == -FileDescriptors.notAFile { noteFailure(-descriptor) }
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, !isRead(status), lock(descriptor, LOCK_SH) else { return [] }
        return readRest(of: descriptor)
    }

    /// Appends a line.
    ///
    /// - Returns: The new lines in the file, followed by this one.
    func append(_ line: [UInt8]) -> [[UInt8]] {
        let descriptor = openForAppending()
        guard descriptor >= 0 else {
            noteFailure(-descriptor)
            return [line]
        }
        defer { close(descriptor) }
        var lines = readRest(of: descriptor)
        var text = line + [UInt8(ascii: "\n")]
        // A shell that was killed in the middle of a line, or an editor, leaves a line without its terminator.
        let isTorn = hasTornEnd(descriptor)
        if isTorn { text.insert(UInt8(ascii: "\n"), at: 0) }
        let code = FileDescriptors.write(text, to: descriptor)
        if code != 0 {
            noteFailure(code)
        }
        // A line that has just been completed is new as well.
        let completed = isTorn && code == 0 ? readRest(of: descriptor) : []
        offset = Int(lseek(descriptor, 0, SEEK_END))
        lines += completed.isEmpty ? [line] : completed
        return lines
    }

    /// Rewrites a file that has grown to more than twice as many lines as should be kept: a new file replaces it.
    func compact(keeping count: Int) {
        var status = stat()
        guard lstat(terminated(path), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        let descriptor = openForAppending()
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let lines = readRest(of: descriptor)
        offset = 0
        guard lines.count > 2 * count else { return }
        let temporary = path + Array(".\(getpid())".utf8)
        unlink(terminated(temporary))
        let new = FileDescriptors.open(temporary, flags: O_WRONLY | O_CREAT | O_EXCL)
        guard new >= 0 else { return }
        defer { close(new) }
        fchmod(new, 0o600)
        let kept = lines.suffix(count).joined(separator: [UInt8(ascii: "\n")])
        if FileDescriptors.write(Array(kept) + [UInt8(ascii: "\n")], to: new) == 0, fsync(new) == 0,
            rename(terminated(temporary), terminated(path)) == 0
        {
            identity = nil
            return
        }
        unlink(terminated(temporary))
    }

    private func noteFailure(_ code: Int32) {
        let reason = code == EWOULDBLOCK ? "another program has locked it" : FileDescriptors.reason(code)
        error = error ?? "the history is not kept: cannot write its file: \(reason)"
    }

    /// Locks the file; false if another program does not release it. Calls `flock`.
    private func lock(_ descriptor: Int32, _ operation: Int32) -> Bool {
        for _ in 0..<100 {
            if flock(descriptor, operation | LOCK_NB) == 0 { return true }
            if errno != EWOULDBLOCK, errno != EINTR { return true }
            Blocking.sleep(.milliseconds(10))
        }
        return false
    }

    /// Opens the file and locks it: created with its directories if it does not exist, inaccessible to other users.
    private func openForAppending() -> Int32 {
        for _ in 0..<10 {
            var descriptor = FileDescriptors.openFile(path, flags: O_RDWR | O_APPEND)
            if descriptor == -ENOENT {
                makeDirectories()
                let mask = umask(0o077)
                descriptor = FileDescriptors.openFile(path, flags: O_RDWR | O_APPEND | O_CREAT)
                umask(mask)
            }
            guard descriptor >= 0 else { return descriptor }
            guard lock(descriptor, LOCK_EX) else {
                close(descriptor)
                return -EWOULDBLOCK
            }
            var opened = stat()
            var named = stat()
            guard fstat(descriptor, &opened) == 0 else { return descriptor }
            // Another shell may have replaced it by a shorter file in the meantime.
            if stat(terminated(path), &named) == 0, named.st_ino == opened.st_ino, named.st_dev == opened.st_dev {
                if opened.st_mode & S_IFMT == S_IFREG, opened.st_mode & 0o077 != 0 { fchmod(descriptor, 0o600) }
                return descriptor
            }
            close(descriptor)
        }
        return -EBUSY
    }

    /// Whether the last line of the file lacks its terminator.
    private func hasTornEnd(_ descriptor: Int32) -> Bool {
        var status = stat()
        var last: UInt8 = 0
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return false }
        return pread(descriptor, &last, 1, status.st_size - 1) == 1 && last != UInt8(ascii: "\n")
    }

    private func isRead(_ status: stat) -> Bool {
        identity.map { $0 == (status.st_dev, status.st_ino) } == true && Int(status.st_size) == offset
    }

    /// The lines after those already read. If the file has been replaced, nothing: its lines are those of the old one.
    private func readRest(of descriptor: Int32) -> [[UInt8]] {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
        let size = min(Int(status.st_size), Self.maximumBytes)
        if let identity, identity != (status.st_dev, status.st_ino) || offset > size { offset = size }
        identity = (status.st_dev, status.st_ino)
        guard size > offset else { return [] }
        var bytes = [UInt8](repeating: 0, count: size - offset)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
        guard count > 0 else { return [] }
        bytes.removeLast(bytes.count - count)
        // A line that is still being written is read once it is complete.
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        offset += end + 1
        return bytes[..<end].split(separator: UInt8(ascii: "\n")).map { Array($0) }
    }

    private func makeDirectories() {
        for (index, byte) in path.enumerated() where byte == UInt8(ascii: "/") && index > 0 {
            mkdir(terminated(Array(path[..<index])), 0o700)
        }
    }

    private func terminated(_ path: [UInt8]) -> [CChar] { path.map { CChar(bitPattern: $0) } + [0] }
}
