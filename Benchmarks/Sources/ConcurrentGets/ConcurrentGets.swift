import MemcacheCore

/// Reads values of 100 bytes in many concurrent tasks, over the one connection of one client, and prints the number of gets
/// per second.
///
///     ConcurrentGets HOST:PORT CALLERS GETS [client]
///
/// With `client` the tasks run on the client's own executor, otherwise on Swift's own threads.
@main
enum ConcurrentGets {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 4, let callers = Int(arguments[2]), let gets = Int(arguments[3]), callers > 0 else {
            throw Failure.usage("ConcurrentGets HOST:PORT CALLERS GETS [client]")
        }
        let client = try MemcacheClient(server: arguments[1])
        defer { client.close() }
        let executor = arguments.dropFirst(4).first == "client" ? client.taskExecutor : nil
        for number in 0..<keyCount { try await client.set(try key(number), to: value(number)) }
        // The first gets warm the caches and are not counted.
        try await read(client, on: executor, callers: callers, gets: gets / 10 / callers)
        let perCaller = gets / callers
        let duration = try await ContinuousClock().measure {
            try await read(client, on: executor, callers: callers, gets: perCaller)
        }
        print(Int(Double(perCaller * callers) / (duration / .seconds(1))))
    }

    /// Makes each caller read the keys in turn, all callers concurrently, each beginning with a different key.
    private static func read(
        _ client: MemcacheClient, on executor: (any TaskExecutor)?, callers: Int, gets: Int
    ) async throws {
        let keys = try (0..<keyCount).map(key)
        let values = (0..<keyCount).map(value)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                group.addTask(executorPreference: executor) {
                    for number in 0..<gets {
                        let position = (number + caller) % keyCount
                        guard try await client.get(keys[position])?.value == values[position] else {
                            throw Failure.wrongValue(keys[position])
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static let keyCount = 1000

    private static func key(_ number: Int) -> Key { Key("concurrent-\(1_000_000 + number)") }

    private static func value(_ number: Int) -> [UInt8] { Array(repeating: UInt8(number % 251), count: 100) }

    private enum Failure: Error {
        case usage(String)
        case wrongValue(Key)
    }
}
