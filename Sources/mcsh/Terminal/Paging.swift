import MemcachePlatform

/// The output of one command to a terminal: held back until it is known to fit on the screen, else sent to a pager.
struct Paging: Sendable {
    /// What to do with bytes.
    enum Step {
        /// Hold them back for now.
        case hold
        /// Write them to a descriptor, possibly that of the guest, which has just started or is running.
        case write([UInt8], to: Int32, entering: ForegroundProgram? = nil)
    }

    private let choice: PagerChoice
    private let watcher: SignalWatcher?
    /// The rows of the screen for output: the next prompt takes one.
    private let room: Int
    private var rows: ScreenRows
    private var held: [UInt8] = []
    /// The pager, once it runs, and the descriptor that it reads from.
    private(set) var pager: (guest: ForegroundProgram, descriptor: Int32)?
    /// Whether output is no longer held back.
    private var isOver = false

    /// The maximum number of bytes held back, however few rows they take.
    private static let maximumHeldBytes = 262_144

    init(_ choice: PagerChoice, columns: Int, rows: Int, watcher: SignalWatcher?) {
        self.choice = choice
        self.watcher = watcher
        room = max(1, rows - 1)
        self.rows = ScreenRows(columns: columns)
    }

    /// Accepts bytes for standard output. Starts the pager once there are too many for the screen.
    mutating func take(_ bytes: [UInt8]) -> Step {
        if let pager { return .write(bytes, to: pager.descriptor) }
        if isOver { return .write(bytes, to: STDOUT_FILENO) }
        held += bytes
        rows.add(bytes)
        guard rows.count > room || held.count > Paging.maximumHeldBytes else { return .hold }
        isOver = true
        start()
        defer { held = [] }
        return .write(held, to: pager?.descriptor ?? STDOUT_FILENO, entering: pager?.guest)
    }

    /// Returns the bytes held back, which have turned out to fit.
    mutating func takeHeld() -> [UInt8] {
        isOver = true
        defer { held = [] }
        return held
    }

    private mutating func start() {
        switch choice {
        case .none: return
        case .missing(let name):
            Messages.write("mcsh: there is no pager \(name): see MCSH_PAGER and PAGER, or use --no-pager")
            return
        case .command(let command):
            var descriptor: Int32 = -1
            let guest = ForegroundProgram(watcher: watcher) {
                guard let reader = ChildProcess.reader(PagerChoice.line(command)) else { return nil }
                descriptor = reader.descriptor
                return reader.process
            }
            if let guest { pager = (guest, descriptor) }
        }
    }
}
