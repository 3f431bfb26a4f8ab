import MemcacheCore
import MemcachePlatform

/// The start time of a command.
struct Stopwatch: Sendable {
    /// Since the first use of the clock: the size of an instant itself is only known at run time.
    fileprivate let start = Stopwatch.reference.duration(to: .now)
    /// How long the user had been waited for by then.
    fileprivate let idleTime: Duration

    fileprivate static let reference = ContinuousClock.now
}

/// The time that commands take.
extension Shell {
    /// The time from which a command at the prompt reports its time without being asked.
    static let notableTime = Duration.milliseconds(500)

    /// `timing`: on, off, or toggled.
    func setTiming(_ isOn: Bool?) {
        isTiming = isOn ?? !isTiming
        guard !options.isQuiet else { return }
        let sentence = "timing is \(isTiming ? "on" : "off")"
        if session.errorFormat == .json || session.script != nil {
            session.report("note: \(sentence)", code: "note", .done, line: builder.line)
        } else {
            session.output.writeMessage([sentence])
        }
    }

    /// Starts measuring.
    func stopwatch() -> Stopwatch { Stopwatch(idleTime: idleTime + session.output.readingTime) }

    /// The time since then, without the time spent waiting for the user.
    func elapsed(since watch: Stopwatch) -> Duration {
        let idle = idleTime + session.output.readingTime - watch.idleTime
        return max(.zero, Stopwatch.reference.duration(to: .now) - watch.start - idle)
    }

    /// Waits for the last line's answer and reports how long it took, if there was anything to do.
    ///
    /// - Parameter least: The least time that is reported.
    func reportTime(of line: LineOutcome, since watch: Stopwatch, least: Duration = .zero) {
        drain()
        reportTime(elapsed(since: watch), of: line, least: least)
    }

    /// Reports how long a line took, if there was anything to do.
    func reportTime(_ time: Duration, of line: LineOutcome, least: Duration) {
        guard line.isCommand, !isInterrupted, time >= least else { return }
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
