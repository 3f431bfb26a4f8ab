// swift-tools-version: 6.2

import PackageDescription

// A separate package, so that the project's does not depend on what only the benchmarks need.
let package = Package(
    name: "mcsh-benchmarks",
    platforms: [.macOS(.v26)],
    dependencies: [.package(name: "mcsh", path: "..")],
    targets: [
        .executableTarget(
            name: "ConcurrentGets",
            dependencies: [.product(name: "MemcacheCore", package: "mcsh")],
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            ])
    ]
)
