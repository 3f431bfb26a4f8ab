import Foundation
import MemcacheCore

@testable import mcsh

/// Makes random pickles: real ones of all protocols that were changed, and programs of random instructions with extreme
/// numbers.
struct RandomPickle {
    var random: SplitMix

    /// Real pickles: those that python-memcached stored, and some with names that have a form of their own.
    static let seeds: [[UInt8]] = recorded + written

    private static let recorded: [[UInt8]] = {
        let directory = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "MemcacheCoreTests/Fixtures/values")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.path())) ?? []
        var pickles: [[UInt8]] = []
        func collect(_ value: Any) {
            if let members = value as? [String: Any] {
                if let text = members["raw_b64"] as? String, let bytes = Base64.decode(Array(text.utf8)) {
                    pickles.append(bytes)
                }
                for (name, member) in members where name != "raw_b64" { collect(member) }
            } else if let items = value as? [Any] {
                for item in items {
                    if let text = item as? String, let bytes = Base64.decode(Array(text.utf8)),
                        let pickle = try? Zlib.decompress(bytes, maximumBytes: 4096)
                    {
                        pickles.append(pickle)
                    }
                    collect(item)
                }
            }
        }
        for file in files.sorted() where file.hasSuffix(".json") {
            guard let data = try? Data(contentsOf: directory.appending(path: file)),
                let document = try? JSONSerialization.jsonObject(with: data)
            else { continue }
            collect(document)
        }
        return pickles.filter { $0.count <= 1024 }
    }()

    private static let written: [[UInt8]] = [
        "ccopyreg\nx\n)R.", "cos\nsystem\n(Vls\ntR0I1\n.",
        "cdatetime\ntime\n(C\u{6}\0\0\0\0\0\0cpytz\n_p\n(Vx\nL-9223372036854775808L\nI0\nVy\ntRtR.",
        "cm\nS\n)R(dVx\nI1\nsb0cm\nS\n)Rp0\ncm\nset\n(g0\n}Vx\nI1\nstR0.",
        "ccopyreg\n_reconstructor\n(cm\nI\ncbuiltins\nint\nI5\ntR.", "\u{2}cm\nO\n)\u{81}(NdVa\nI1\nstb.",
        "ccollections\ndeque\n((tI5\ntRI1\na.", "ccollections\ndefaultdict\n(cbuiltins\nint\ntRVa\nI1\ns.",
        "cdecimal\nDecimal\n(V1E+99999999999999999999\ntR.", "cfractions\nFraction\n(I1\nI0\ntR.",
        "cdatetime\ntimezone\n(cdatetime\ntimedelta\n(I-1\nI0\nI0\ntRtR.", "Pid\n.",
        "cbuiltins\nrange\n(I0\nI1\nI0\ntR.",
    ].map { Array($0.utf8) }

    private static let names = [
        "builtins\ngetattr", "builtins\nobject", "builtins\nset", "builtins\nfrozenset", "builtins\nbytearray",
        "builtins\nrange", "builtins\ncomplex", "builtins\nint", "builtins\nstr", "builtins\ntuple", "builtins\nlist",
        "builtins\ndict", "builtins\nEllipsis", "copyreg\n_reconstructor", "copyreg\n__newobj__",
        "copyreg\n__newobj_ex__", "copyreg\nx", "copy_reg\n_reconstructor", "functools\npartial", "_codecs\nencode",
        "collections\nOrderedDict", "collections\ndefaultdict", "collections\ndeque", "collections\nCounter",
        "datetime\ndatetime", "datetime\ndate", "datetime\ntime", "datetime\ntimedelta", "datetime\ntimezone",
        "decimal\nDecimal", "fractions\nFraction", "uuid\nUUID", "pytz\n_p", "pytz\n_UTC", "dateutil.tz.tz\ntzutc",
        "m\nC", "m\nC.__new__",
    ]

    mutating func bytes() -> [UInt8] {
        switch random.below(4) {
        case 0: program()
        case 1: program() + random.bytes(count: random.below(4))
        default: changed()
        }
    }

    // MARK: - Changed pickles

    private mutating func changed() -> [UInt8] {
        var pickle = random.pick(Self.seeds)
        for _ in 0..<1 + random.below(6) {
            let place = random.below(pickle.count + 1)
            let end = min(pickle.count, place + random.below(12))
            switch random.below(7) {
            case 0 where place < pickle.count: pickle[place] = UInt8(truncatingIfNeeded: random.next())
            case 1 where place < pickle.count: pickle[place] ^= 1 << UInt8(random.below(8))
            case 2: pickle.removeSubrange(place..<end)
            case 3: pickle.insert(contentsOf: pickle[place..<end], at: random.below(pickle.count + 1))
            case 4: pickle.insert(contentsOf: instruction(), at: place)
            case 5:
                let other = random.pick(Self.seeds)
                pickle = Array(pickle[..<place]) + other[random.below(other.count + 1)...]
            default: pickle = withExtremeNumber(pickle)
            }
        }
        return pickle
    }

    /// Replaces digits by another number.
    private mutating func withExtremeNumber(_ pickle: [UInt8]) -> [UInt8] {
        let digits = pickle.indices.filter { (0x30...0x39).contains(pickle[$0]) }
        guard !digits.isEmpty else { return pickle }
        let start = random.pick(digits)
        let end = pickle[start...].firstIndex { !(0x30...0x39).contains($0) } ?? pickle.count
        return pickle[..<start] + Array(random.extremeNumber().utf8) + pickle[end...]
    }

    // MARK: - Programs

    private mutating func program() -> [UInt8] {
        var program: [UInt8] = random.below(2) == 0 ? [] : [0x80, UInt8(random.below(6))]
        for _ in 0..<1 + random.below(40) { program += instruction() }
        return program + Array(".".utf8)
    }

    private mutating func instruction() -> [UInt8] {
        switch random.below(24) {
        case 0: return Array("I\(random.extremeNumber())\n".utf8)
        case 1: return Array("L\(random.extremeNumber())L\n".utf8)
        case 2: return [0x4a] + random.bytes(count: 4)
        case 3:
            let bytes = random.below(2) == 0 ? [0, 0, 0, 0, 0, 0, 0, 0x80] : random.bytes(count: random.below(12))
            return [0x8a, UInt8(bytes.count)] + bytes
        case 4: return [0x47] + random.pick([[0x7f, 0xf8, 0, 0, 0, 0, 0, 0], random.bytes(count: 8)])
        case 5: return Array("F\(random.pick(["nan", "-inf", "1e400", "-0.0", random.extremeNumber()]))\n".utf8)
        case 6: return Array("V\(random.pick(["a", "$tuple", "latin1", "int", "x", "1/0", "NaN", ""]))\n".utf8)
        case 7:
            let bytes = random.bytes(count: random.pick([0, 1, 4, 6, 10]))
            return [0x43, UInt8(bytes.count)] + bytes
        case 8, 9, 10: return Array("c\(random.pick(Self.names))\n".utf8)
        case 11: return Array("(".utf8)
        case 12: return Array("t".utf8)
        case 13: return Array(random.pick(["]", "}", ")", "\u{8f}"]).utf8.suffix(1))
        case 14: return Array("R".utf8)
        case 15: return [random.pick([0x81, 0x92, 0x85, 0x86, 0x87, 0x93])]
        case 16: return Array("b".utf8)
        case 17: return Array(random.pick(["a", "s", "e", "u", "0", "1", "2", "N", "o", "d", "l"]).utf8)
        case 18: return [random.pick([0x90, 0x91, 0x8f, 0x88, 0x89, 0x94])]
        case 19: return Array("p\(random.below(4))\n".utf8)
        case 20, 21: return Array("g\(random.below(4))\n".utf8)
        case 22: return Array("i\(random.pick(Self.names))\n".utf8)
        default:
            return random.pick([
                [0x82, 1], [0x84, 0xff, 0xff, 0xff, 0x7f], [0x51], Array("Pid\n".utf8), [0x71, 0], [0x68, 0],
            ])
        }
    }
}
