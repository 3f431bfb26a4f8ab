import MemcacheCore

/// Reads the everyday forms of a command line at negligible cost; everything else goes to ``OptionParser``.
///
/// Both give the same result for a form that is read here; the tests compare the two.
enum PlainOptions {
    /// The options, or nil for a command line that has anything but whole option words and separate values.
    static func parse(_ arguments: [String]) -> Options? {
        var options = Options()
        var index = 0
        while index < arguments.count {
            let word = arguments[index]
            guard word.utf8.first == UInt8(ascii: "-") else {
                options.command = Array(arguments[index...])
                return options
            }
            index += 1
            if setFlag(word, &options) { continue }
            guard index < arguments.count, arguments[index].utf8.first != UInt8(ascii: "-"),
                setValue(arguments[index], of: word, &options)
            else { return nil }
            index += 1
        }
        return options
    }

    private static func setFlag(_ word: String, _ options: inout Options) -> Bool {
        switch word {
        case "--no-config": options.noConfig = true
        case "--sandbox": options.sandbox = true
        case "--json": options.json = true
        case "--raw": options.raw = true
        case "--csv": options.csv = true
        case "--tsv": options.tsv = true
        case "--no-pager": options.noPager = true
        case "-q", "--quiet": options.quiet = true
        case "--pipe": options.pipe = true
        case "-x": options.readsValue = true
        case "-k", "--keep-going": options.keepGoing = true
        case "-e", "--stop-on-error": options.stopOnError = true
        case "-y", "--yes": options.yes = true
        case "--read-only": options.readOnly = true
        case "-v", "--verbose": options.verbose = true
        default: return false
        }
        return true
    }

    private static func setValue(_ value: String, of word: String, _ options: inout Options) -> Bool {
        switch word {
        case "-s", "--server": options.servers.append(value)
        case "-c", "--command": options.lines.append(value)
        case "-f", "--file": options.files.append(value)
        case "--log": options.log = value
        case "--prefix": options.prefix = value
        case "--profile": options.profile = value
        case "--dead-retry": options.deadRetry = value
        case "--timeout": options.timeout = value
        case "--connect-timeout": options.connectTimeout = value
        case "-i", "--interval": options.interval = value
        case "-o", "--output":
            guard let format = OutputFormat(rawValue: value) else { return false }
            options.output = format
        case "-p", "--port":
            guard let port = Int(value) else { return false }
            options.port = port
        default: return false
        }
        return true
    }
}
