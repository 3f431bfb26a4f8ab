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

    /// What is left of the web that the shell was: the table of commands names those above it, and commands that are not
    /// an ``Operation`` yet are functions of the shell. It only gets shorter.
    private static let allowed: Set = [
        "Commands/CommandSpec.swift mentions KeysQuery", "Commands/CommandSpec.swift mentions WatchQuery",
        "Commands/CommandTable.swift mentions OperatorSpecs", "Commands/CommandTable.swift mentions PoolSpecs",
        "Commands/CommandTable.swift mentions ShellSpecs", "Commands/ServerSpecs.swift mentions WatchQuery",
        "Operations/Edit/Shell+Edit.swift mentions Shell", "Operations/Keys/Shell+KeyList.swift mentions Shell",
        "Operations/Listing/Shell+MatchDeletion.swift mentions Shell",
        "Operations/Listing/Shell+Streams.swift mentions Shell",
        "Operations/Raw/ProtocolPipe.swift mentions CommandLog",
        "Operations/Raw/Shell+Raw.swift mentions Shell", "Operations/Servers/Shell+Pool.swift mentions Shell",
        "Operations/Show/Shell+Keys.swift mentions Shell", "Operations/Watch/Shell+Watch.swift mentions Shell",
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
                let mention = "\(file.path) mentions \(name)"
                if !Self.allowed.contains(mention) { upwards.append("\(mention) of \(owner.path)") }
            }
        }
        #expect(upwards == [])
    }

    @Test func `what is allowed is still there`() throws {
        let tree = try SourceTree(module: "mcsh")
        let mentions = Set(tree.files.flatMap { file in file.mentions.map { "\(file.path) mentions \($0)" } })
        #expect(Self.allowed.subtracting(mentions) == [])
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
