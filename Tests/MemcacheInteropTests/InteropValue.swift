import MemcacheCore
import Testing

/// A value as Python writes it and as MemcacheCore does.
struct InteropValue: CustomTestStringConvertible, Sendable {
    var python: String
    var swift: PickleValue

    init(_ python: String, _ swift: PickleValue) {
        self.python = python
        self.swift = swift
    }

    init(_ python: String, _ content: PickleValue.Content) {
        self.init(python, PickleValue(content))
    }

    var testDescription: String { python }

    /// The values that Python's pickler preserves at a protocol: before 4 it omits the fold of a time.
    static func all(pickleProtocol: Int) -> [InteropValue] {
        pickleProtocol < 4 ? all.filter { !$0.python.contains("fold=1") } : all
    }

    private static let all: [InteropValue] = plain + numbers + containers + times + library

    private static let plain: [InteropValue] = [
        InteropValue("None", nil),
        InteropValue("True", true),
        InteropValue("False", false),
        InteropValue("''", ""),
        InteropValue("'plain'", "plain"),
        InteropValue(#"'na\u00efve \u65e5\u672c \U0001f389 \r\n\0\x1a\\'"#, "na\u{ef}ve 日本 🎉 \r\n\0\u{1a}\\"),
        InteropValue(#"['na\u00efve \u65e5\u672c \U0001f389 \r\n\0\x1a\\']"#, ["na\u{ef}ve 日本 🎉 \r\n\0\u{1a}\\"]),
        InteropValue(#"['\ud800x']"#, .list([PickleValue(.illFormedText([0xed, 0xa0, 0x80, 0x78]))])),
        InteropValue("['x' * 70000]", .list([PickleValue(.text(String(repeating: "x", count: 70000)))])),
        InteropValue("b''", .bytes([])),
        InteropValue("bytes(range(256))", .bytes(everyByte)),
        InteropValue("[b'', bytes(range(256))]", .list([PickleValue(.bytes([])), PickleValue(.bytes(everyByte))])),
        InteropValue("[b'x' * 70000]", .list([PickleValue(.bytes([UInt8](repeating: 0x78, count: 70000)))])),
        InteropValue("bytearray()", .byteArray([])),
        InteropValue("bytearray(range(256))", .byteArray(everyByte)),
    ]

    private static let everyByte = (0...255).map { UInt8($0) }

    private static let numbers: [InteropValue] =
        [
            "0", "1", "-1", "255", "256", "-256", "65535", "65536", "2147483647", "2147483648", "-2147483648",
            "-2147483649", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
            "18446744073709551616", "-1180591620717411303424", "1" + String(repeating: "0", count: 1000),
        ].flatMap { digits -> [InteropValue] in
            let number = PickleValue(.integer(BigInteger(digits) ?? 0))
            // An integer by itself is stored in decimal; only one in something else is pickled.
            return [InteropValue(digits, number), InteropValue("[\(digits)]", .list([number]))]
        }
        + [
            InteropValue("0.0", 0.0),
            InteropValue("-0.0", -0.0),
            InteropValue("1.5", 1.5),
            InteropValue("-0.1", -0.1),
            InteropValue("5e-324", .double(.leastNonzeroMagnitude)),
            InteropValue("1.7976931348623157e+308", 1.7976931348623157e+308),
            InteropValue("inf", .double(.infinity)),
            InteropValue("-inf", .double(-.infinity)),
            InteropValue("nan", .double(.nan)),
            InteropValue("complex(1.5, -0.0)", .complex(real: 1.5, imaginary: -0.0)),
            InteropValue("complex(nan, -inf)", .complex(real: .nan, imaginary: -.infinity)),
        ]

    private static let containers: [InteropValue] = [
        InteropValue("[]", []),
        InteropValue("[1, 'a', None, True, 2.5]", [1, "a", nil, true, 2.5]),
        InteropValue("list(range(2500))", .list((0..<2500).map { PickleValue(.integer(BigInteger($0))) })),
        InteropValue("()", .tuple([])),
        InteropValue("(1,)", .tuple([1])),
        InteropValue("(1, 'a')", .tuple([1, "a"])),
        InteropValue("(1, 2, 3)", .tuple([1, 2, 3])),
        InteropValue("(1, 2, 3, 4)", .tuple([1, 2, 3, 4])),
        InteropValue("{}", [:]),
        InteropValue(
            "{'b': 1, 'a': [2], 3: None, (4, 'x'): False}",
            [
                "b": 1, "a": [2], 3: nil, PickleValue(.tuple([4, "x"])): false,
            ]),
        InteropValue(
            "{n: -n for n in range(2500)}",
            .dictionary(
                (0..<2500).map { number in
                    PicklePair(PickleValue(.integer(BigInteger(number))), PickleValue(.integer(BigInteger(-number))))
                })),
        InteropValue("set()", .set([])),
        InteropValue("{1, 2, 3}", .set([1, 2, 3])),
        InteropValue("frozenset()", .frozenSet([])),
        InteropValue("frozenset({1, 2, 3})", .frozenSet([1, 2, 3])),
        InteropValue(
            "{'deep': [({'s': {1}}, [frozenset({2})], [[[[]]]])], 'deeper': {'x': {'y': {'z': (None,)}}}}",
            [
                "deep": [
                    PickleValue(.tuple([["s": PickleValue(.set([1]))], [PickleValue(.frozenSet([2]))], [[[[]]]]]))
                ],
                "deeper": ["x": ["y": ["z": PickleValue(.tuple([nil]))]]],
            ]),
        InteropValue("range(5)", .range(start: 0, stop: 5, step: 1)),
        InteropValue(
            "range(10, -2**70, -3)",
            .range(
                start: 10, stop: BigInteger("-1180591620717411303424") ?? 0, step: -3)),
        InteropValue("OrderedDict()", .orderedDictionary([])),
        InteropValue(
            "OrderedDict([('z', 1), ('a', [2])])",
            .orderedDictionary([
                PicklePair("z", 1), PicklePair("a", [2]),
            ])),
        InteropValue(
            "defaultdict(list, {'a': [1]})",
            .defaultDictionary(
                factory: PickleValue(.global(module: "builtins", name: "list")), [PicklePair("a", [1])])),
        InteropValue("defaultdict(None, {1: 2})", .defaultDictionary(factory: nil, [PicklePair(1, 2)])),
    ]

    private static let leapDay = PythonDate(year: 2024, month: 2, day: 29)
    private static let halfPastFive = PythonTimeDelta(seconds: 19800)

    private static let times: [InteropValue] = [
        InteropValue("date(2024, 2, 29)", .date(leapDay)),
        InteropValue("date(1, 1, 1)", .date(PythonDate(year: 1, month: 1, day: 1))),
        InteropValue("date(9999, 12, 31)", .date(PythonDate(year: 9999, month: 12, day: 31))),
        InteropValue(
            "time(23, 59, 58, 999999)",
            .time(
                PythonTime(hour: 23, minute: 59, second: 58, microsecond: 999_999))),
        InteropValue("time(1, 30, fold=1)", .time(PythonTime(hour: 1, minute: 30, isRepeated: true))),
        InteropValue("time(12, 0, tzinfo=timezone.utc)", .time(PythonTime(hour: 12, zone: .utc))),
        InteropValue(
            "datetime(2024, 2, 29, 13, 14, 15, 678901)",
            .dateTime(
                PythonDateTime(
                    date: leapDay, time: PythonTime(hour: 13, minute: 14, second: 15, microsecond: 678_901)))),
        InteropValue(
            "datetime(2024, 2, 29, 2, 30, fold=1)",
            .dateTime(
                PythonDateTime(
                    date: leapDay, time: PythonTime(hour: 2, minute: 30, isRepeated: true)))),
        InteropValue(
            "datetime(2024, 2, 29, 8, tzinfo=timezone.utc)",
            .dateTime(
                PythonDateTime(
                    date: leapDay, time: PythonTime(hour: 8, zone: .utc)))),
        InteropValue(
            "datetime(2024, 2, 29, 8, tzinfo=timezone(timedelta(hours=5, minutes=30)))",
            .dateTime(
                PythonDateTime(date: leapDay, time: PythonTime(hour: 8, zone: .offset(halfPastFive))))),
        InteropValue(
            "datetime(2024, 2, 29, 8, tzinfo=timezone(timedelta(hours=-3), 'BRT'))",
            .dateTime(
                PythonDateTime(
                    date: leapDay,
                    time: PythonTime(
                        hour: 8, zone: .offset(PythonTimeDelta(days: -1, seconds: 75600), name: "BRT"))))),
        InteropValue("timedelta()", .timeDelta(PythonTimeDelta())),
        InteropValue("timedelta(-1, 3, 5)", .timeDelta(PythonTimeDelta(days: -1, seconds: 3, microseconds: 5))),
        InteropValue(
            "timedelta.max",
            .timeDelta(
                PythonTimeDelta(days: 999_999_999, seconds: 86399, microseconds: 999_999))),
    ]

    private static let library: [InteropValue] = [
        InteropValue("Decimal('12.340')", .decimal("12.340")),
        InteropValue("Decimal('-1E+28')", .decimal("-1E+28")),
        InteropValue("Decimal('NaN')", .decimal("NaN")),
        InteropValue("Decimal('-0')", .decimal("-0")),
        InteropValue("Fraction(22, -7)", .fraction(numerator: -22, denominator: 7)),
        InteropValue("Fraction(3)", .fraction(numerator: 3, denominator: 1)),
        InteropValue(
            "Fraction(2**70, 3)",
            .fraction(
                numerator: BigInteger("1180591620717411303424") ?? 0, denominator: 3)),
        InteropValue("UUID('12345678-9abc-def0-1234-56789abcdef0')", .uuid(0x1234_5678_9abc_def0_1234_5678_9abc_def0)),
        InteropValue("UUID(int=0)", .uuid(0)),
        InteropValue("UUID(int=2**128 - 1)", .uuid(.max)),
        InteropValue(
            "[UUID(int=7), date(2024, 2, 29), Decimal('1.5'), Fraction(1, 2)]",
            .list([
                PickleValue(.uuid(7)), PickleValue(.date(leapDay)), PickleValue(.decimal("1.5")),
                PickleValue(.fraction(numerator: 1, denominator: 2)),
            ])),
    ]
}
