import MemcachePlatform

/// The output of one command on its way to a terminal: held until it is known to fit on the screen, else sent to a pager.
struct Paging: Sendable {
    /// What is to be done with bytes.
    enum Step {
        /// They are kept for now.
        case hold
        /// They go to a descriptor: that of the guest, which has just come, or is here.
        case write([UInt8], to: Int32, entering: ForegroundProgram? = nil)
    }

    private let choice: PagerChoice
    private let watcher: SignalWatcher?
    /// Rows that the screen has for output: the next prompt takes one.
    private let room: Int
    private var rows: ScreenRows
    private var held: [UInt8] = []
    /// The pager, once it runs, and where it reads from.
    private(set) var pager: (guest: ForegroundProgram, descriptor: Int32)?
    /// Nothing is held any more.
    private var isOver = false

    /// More is not held, however few rows it takes.
    private static let maximumHeldBytes = 262_144

    init(_ choice: PagerChoice, columns: Int, rows: Int, watcher: SignalWatcher?) {
        self.choice = choice
        self.watcher = watcher
        room = max(1, rows - 1)
        self.rows = ScreenRows(columns: columns)
    }

    /// Takes what is written to standard output. Starts the pager when that has become too much for the screen.
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

    /// What is still held, which has turned out to fit.
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
            guard let pipe = FileDescriptors.pipe() else { return }
            let guest = ForegroundProgram(watcher: watcher) {
                ShellCommand.start(PagerChoice.line(command), input: pipe.reading)
            }
            close(pipe.reading)
            guard let guest else {
                close(pipe.writing)
                return
            }
            pager = (guest, pipe.writing)
        }
    }
}
