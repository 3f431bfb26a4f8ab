// swift-tools-version: 6.2

import PackageDescription

/// For every target of ours.
let settings: [SwiftSetting] = [
    // SE-0335: an existential is written `any`, so that its cost shows.
    .enableUpcomingFeature("ExistentialAny"),
    // SE-0409: an import is internal unless it says otherwise, so that no dependency leaks into public signatures.
    .enableUpcomingFeature("InternalImportsByDefault"),
    // SE-0444: a member comes only from a module that the file imports.
    .enableUpcomingFeature("MemberImportVisibility"),
    // SE-0461: an async function runs where its caller runs, so that no hop happens unseen.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// libedit as a shared library or, where the Makefile asks for it, from archives with what it needs itself: then nothing is
/// loaded for the editor when the program starts, which most runs do not use.
let libedit: [LinkerSetting] =
    Context.environment["MCSH_STATIC_LIBEDIT"] == "1"
    ? ["edit", "tinfo", "bsd", "md"].map { .linkedLibrary(":lib\($0).a") }
    : [.linkedLibrary("edit")]

let package = Package(
    name: "mcsh",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "MemcacheCore", targets: ["MemcacheCore"]),
        .executable(name: "mcsh", targets: ["mcsh"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    ],
    targets: [
        // What has to happen before the Swift runtime is ready.
        .target(name: "CStart"),
        .systemLibrary(name: "CLibEdit", providers: [.apt(["libedit-dev"]), .brew(["libedit"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        // The C library of each system, imported once.
        .target(name: "MemcachePlatform", swiftSettings: settings),
        .target(
            name: "MemcacheCore",
            dependencies: [
                "CZlib",
                "MemcachePlatform",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "mcsh",
            dependencies: [
                "CLibEdit",
                "CStart",
                "MemcacheCore",
                "MemcachePlatform",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings, linkerSettings: libedit),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "MemcacheCoreTests", dependencies: ["MemcacheCore", "TestSupport"], exclude: ["Fixtures"],
            swiftSettings: settings),
        .testTarget(
            name: "MemcacheIntegrationTests",
            dependencies: ["MemcacheCore", "TestSupport", .product(name: "Logging", package: "swift-log")],
            swiftSettings: settings),
        // Skipped without a Python that has python-memcached: see `make test-interop`.
        .testTarget(
            name: "MemcacheInteropTests", dependencies: ["MemcacheCore", "TestSupport"],
            exclude: ["peer.py", "requirements.txt"], swiftSettings: settings),
        .testTarget(name: "mcshTests", dependencies: ["mcsh", "MemcacheCore", "TestSupport"], swiftSettings: settings),
        .testTarget(name: "mcshEndToEndTests", dependencies: ["mcsh", "TestSupport"], swiftSettings: settings),
    ]
)
