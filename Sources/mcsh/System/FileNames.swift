import MemcachePlatform

/// Names of files, for completion.
enum FileNames {
    /// The maximum number of entries read from a directory.
    private static let maximumCount = 5000

    /// The files whose paths begin with some bytes, in order; a directory is followed by a slash. Calls `opendir`,
    /// `readdir` and `stat`.
    static func beginning(with prefix: [UInt8]) -> [(path: [UInt8], isDirectory: Bool)] {
        let slash = prefix.lastIndex(of: UInt8(ascii: "/"))
        let directory = slash.map { Array(prefix[...$0]) } ?? []
        let start = Array(prefix[(slash.map { $0 + 1 } ?? 0)...])
        guard !prefix.contains(0), let handle = opendir(terminated(directory.isEmpty ? [UInt8(ascii: ".")] : directory))
        else { return [] }
        defer { closedir(handle) }
        var found: [(path: [UInt8], isDirectory: Bool)] = []
        while found.count < maximumCount, let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard name.starts(with: start), name != [UInt8(ascii: ".")], name != Array("..".utf8) else { continue }
            if name.first == UInt8(ascii: "."), start.isEmpty { continue }
            let path = directory + name
            var status = stat()
            let isDirectory = stat(terminated(path), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            found.append((isDirectory ? path + [UInt8(ascii: "/")] : path, isDirectory))
        }
        return found.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }

    private static func terminated(_ path: [UInt8]) -> [CChar] { path.map { CChar(bitPattern: $0) } + [0] }
}
