import Testing

/// The order of the folders in `Sources/`: a file mentions types of its own folder and of those before it.
@Suite struct FolderDependencyTests {
    /// The folders of `mcsh`, lowest first.
    private static let shell = [
        "System", "Language", "Rendering", "Values", "Statistics", "Terminal", "Output", "Commands", "Answers",
        "Pipeline", "Help", "Configuration", "Options", "Completion", "Operations", "Shell", "Prompt", "Main",
    ]

    /// The folders of `MemcacheCore`, lowest first.
    private static let library = [
        "Wire", "Model", "Protocol", "Commands", "Connection", "Streams", "Routing", "Profiles", "Pool", "Client",
    ]

    @Test(arguments: [("mcsh", shell), ("MemcacheCore", library)])
    func `every file is in a folder that has a place in the order`(module: String, order: [String]) throws {
        let folders = try SourceTree(module: module).files.map(\.folder)
        #expect(Set(folders).subtracting(order) == [])
        #expect(Set(order).subtracting(folders) == [])
    }

    @Test(arguments: [("mcsh", shell), ("MemcacheCore", library)])
    func `no file mentions a type of a folder above its own`(module: String, order: [String]) throws {
        let tree = try SourceTree(module: module)
        var upwards: [String] = []
        for file in tree.files {
            guard let own = order.firstIndex(of: file.folder) else { continue }
            for name in file.mentions.sorted() {
                guard let owner = tree.owners[name], let other = order.firstIndex(of: owner.folder), other > own else {
                    continue
                }
                upwards.append("\(file.path) mentions \(name) of \(owner.path)")
            }
        }
        #expect(upwards == [])
    }

    @Test func `planning mentions nothing that could reach a server, the terminal or a file`() throws {
        let reaching: Set = [
            "Blocking", "Connection", "FileDescriptors", "Fleet", "InterruptCatcher", "MemcacheClient",
            "MemcachePlatform", "Messages", "OperationHost", "OutputSink", "Question", "Server", "ServerPool",
            "Session",
            "Task", "Terminal",
        ]
        // What an operation gets for the time after planning is in a folder of its own.
        let files = try SourceTree(module: "mcsh").files.filter {
            $0.folder == "Commands" && $0.subfolder != "Operation"
        }
        #expect(files.count > 20)
        #expect(
            files.flatMap { file in file.mentions.intersection(reaching).map { "\(file.path) mentions \($0)" } } == [])
    }

    @Test func `no operation mentions the folder of another`() throws {
        let tree = try SourceTree(module: "mcsh")
        let operations = tree.files.filter { $0.folder == "Operations" }
        var owners: [String: String] = [:]
        for file in operations { for name in file.declarations { owners[name] = file.subfolder } }
        var crossings: [String] = []
        for file in operations {
            for name in file.mentions {
                guard let owner = owners[name], owner != file.subfolder, owner != "Support" else { continue }
                crossings.append("\(file.path) mentions \(name) of \(owner)")
            }
        }
        #expect(crossings == [])
    }

    @Test func `mentions are names in code, not in comments and texts`() {
        let code = """
            /// Uses Shell.
            struct One { let two: Two /* Three */ = Two("Four \\"Five\\"") } // Six
            final class Seven: Eight {}
            """
        let file = SourceTree.File(path: "A/B/C.swift", code: code)
        #expect(file.mentions == ["One", "Two", "Seven", "Eight"])
        #expect(file.declarations == ["One", "Seven"])
        #expect(file.folder == "A")
        #expect(file.subfolder == "B")
    }
}
