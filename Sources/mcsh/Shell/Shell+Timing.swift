import MemcacheCore
import MemcachePlatform

/// When a command began.
struct Stopwatch: Sendable {
    /// Since the first use of the clock: an instant itself has a size that is only known at run time.
    fileprivate let start = Stopwatch.reference.duration(to: .now)
    /// How long somebody had been waited for by then.
    fileprivate let idleTime: Duration

    fileprivate static let reference = ContinuousClock.now
}

/// How long commands take.
extension Shell {
    /// A command at the prompt that takes as long says so unasked.
    static let notableTime = Duration.milliseconds(500)

    /// `timing`: on, off, or toggled.
    func setTiming(_ isOn: Bool?) {
        isTiming = isOn ?? !isTiming
        guard !behaviour.isQuiet else { return }
        let sentence = "timing is \(isTiming ? "on" : "off")"
        if session.errorFormat == .json || session.script != nil {
            session.report("note: \(sentence)", code: "note", .done, line: builder.line)
        } else {
            session.output.writeMessage([sentence])
        }
    }

    /// Begins to measure.
    func stopwatch() -> Stopwatch { Stopwatch(idleTime: idleTime + session.output.readingTime) }

    /// How long it is since then, but for the time that somebody was waited for.
    func elapsed(since watch: Stopwatch) -> Duration {
        let idle = idleTime + session.output.readingTime - watch.idleTime
        return max(.zero, Stopwatch.reference.duration(to: .now) - watch.start - idle)
    }

    /// Waits for the last line's answer and says how long it took, where there was anything to do.
    ///
    /// - Parameter least: What takes less is not worth a word.
    func reportTime(since watch: Stopwatch, least: Duration = .zero) {
        drain()
        let time = elapsed(since: watch)
        guard lastLine.isCommand, !isInterrupted, time >= least else { return }
        guard session.presentation.format != .json else {
            return session.report(Shell.sentence(for: time), code: "time", .done)
        }
        let style = Terminal.isTerminal(STDERR_FILENO) ? session.presentation.style : .plain
        session.output.writeMessage([style(Shell.sentence(for: time), .dim)])
    }

    /// `took 1.25 s`
    static func sentence(for time: Duration) -> String {
        "took \(HumanUnits.duration(microseconds: UInt64(max(0, time / .microseconds(1)))))"
    }
}
