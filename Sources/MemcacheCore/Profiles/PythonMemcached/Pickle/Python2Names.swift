/// The names that modules, classes and functions had in Python 2. Pickles of protocols 0 to 2 use them in both versions
/// of Python, so that both can read them.
///
/// The list is that of Python's own `_compat_pickle` (3.11). It is not one-to-one: `unicode` and `basestring` are both
/// `str`, and all kinds of `OSError` are one in Python 2.
enum Python2Names {
    struct Global: Hashable {
        var module: String
        var name: String
    }

    /// The name in Python 3 for a name in a pickle of protocols 0 to 2.
    static func modern(_ global: Global) -> Global {
        tables.namesToModern[global]
            ?? Global(module: tables.modulesToModern[global.module] ?? global.module, name: global.name)
    }

    /// The name to write into a pickle of protocols 0 to 2.
    static func old(_ global: Global) -> Global {
        tables.namesToOld[global]
            ?? Global(module: tables.modulesToOld[global.module] ?? global.module, name: global.name)
    }

    private struct Tables {
        var namesToModern: [Global: Global] = [:]
        var namesToOld: [Global: Global] = [:]
        var modulesToModern: [String: String] = [:]
        var modulesToOld: [String: String] = [:]
    }

    private static let tables: Tables = {
        var tables = Tables()
        for line in list.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            let (reads, writes) = (words[0] != "<", words[0] != ">")
            if words.count == 5 {
                let old = Global(module: words[1], name: words[2])
                let modern = Global(module: words[3], name: words[4])
                if reads { tables.namesToModern[old] = modern }
                if writes { tables.namesToOld[modern] = old }
            } else {
                if reads { tables.modulesToModern[words[1]] = words[2] }
                if writes { tables.modulesToOld[words[2]] = words[1] }
            }
        }
        return tables
    }()

    /// Old and new names: `=` both ways, `>` for reading only, `<` for writing only.
    private static let list = """
        = BaseHTTPServer http.server
        > CGIHTTPServer http.server
        = ConfigParser configparser
        = Cookie http.cookies
        = Dialog tkinter.dialog
        > DocXMLRPCServer xmlrpc.server
        > FileDialog tkinter.filedialog
        = HTMLParser html.parser
        = Queue queue
        = ScrolledText tkinter.scrolledtext
        > SimpleDialog tkinter.simpledialog
        > SimpleHTTPServer http.server
        = SimpleXMLRPCServer xmlrpc.server
        = SocketServer socketserver
        > StringIO io
        = Tix tkinter.tix
        = Tkconstants tkinter.constants
        = Tkdnd tkinter.dnd
        = Tkinter tkinter
        > UserDict collections
        > UserList collections
        > UserString collections
        = __builtin__ builtins
        = _abcoll collections.abc
        > _elementtree xml.etree.ElementTree
        = _winreg winreg
        = anydbm dbm
        < bz2 _bz2
        > cPickle pickle
        > cStringIO io
        = commands subprocess
        = cookielib http.cookiejar
        = copy_reg copyreg
        = dbhash dbm.bsd
        < dbm _dbm
        = dbm dbm.ndbm
        = dumbdbm dbm.dumb
        = dummy_thread _dummy_thread
        < functools _functools
        < gdbm _gdbm
        = gdbm dbm.gnu
        = htmlentitydefs html.entities
        = httplib http.client
        = markupbase _markupbase
        < pickle _pickle
        = repr reprlib
        = robotparser urllib.robotparser
        = test.test_support test.support
        = thread _thread
        = tkColorChooser tkinter.colorchooser
        = tkCommonDialog tkinter.commondialog
        = tkFileDialog tkinter.filedialog
        = tkFont tkinter.font
        = tkMessageBox tkinter.messagebox
        = tkSimpleDialog tkinter.simpledialog
        = ttk tkinter.ttk
        = urllib2 urllib.request
        = urlparse urllib.parse
        > whichdb dbm
        = xmlrpclib xmlrpc.client
        < CGIHTTPServer CGIHTTPRequestHandler http.server CGIHTTPRequestHandler
        < DocXMLRPCServer DocCGIXMLRPCRequestHandler xmlrpc.server DocCGIXMLRPCRequestHandler
        < DocXMLRPCServer DocXMLRPCRequestHandler xmlrpc.server DocXMLRPCRequestHandler
        < DocXMLRPCServer DocXMLRPCServer xmlrpc.server DocXMLRPCServer
        < DocXMLRPCServer ServerHTMLDoc xmlrpc.server ServerHTMLDoc
        < DocXMLRPCServer XMLRPCDocGenerator xmlrpc.server XMLRPCDocGenerator
        < FileDialog FileDialog tkinter.filedialog FileDialog
        < FileDialog LoadFileDialog tkinter.filedialog LoadFileDialog
        < FileDialog SaveFileDialog tkinter.filedialog SaveFileDialog
        < SimpleDialog SimpleDialog tkinter.simpledialog SimpleDialog
        < SimpleHTTPServer SimpleHTTPRequestHandler http.server SimpleHTTPRequestHandler
        = UserDict IterableUserDict collections UserDict
        > UserDict UserDict collections UserDict
        = UserList UserList collections UserList
        = UserString UserString collections UserString
        > __builtin__ basestring builtins str
        = __builtin__ intern sys intern
        = __builtin__ long builtins int
        < __builtin__ reduce _functools reduce
        = __builtin__ reduce functools reduce
        = __builtin__ unichr builtins chr
        = __builtin__ unicode builtins str
        = __builtin__ xrange builtins range
        = _multiprocessing Connection multiprocessing.connection Connection
        = _socket fromfd socket fromfd
        = exceptions ArithmeticError builtins ArithmeticError
        = exceptions AssertionError builtins AssertionError
        = exceptions AttributeError builtins AttributeError
        = exceptions BaseException builtins BaseException
        = exceptions BufferError builtins BufferError
        = exceptions BytesWarning builtins BytesWarning
        = exceptions DeprecationWarning builtins DeprecationWarning
        = exceptions EOFError builtins EOFError
        = exceptions EnvironmentError builtins EnvironmentError
        = exceptions Exception builtins Exception
        = exceptions FloatingPointError builtins FloatingPointError
        = exceptions FutureWarning builtins FutureWarning
        = exceptions GeneratorExit builtins GeneratorExit
        = exceptions IOError builtins IOError
        = exceptions ImportError builtins ImportError
        < exceptions ImportError builtins ModuleNotFoundError
        = exceptions ImportWarning builtins ImportWarning
        = exceptions IndentationError builtins IndentationError
        = exceptions IndexError builtins IndexError
        = exceptions KeyError builtins KeyError
        = exceptions KeyboardInterrupt builtins KeyboardInterrupt
        = exceptions LookupError builtins LookupError
        = exceptions MemoryError builtins MemoryError
        = exceptions NameError builtins NameError
        = exceptions NotImplementedError builtins NotImplementedError
        < exceptions OSError builtins BrokenPipeError
        < exceptions OSError builtins ChildProcessError
        < exceptions OSError builtins ConnectionAbortedError
        < exceptions OSError builtins ConnectionError
        < exceptions OSError builtins ConnectionRefusedError
        < exceptions OSError builtins ConnectionResetError
        < exceptions OSError builtins FileExistsError
        < exceptions OSError builtins FileNotFoundError
        < exceptions OSError builtins InterruptedError
        < exceptions OSError builtins IsADirectoryError
        < exceptions OSError builtins NotADirectoryError
        = exceptions OSError builtins OSError
        < exceptions OSError builtins PermissionError
        < exceptions OSError builtins ProcessLookupError
        < exceptions OSError builtins TimeoutError
        = exceptions OverflowError builtins OverflowError
        = exceptions PendingDeprecationWarning builtins PendingDeprecationWarning
        = exceptions ReferenceError builtins ReferenceError
        = exceptions RuntimeError builtins RuntimeError
        = exceptions RuntimeWarning builtins RuntimeWarning
        > exceptions StandardError builtins Exception
        = exceptions StopIteration builtins StopIteration
        = exceptions SyntaxError builtins SyntaxError
        = exceptions SyntaxWarning builtins SyntaxWarning
        = exceptions SystemError builtins SystemError
        = exceptions SystemExit builtins SystemExit
        = exceptions TabError builtins TabError
        = exceptions TypeError builtins TypeError
        = exceptions UnboundLocalError builtins UnboundLocalError
        = exceptions UnicodeDecodeError builtins UnicodeDecodeError
        = exceptions UnicodeEncodeError builtins UnicodeEncodeError
        = exceptions UnicodeError builtins UnicodeError
        = exceptions UnicodeTranslateError builtins UnicodeTranslateError
        = exceptions UnicodeWarning builtins UnicodeWarning
        = exceptions UserWarning builtins UserWarning
        = exceptions ValueError builtins ValueError
        = exceptions Warning builtins Warning
        = exceptions ZeroDivisionError builtins ZeroDivisionError
        = itertools ifilter builtins filter
        = itertools ifilterfalse itertools filterfalse
        = itertools imap builtins map
        = itertools izip builtins zip
        = itertools izip_longest itertools zip_longest
        = multiprocessing AuthenticationError multiprocessing.context AuthenticationError
        = multiprocessing BufferTooShort multiprocessing.context BufferTooShort
        = multiprocessing ProcessError multiprocessing.context ProcessError
        = multiprocessing TimeoutError multiprocessing.context TimeoutError
        = multiprocessing.forking Popen multiprocessing.popen_fork Popen
        = multiprocessing.process Process multiprocessing.context Process
        < socket _socketobject _socket socket
        > socket _socketobject socket SocketType
        = urllib ContentTooShortError urllib.error ContentTooShortError
        = urllib getproxies urllib.request getproxies
        = urllib pathname2url urllib.request pathname2url
        = urllib quote urllib.parse quote
        = urllib quote_plus urllib.parse quote_plus
        = urllib unquote urllib.parse unquote
        = urllib unquote_plus urllib.parse unquote_plus
        = urllib url2pathname urllib.request url2pathname
        = urllib urlcleanup urllib.request urlcleanup
        = urllib urlencode urllib.parse urlencode
        = urllib urlopen urllib.request urlopen
        = urllib urlretrieve urllib.request urlretrieve
        = urllib2 HTTPError urllib.error HTTPError
        = urllib2 URLError urllib.error URLError
        = whichdb whichdb dbm whichdb
        """
}
