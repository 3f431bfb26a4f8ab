import MemcachePlatform

/// A file that only its owner may read, in a directory of its own, to pass a text to another program.
struct PrivateFile {
    let path: [UInt8]
    private let directory: [UInt8]

    /// Creates the directory, with the mode 0700, and the file, with 0600. Calls `mkdtemp` and `open`.
    ///
    /// - Parameter name: The file's name; programs determine its type by the extension.
    static func make(named name: String, _ contents: [UInt8]) -> Result<PrivateFile, FileError> {
        let variable = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        var template = Array(((variable.isEmpty ? "/tmp" : variable) + "/mcsh-edit-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { return .failure(FileError(code: errno)) }
        let directory = template.dropLast().map { UInt8(bitPattern: $0) }
        let file = PrivateFile(path: directory + Array("/\(name)".utf8), directory: directory)
        let descriptor = open(terminated(file.path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let error = errno
            file.remove()
            return .failure(FileError(code: error))
        }
        let error = FileDescriptors.write(contents, to: descriptor)
        close(descriptor)
        guard error == 0 else {
            file.remove()
            return .failure(FileError(code: error))
        }
        return .success(file)
    }

    /// Replaces the contents without losing anything if that fails: the file then stays as it is. Calls `rename`.
    func replace(_ contents: [UInt8]) {
        let other = path + Array(".new".utf8)
        let descriptor = open(Self.terminated(other), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let error = FileDescriptors.write(contents, to: descriptor)
        close(descriptor)
        guard error == 0, rename(Self.terminated(other), Self.terminated(path)) == 0 else {
            unlink(Self.terminated(other))
            return
        }
    }

    /// Removes the directory with everything that a program may have left there: no copies of a value should remain.
    /// Calls `readdir` and `unlink`.
    func remove() {
        if let handle = opendir(Self.terminated(directory)) {
            while let entry = readdir(handle) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
                unlink(Self.terminated(directory + [UInt8(ascii: "/")] + name))
            }
            closedir(handle)
        }
        rmdir(Self.terminated(directory))
    }

    private static func terminated(_ path: [UInt8]) -> [CChar] { path.map { CChar(bitPattern: $0) } + [0] }
}
