/// Something that `help` explains besides commands and statistics: how lines are written, what answers mean.
struct HelpTopic: Sendable {
    /// The word after `help`.
    var name: String
    /// Other words for it.
    var also: [String] = []
    /// One line, for the list of topics.
    var summary: String
    /// Paragraphs, each a line. One that begins with two spaces has a name before its text, with two spaces in between.
    var text: String

    /// The topic with a name.
    static func find(_ word: String) -> HelpTopic? {
        all.first { ([$0.name] + $0.also).contains(word.lowercased()) }
    }

    /// All topics, in the order in which `help` lists them.
    static let all = [
        grammar, values, lifetimes, formats, servers, scripts, exit, editing, history, safety, meta, pipe,
    ]

    private static let grammar = HelpTopic(
        name: "grammar", also: ["quoting", "redirection"],
        summary: "how a line is written: words, quotes, redirections",
        text: """
            A line is a command and its words, with spaces between them; one that begins with # is a comment. A quote \
            is special only at the beginning of a word, so {"a":1} needs none.
              'text'  the text as it is
              "text"  with escapes: \\n \\r \\t \\0 \\a \\b \\e \\\\ \\" \\xHH \\u{H…}
              ""  the empty word
              --option  an option of the command, anywhere after its name; -- ends them
              < FILE  the value is the contents of a file
              << TAG  the value is the lines that follow, up to TAG alone
              > FILE  the answer goes to a file, a value as its exact bytes; >> FILE to its end
              | COMMAND  the answer goes to a command of sh, the rest of the line
            Redirections are words of their own: >file and 2>&1 are mistakes, and words only in quotes. A line is one \
            command, so ; and && do not begin another. In mcsh COMMAND WORD… the words are those of the calling shell, \
            and are not parsed again.
            """)

    private static let values = HelpTopic(
        name: "values", also: ["flags", "pickle"],
        summary: "what is stored: bytes, flags, and what applications make of them",
        text: """
            memcached keeps bytes and flags, a 32-bit integer. What they mean is agreed upon by the application's client \
            library, which --profile names; python-memcached unless given. At a terminal and in JSON a value is shown \
            as the application reads it, and with --decode everywhere else too.
              --as bytes  flags 0, the bytes as they are
              --as pickle  the Python value of a JSON text: flags 1, of a number 2, of a text 16
              --as int  flags 2, an integer in digits
              --as text  flags 16, text in UTF-8
              --as json  flags 16, text that is checked for being JSON
              --compress  adds 8: compressed with zlib, where that is shorter
              --flags N  any other flags
            Pickles are read as data and never run. A value is at most 1 MiB unless the server was started with -I.
            """)

    private static let lifetimes = HelpTopic(
        name: "lifetimes", also: ["lifetime", "expiration"],
        summary: "how TTLs are written, and what memcached makes of them",
        text: """
            Wherever a TTL is taken:
              60 60s 15m 12h 45d 2w  from now
              @1790000000  a Unix time
              2030-01-31T12:00  a time in ISO 8601, UTC unless it has an offset
              0 never  no end; the item can still be pushed out when memory is full
              -1  at once
            More than 30 days are sent as an absolute time, because memcached reads a larger number of seconds as a \
            time in 1970. What ends after January 2038 is refused: memcached cannot keep it. Its clock ticks once a \
            second, so that a lifetime of 1 may end immediately. A time in the past is asked about first. ttl KEY shows \
            what is left, touch KEY TTL changes it.
            """)

    private static let formats = HelpTopic(
        name: "formats", also: ["format", "color", "colors", "colour", "colours"],
        summary: "human, plain, JSON, CSV, TSV and raw output",
        text: """
              human  for people, at a terminal: decoded values, units, colours
              plain  exact bytes, in a pipe: the value, the protocol's word, name and value with a tab between
              json  an object a line; bytes that are no UTF-8 are base64 in value_b64
              csv  a header, then rows; every byte as it is
              tsv  a header, then rows; fields escaped as in "text"
              raw  the server's bytes and nothing else
            Choose with --json, --csv, --tsv, --raw or --output FORMAT, before the command or among its words, and \
            with output FORMAT for all that follows. Answers go to standard output, everything else to standard \
            error. All but human are for programs and do not change within a major version.
            """)

    private static let servers = HelpTopic(
        name: "servers", also: ["pools", "pool", "profiles", "profile", "config.toml"],
        summary: "which servers are used: pools and profiles",
        text: """
            Servers come from -s, else MCSH_SERVERS, else MEMCACHED_SERVERS, else 127.0.0.1:11211. They are written \
            host, host:port, host:port:weight, [v6]:port or /path, with commas between several.
            @NAME is a pool of ~/.config/mcsh/config.toml, which man mcshrc explains:
              [pools.sessions]
              servers = ["10.0.0.1", "10.0.0.2"]
            With several servers each key is on the one that the application's client chooses; --profile names the \
            client. A server that fails is not tried again for --dead-retry, and its keys go where the client puts \
            them. where KEY shows the owner of a key, where KEY --probe who has it; servers shows the state of each; \
            use switches to others.
            """)

    private static let scripts = HelpTopic(
        name: "scripts", also: ["script"], summary: "running many lines: -c, -f, standard input",
        text: """
            mcsh -f FILE, mcsh -c LINE, mcsh < FILE and source FILE run lines. They are pipelined: all lines that \
            have arrived are sent together, and answered in their order. A slow writer gets each answer at once.
            A mistake in a line (grammar, an unknown command, a bad key) stops the script there; what the server says \
            (a miss, NOT_STORED, SERVER_ERROR) does not.
              -k  continue after mistakes too
              -e  stop at the first failure of any kind
              -y  do dangerous things, which are refused otherwise
              -x  the value of one command from standard input
              -r N -i TIME  run one command N times
            """)

    private static let exit = HelpTopic(
        name: "exit", also: ["status"], summary: "what the exit statuses mean",
        text: """
            mcsh ends with the worst that it has seen, from the worst: 8 4 5 6 9 3 7 2 1 0.
              0  all done
              1  a negative answer: a miss, not stored, nothing matched
              2  usage; nothing was sent
              3  the server refused
              4  cannot connect, or the connection was lost
              5  no answer in time
              6  authentication or TLS failed
              7  refused for safety: not confirmed, or read-only
              8  a reply that is not memcached's, or a value that --decode cannot read
              9  reading or writing a file of this machine failed
              128+N  ended by signal N
            """)

    private static let editing = HelpTopic(
        name: "editing", also: ["keyboard", "pager", "vi", "emacs"], summary: "the keys at the prompt",
        text: """
            The keys are those of emacs, or those of vi with bind -v in ~/.editrc.
              Tab  completes; a second one lists what there is
              Up Down  lines of the history that begin like this one
              Ctrl-R Ctrl-S  search the history, back and on
              Home End Delete  as they say; Ctrl-Left and Ctrl-Right by words
              Ctrl-W  deletes the word before the cursor
              Ctrl-C  drops the line, or cancels the command that runs
              Ctrl-D  leaves, on an empty line
              Ctrl-Z  stops mcsh; fg continues it
            An open quote and << TAG continue in the next line. Pasted text runs with Enter, not before. Output taller \
            than the screen goes through a pager: q leaves it, space continues; --no-pager does without.
            """)

    private static let history = HelpTopic(
        name: "history", also: ["secrets", "secret"], summary: "which lines are kept, and where",
        text: """
            Each line is appended to ~/.local/state/mcsh/history as it is entered. Shells side by side share the file \
            and see each other's lines. Only its owner may read it.
            Not written: a line that repeats the one before, one that begins with a space, and one that may hold a \
            secret: auth and login, password=x and "password": x, --password, set user:1:password x, user:pw@ in a URL, \
            Authorization and Bearer. man mcsh has the whole list; begin other lines with a space.
            Up and Ctrl-R go back, history PATTERN lists.
            """)

    private static let safety = HelpTopic(
        name: "safety", also: ["danger", "production", "read-only", "readonly", "confirm"],
        summary: "what is asked about, checked and refused",
        text: """
            Commands that lose other people's data or change the server say what they will do and ask; where nobody \
            can be asked they need -y. With --read-only, or read_only in a pool, every command that changes anything \
            is refused. A server keeps the marks of the pool that lists it, whatever way it is named. On production raw \
            asks before a line that may change something, and --pipe needs -y for one.
            show, exists and ttl leave the LRU and the counters alone. Keys and sub-commands are checked before \
            anything is sent, so that no key can smuggle in a command and no word does what it does not say. A dump \
            is read at full speed into a private file, because one that nobody reads can freeze a server. Values and \
            keys are escaped on a terminal.
            """)

    private static let meta = HelpTopic(
        name: "meta", summary: "the meta commands and their flags",
        text: """
            mg, ms, md and ma are get, set, delete and arithmetic with flags: letters, some with an argument written \
            directly after it, as T60. help mg and so on list them with the version that has them.
              mg KEY t f s c v  lifetime, flags, size, CAS token and value in one exchange
              mg KEY u v  read without being noticed
              mg KEY N30 v  on a miss create the item; who gets W fills it, others get Z
              md KEY I T30  mark as stale: readers get X, one of them W
              ma KEY N0 J1 v  a counter that begins at 1
            Codes: HD done, VA a value, EN a miss, NF not found, NS not stored, EX changed since. Needs memcached \
            1.6.10.
            """)

    private static let pipe = HelpTopic(
        name: "pipe", also: ["--pipe", "nc"], summary: "raw protocol, as with nc",
        text: """
            mcsh --pipe sends memcached's own protocol from standard input and prints the answers byte for byte. It \
            knows where each answer ends, so it ends with the last one and needs no pause or quit:
              printf 'get a\\r\\nmn\\r\\n' | mcsh --pipe
            A request that would lose step with the server is not sent, nor what follows it. watch is refused: its \
            answer has no end. At the prompt, raw LINE sends one line.
            """)
}
