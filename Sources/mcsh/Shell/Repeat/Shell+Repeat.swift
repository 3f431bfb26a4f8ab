import MemcacheCore

/// Runs of one command for people: each after a line with its number and the time, and with changes marked.
struct Repetition {
    /// The time between two runs, shown in the line before each run.
    private let interval: Duration
    private var number = 0
    private var differ: RunDiffer
    /// Whether the answer of the current run is for people.
    private(set) var isForPeople = true

    init(interval: Duration, style: TextStyle) {
        self.interval = interval
        differ = RunDiffer(style: style)
    }

    mutating func beginRun() {
        number += 1
        isForPeople = true
    }

    /// Records the format that an answer has of its own.
    mutating func take(_ format: OutputFormat?) {
        if let format, format != .human { isForPeople = false }
    }

    /// The line before a run.
    func header(now: Int64 = UnixClock.now()) -> String {
        let every = HumanUnits.duration(microseconds: UInt64(clamping: Int64(interval / .microseconds(1))))
        return differ.style("run \(number), \(ServerTime.string(unixTime: now)), every \(every)", .dim)
    }

    mutating func marked(_ output: [UInt8]) -> [UInt8] {
        Array(differ.marked(String(decoding: output, as: UTF8.self)).utf8)
    }
}

/// `repeat`, and `-r` and `-i` of a one-liner.
extension Shell {
    func repeated(_ count: Int, _ interval: Duration?, _ line: [UInt8]) -> LineOutcome {
        guard depth < Shell.maximumDepth else {
            session.report("repeats are nested too deep", code: "usage", .usage, line: builder.line)
            return .next
        }
        let outerDepth = awaitedDepth
        depth += 1
        if interval != nil { awaitedDepth = depth }
        defer {
            depth -= 1
            awaitedDepth = outerDepth
        }
        return compared(every: interval) {
            var runs = 0
            while count == 0 || runs < count {
                if runs > 0, let interval {
                    drain()
                    if session.hasLoss || isInterrupted { return .next }
                    pause(for: interval)
                    if isInterrupted { return .next }
                }
                let outcome = oneRun { run(line: line.span, number: builder.line) }
                guard case .next = outcome.step else { return outcome }
                if options.stopsOnError {
                    drain()
                    if session.status != .done { return .next }
                }
                if session.hasLoss || isInterrupted || session.output.hasFailed { return .next }
                runs += 1
            }
            return .next
        }
    }

    private func pause(for interval: Duration) {
        guard let watcher = interactive?.watcher else { return Blocking.sleep(interval) }
        watcher.sleep(interval)
    }

    /// Runs a closure that repeats a command. With an interval, and for people, the runs are compared.
    func compared(every interval: Duration?, _ body: () -> LineOutcome) -> LineOutcome {
        guard let interval, builder.format == .human, repetition == nil else { return body() }
        repetition = Repetition(interval: interval, style: session.presentation.style)
        session.presentation.comparison.begin()
        defer {
            repetition = nil
            session.presentation.comparison.end()
        }
        return body()
    }

    /// Runs a repeated command once.
    func oneRun(_ body: () -> LineOutcome) -> LineOutcome {
        // A repetition within a run is part of that run's output.
        guard repetition != nil, !session.output.isHeld else { return body() }
        repetition?.beginRun()
        session.output.hold()
        let outcome = body()
        drain()
        releaseRun()
        return outcome
    }

    /// Shows the output of a run so far. Further output is shown as it comes, and is not compared.
    func releaseRun() {
        guard let held = session.output.release(), !held.isEmpty else { return }
        guard repetition?.isForPeople == true else { return session.output.write(held) }
        let header = Array(((repetition?.header() ?? "") + "\n").utf8)
        session.output.write(header + (repetition?.marked(held) ?? held))
    }
}
