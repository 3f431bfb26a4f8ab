import ArgumentParser
import MemcacheCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The program: reads its options, runs, and ends with a status.
///
/// `main` is synchronous: the main thread reads input and waits, and an asynchronous one would end in a way that costs
/// start-up time.
@main
enum MCSH {
    static let version = "0.1.0"

    static func main() {
        Signals.ignoreBrokenPipes()
        let arguments = ArgumentText.arguments()
        do {
            Signals.end(run(try PlainOptions.parse(arguments) ?? OptionParser.read(arguments)))
        } catch {
            end(with: error)
        }
    }

    /// Says what the option parser has found: help and version on standard output, mistakes on standard error.
    private static func end(with error: any Error) -> Never {
        let isSuccess = OptionParser.exitCode(for: error).isSuccess
        let text = OptionParser.fullMessage(for: error) + "\n"
        _ = FileDescriptors.write(Array(text.utf8), to: isSuccess ? STDOUT_FILENO : STDERR_FILENO)
        Signals.end(isSuccess ? ExitStatus.done.rawValue : ExitStatus.usage.rawValue)
    }

    private static func run(_ options: Options) -> Int32 {
        if let conflict = options.conflict {
            Messages.write("mcsh: \(conflict)", "mcsh --help lists the options")
            return ExitStatus.usage.rawValue
        }
        let environment = Environment.variables()
        var configuration: ClientConfiguration
        do throws(OptionFault) {
            configuration = try options.clientConfiguration(environment: environment)
        } catch {
            Messages.write("mcsh: \(error.message)")
            return ExitStatus.usage.rawValue
        }
        var sandbox: Sandbox?
        if options.sandbox {
            do throws(Sandbox.Failure) {
                let started = try Sandbox()
                configuration.server = started.address
                sandbox = started
            } catch {
                Messages.write("mcsh: no sandbox: \(error.reason)")
                return ExitStatus.disconnected.rawValue
            }
        }
        defer { sandbox?.stop() }
        if options.verbose { configuration.trace = TraceWriter.write }
        return Run(options: options, configuration: configuration, environment: environment).run()
    }
}
