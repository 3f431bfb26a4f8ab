#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The sources of a module, with their folders and the types they mention.
struct SourceTree {
    struct File {
        /// Relative to the module's folder.
        let path: String
        /// Types that the file declares outside of any other.
        let declarations: Set<String>
        /// Names in the code that begin with a capital letter.
        let mentions: Set<String>

        init(path: String, code: String) {
            self.path = path
            let lines = Self.stripped(Array(code.utf8)).split(separator: UInt8(ascii: "\n"))
            var (declarations, mentions): (Set<String>, Set<String>) = ([], [])
            for line in lines {
                let words = line.split { !Self.isPartOfName($0) }.map { String(decoding: $0, as: UTF8.self) }
                for word in words where word.first?.isUppercase ?? false { mentions.insert(word) }
                guard line.first != UInt8(ascii: " "),
                    let keyword = words.firstIndex(where: { Self.keywords.contains($0) }), keyword + 1 < words.count,
                    words[..<keyword].allSatisfy({ Self.modifiers.contains($0) })
                else { continue }
                declarations.insert(words[keyword + 1])
            }
            self.declarations = declarations
            self.mentions = mentions
        }

        var folder: String { String(path.split(separator: "/").first ?? "") }

        /// The folder within the folder; empty for a file directly in it.
        var subfolder: String {
            let parts = path.split(separator: "/")
            return parts.count > 2 ? String(parts[1]) : ""
        }

        private static let keywords: Set = ["struct", "class", "enum", "protocol", "actor", "typealias"]
        private static let modifiers: Set = ["package", "public", "final", "indirect", "private", "fileprivate"]

        private static func isPartOfName(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: "_") || byte >= 0x80 || (0x30...0x39).contains(byte)
                || (0x41...0x5a).contains(byte & 0xdf)
        }

        /// The code without comments and the contents of string literals.
        private static func stripped(_ code: [UInt8]) -> [UInt8] {
            var out: [UInt8] = []
            var index = 0
            func stands(_ text: StaticString) -> Bool {
                let end = index + text.utf8CodeUnitCount
                return end <= code.count && code[index..<end].elementsEqual(text.description.utf8)
            }
            func skip(past text: StaticString, escapes: Bool = false) {
                while index < code.count, !stands(text) { index += escapes && code[index] == 0x5c ? 2 : 1 }
                index = min(code.count, index + text.utf8CodeUnitCount)
            }
            while index < code.count {
                if stands("//") {
                    while index < code.count, code[index] != 0x0a { index += 1 }
                } else if stands("/*") {
                    skip(past: "*/")
                } else if stands("\"\"\"") {
                    index += 3
                    skip(past: "\"\"\"", escapes: true)
                } else if stands("\"") {
                    index += 1
                    skip(past: "\"", escapes: true)
                } else {
                    out.append(code[index])
                    index += 1
                }
            }
            return out
        }
    }

    let files: [File]
    /// The file of each type.
    let owners: [String: File]

    /// Reads the sources of a module of this package.
    init(module: String) throws {
        let here = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        let root = here.dropLast(4).joined(separator: "/") + "/Sources/\(module)"
        files = try Self.paths(below: root).sorted().map { path in
            File(path: String(path.dropFirst(root.count + 1)), code: try Self.contents(of: path))
        }
        var owners: [String: File] = [:]
        for file in files {
            for name in file.declarations where owners[name] == nil { owners[name] = file }
        }
        self.owners = owners
    }

    struct Unreadable: Error { var path: String }

    private static func paths(below folder: String) throws -> [String] {
        guard let directory = opendir(folder) else { throw Unreadable(path: folder) }
        defer { closedir(directory) }
        var paths: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            let path = "\(folder)/\(name)"
            if name.hasSuffix(".swift") {
                paths.append(path)
            } else if !name.hasPrefix("."), !name.contains(".") {
                paths += try Self.paths(below: path)
            }
        }
        return paths
    }

    private static func contents(of path: String) throws -> String {
        guard let file = fopen(path, "r") else { throw Unreadable(path: path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
