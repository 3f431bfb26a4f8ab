import Foundation
import Synchronization

/// Runs random cases, as many as the environment asks for: `make fuzz-quick`.
///
/// `MCSH_FUZZ` is the number of cases of each kind; without it nothing is run. `MCSH_FUZZ_SEED` repeats an earlier run, and
/// `MCSH_FUZZ_CASE` a single case of it. A case depends on the seed and on its number alone. When a case crashes, its
/// number is printed.
enum Fuzz {
    /// How many cases of each kind are run; nil where none are.
    static let count = number("MCSH_FUZZ").map { Int(clamping: $0) }

    /// The seed of all random numbers.
    static let seed = number("MCSH_FUZZ_SEED") ?? UInt64.random(in: 0...UInt64(UInt32.max))

    private static let onlyCase = number("MCSH_FUZZ_CASE").map { Int(clamping: $0) }

    /// The cases that are running, one for each thread, for the report of a crash.
    private static let running = CaseNumbers(width)
    private static let width = max(1, ProcessInfo.processInfo.activeProcessorCount)

    /// Runs cases on all processors.
    ///
    /// - Parameters:
    ///   - name: The kind of the cases, for messages.
    ///   - body: Runs a case with its random numbers. Returns an error as text.
    /// - Returns: The errors, with the numbers of the cases; at most ten.
    static func run(_ name: String, _ body: @escaping @Sendable (inout SplitMix) -> String?) async -> [String] {
        let cases = onlyCase.map { $0..<$0 + 1 } ?? 0..<(count ?? 0)
        print("fuzz: \(cases.count) \(name) with MCSH_FUZZ_SEED=\(seed)")
        watchForCrashes()
        let progress = Progress(from: cases.lowerBound)
        await withTaskGroup { group in
            for worker in 0..<width {
                group.addTask {
                    while true {
                        let first = progress.next.add(256, ordering: .relaxed).oldValue
                        guard first < cases.upperBound else { break }
                        for number in first..<min(first + 256, cases.upperBound) {
                            running[worker] = number
                            var random = SplitMix(state: seed &+ UInt64(number) &* 0xA076_1D64_78BD_642F)
                            guard let fault = body(&random) else { continue }
                            progress.faults.withLock { if $0.count < 10 { $0.append("case \(number): \(fault)") } }
                        }
                    }
                    running[worker] = -1
                }
            }
        }
        return progress.faults.withLock { $0 }
    }

    /// The state shared by the tasks that run cases.
    private final class Progress: Sendable {
        /// The first case that has not been started.
        let next: Atomic<Int>
        let faults = Mutex<[String]>([])

        init(from first: Int) { next = Atomic(first) }
    }

    /// The numbers of cases, for a signal handler to read.
    ///
    /// `@unchecked Sendable`: every number is written by one task; only a report of a crash reads those of others.
    private struct CaseNumbers: @unchecked Sendable {
        private let numbers: UnsafeMutablePointer<Int>

        init(_ count: Int) {
            numbers = .allocate(capacity: count)
            numbers.initialize(repeating: -1, count: count)
        }

        subscript(worker: Int) -> Int {
            get { numbers[worker] }
            nonmutating set { numbers[worker] = newValue }
        }
    }

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    /// Prints the running cases when the program traps. The handler only writes.
    private static func watchForCrashes() {
        for signalNumber in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT] {
            signal(signalNumber) { signalNumber in
                for worker in 0..<Fuzz.width where Fuzz.running[worker] >= 0 {
                    var text: [UInt8] = []
                    text.append(contentsOf: "fuzz: crashed in or beside MCSH_FUZZ_CASE=".utf8)
                    text.append(contentsOf: String(Fuzz.running[worker]).utf8)
                    text.append(contentsOf: " MCSH_FUZZ_SEED=\(Fuzz.seed)\n".utf8)
                    write(2, text, text.count)
                }
                signal(signalNumber, SIG_DFL)
                raise(signalNumber)
            }
        }
    }
}

extension SplitMix {
    /// Numbers at which arithmetic or a conversion may fail, as text: powers of two and their neighbours, and numbers
    /// that fit into no integer.
    mutating func extremeNumber() -> String {
        switch below(12) {
        case 0: return "0"
        case 1: return "1"
        case 2: return String(below(300))
        case 3: return "-1"
        case 4: return "-" + String(UInt64(1) << pick([31, 32, 53, 63]))
        case 5: return "-" + String(repeating: "9", count: 1 + below(30))
        case 6: return String(repeating: "9", count: 1 + below(40))
        case 7: return "18446744073709551615"
        case 8: return "1844674407370955161" + String(below(10))
        default:
            let power = UInt64(1) << pick([8, 16, 31, 32, 33, 53, 62, 63])
            return String(pick([power - 1, power, power + 1]))
        }
    }
}
