import ArgumentParser
import CStart
import MemcacheCore
import MemcachePlatform

/// The program: reads its options, runs, and exits with a status.
///
/// `main` is synchronous: the main thread reads input and waits, and an asynchronous one would end in a way that costs
/// start-up time.
@main
enum MCSH {
    static func main() {
        mcsh_start_finish()
        mcsh_end_if_out_of_memory(ExitStatus.localFailure.rawValue)
        Signals.ignoreBrokenPipes()
        Signals.occupyStandardDescriptors()
        let arguments = ArgumentText.arguments()
        do {
            Signals.end(run(try PlainOptions.parse(arguments) ?? options(of: arguments)))
        } catch {
            end(with: error, arguments)
        }
    }

    /// Reads the options, unless a completion script or the manual is requested, which is thrown to be printed.
    private static func options(of arguments: [String]) throws -> Options {
        if arguments == [ProgramOption.manualQuery] { throw CleanExit.message(try manual()) }
        let script = Result { () throws(OptionFault) in try CompletionScript.output(askedForBy: arguments) }
        switch script {
        case .success(let text?): throw CleanExit.message(text)
        case .success(nil): return try OptionParser.read(arguments)
        case .failure(let fault): throw ValidationError(fault.message)
        }
    }

    /// The manual page on standard input, with its section about the commands generated from the table.
    private static func manual() throws -> String {
        do {
            let page = try FileDescriptors.readAll(STDIN_FILENO).get()
            let text = try ManualPage.updated(String(decoding: page, as: UTF8.self))
            // The newline at the end is added by the print.
            return text.hasSuffix("\n") ? String(text.dropLast()) : text
        } catch let fault as ManualPage.Fault {
            throw ValidationError(fault.reason)
        } catch let error as FileError {
            throw ValidationError("cannot read standard input: \(error.reason)")
        }
    }

    /// Prints what the option parser found: help and version on standard output, mistakes on standard error.
    private static func end(with error: any Error, _ arguments: [String]) -> Never {
        guard OptionParser.exitCode(for: error).isSuccess else {
            report(mistake: OptionParser.message(for: error), asJSON: OptionParser.asksForJSON(arguments))
            Signals.end(ExitStatus.usage.rawValue)
        }
        let text = OptionParser.fullMessage(for: error) + "\n"
        let error = FileDescriptors.write(Array(text.utf8), to: STDOUT_FILENO)
        if error == EPIPE { Signals.endByBrokenPipe() }
        guard error != 0 else { Signals.end(ExitStatus.done.rawValue) }
        let reason = "cannot write the output: \(FileDescriptors.reason(error))"
        Messages.write(
            OptionParser.asksForJSON(arguments) ? ErrorObject.text(reason, code: "local-file") : "mcsh: \(reason)")
        Signals.end(ExitStatus.localFailure.rawValue)
    }

    /// Reports a mistake that the option parser found, in the form of all other errors.
    private static func report(mistake: String, asJSON: Bool) {
        // The parser begins its own sentences with a capital letter.
        let message = mistake.prefix(1).lowercased() + mistake.dropFirst()
        guard !asJSON else { return Messages.write(ErrorObject.text(message, code: "usage")) }
        let isHinted = message.hasSuffix(optionsHint)
        Messages.write(lines: ["mcsh: \(EscapedText.message(message))"] + (isHinted ? [] : [optionsHint]))
    }

    private static let optionsHint = "mcsh --help lists the options"

    private static func run(_ options: Options) -> Int32 {
        if let conflict = options.conflict {
            return fail(options, conflict, code: "usage", .usage, hint: optionsHint)
        }
        chooseThread(options)
        let environment = Environment.ofProcess()
        let catalog: ServerCatalog
        var selection: ServerSelection
        do throws(OptionFault) {
            catalog = try ServerCatalog(options: options, environment: environment)
            // The sandbox replaces all servers: any others that are named do not matter.
            selection =
                options.sandbox
                ? try catalog.resolve(["127.0.0.1"])
                : try catalog.initialSelection(options.servers, environment: environment)
        } catch {
            return fail(options, error)
        }
        var log: CommandLog?
        if let file = options.log {
            let path = ArgumentText.bytes(file)
            do throws(FileError) {
                log = try CommandLog(path: path)
            } catch {
                let message = "cannot write the log \(EscapedText.string(path)): \(error.reason)"
                return fail(options, message, code: "local-file", .localFailure)
            }
        }
        var sandbox: Sandbox?
        if options.sandbox {
            do throws(Sandbox.Failure) {
                let started = try Sandbox()
                selection = selection.with(server: started.address)
                selection.name = "sandbox"
                sandbox = started
            } catch {
                return fail(options, "no sandbox: \(error.reason)", code: "sandbox", .disconnected)
            }
        }
        defer { sandbox?.stop() }
        return Program(options: options, catalog: catalog, selection: selection, environment: environment, log: log)
            .run()
    }

    /// A command of its own is over with its answer, and needs no second thread. A script has one, which starts while the
    /// configuration is read. At a terminal it starts with the first connection, when signals are blocked.
    private static func chooseThread(_ options: Options) {
        if !options.command.isEmpty, options.runs == nil {
            Sockets.livesInWaiters()
        } else if !options.command.isEmpty || !Terminal.isTerminal(STDIN_FILENO) {
            // Where the system gives none the first connection fails, and says so.
            try? Sockets.startThread()
        }
    }

    /// Reports an error in the options or the configuration file on standard error, with its place.
    private static func fail(_ options: Options, _ fault: OptionFault) -> Int32 {
        guard fault.place != nil, options.format != .json else {
            return fail(options, fault.sentence, code: fault.code, fault.status)
        }
        Messages.write(fault.sentence)
        return fault.status.rawValue
    }

    /// Reports on standard error why the program does not run, in the format that the options ask for.
    private static func fail(
        _ options: Options, _ message: String, code: String, _ status: ExitStatus, hint: String? = nil
    ) -> Int32 {
        if options.format == .json {
            Messages.write(ErrorObject.text(message, code: code))
        } else {
            Messages.write(lines: ["mcsh: \(EscapedText.message(message))"] + (hint.map { [$0] } ?? []))
        }
        return status.rawValue
    }
}
