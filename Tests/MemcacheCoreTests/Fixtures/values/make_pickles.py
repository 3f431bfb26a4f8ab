#!/usr/bin/env python3
"""Makes pickles.json: what CPython's pickle writes for values of every type, at every protocol.

    python3.11 make_pickles.py > pickles.json

Recorded once, with CPython 3.11.7; the tests only read the file.  Each case has a name, the value in the tagged JSON
form, and its pickles for protocols 0 to 5 (zlib and base64; null where Python refuses).  "same" says that the value is
one object whatever the protocol, so that what is read from one protocol must be written as another's bytes.
"""
import base64
import collections
import datetime
import decimal
import enum
import fractions
import io
import json
import math
import pickle
import random
import sys
import types
import uuid
import zlib

shop = types.ModuleType('shop')
models = types.ModuleType('shop.models')
shop.models = models
sys.modules['shop'] = shop
sys.modules['shop.models'] = models


def home(cls):
    cls.__module__ = 'shop.models'
    setattr(models, cls.__qualname__.split('.')[0], cls)
    return cls


@home
class Product:
    def __init__(self, sku, price):
        self.sku, self.price = sku, price


@home
class Slotted:
    __slots__ = ('a', 'b')


@home
class Outer:
    class Inner:
        class Core:
            pass


Outer.Inner.__module__ = Outer.Inner.Core.__module__ = 'shop.models'


@home
class MyDict(dict):
    pass


@home
class MyList(list):
    pass


@home
class MySet(set):
    pass


@home
class Keyword:
    def __new__(cls, *, size):
        return object.__new__(cls)

    def __getnewargs_ex__(self):
        return (), {'size': 3}


@home
class Knot:
    """Refers to itself from within its arguments."""
    def __init__(self, items):
        self.items = items

    def __reduce__(self):
        return Knot, (self.items,)


def b64(data):
    return base64.b64encode(data).decode()


def render(v, stack=()):
    if id(v) in stack:
        return {'$recursive': len(stack) - stack.index(id(v))}
    st = stack + (id(v),)
    t = type(v)
    if v is None or t is bool or t is str:
        return v
    if t in (bytes, bytearray):
        return {'$' + t.__name__: b64(bytes(v))}
    if t is int:
        return v if abs(v) <= 2 ** 53 else {'$int': str(v)}
    if t is float:
        return {'$float': repr(v)}
    if t is complex:
        return {'$complex': [repr(v.real), repr(v.imag)]}
    if t is list:
        return [render(x, st) for x in v]
    if t in (tuple, set, frozenset):
        return {'$' + t.__name__: [render(x, st) for x in v]}
    if t is dict:
        return {'$dict': [[render(k, st), render(x, st)] for k, x in v.items()]}
    if t in (datetime.datetime, datetime.date, datetime.time):
        return {'$' + t.__name__: v.isoformat()}
    if t is datetime.timedelta:
        return {'$timedelta': [v.days, v.seconds, v.microseconds]}
    if t is decimal.Decimal:
        return {'$decimal': str(v)}
    if t is fractions.Fraction:
        return {'$fraction': str(v)}
    if t is uuid.UUID:
        return {'$uuid': str(v)}
    if isinstance(v, (type, types.BuiltinFunctionType)):
        return {'$global': v.__module__ + '.' + v.__qualname__}
    name = t.__module__ + '.' + t.__qualname__
    if isinstance(v, dict):
        return {'$object': name, 'items': [[render(k, st), render(x, st)] for k, x in v.items()]}
    if isinstance(v, (list, collections.deque)):
        return {'$object': name, 'list': [render(x, st) for x in v]}
    if isinstance(v, (range, type(...), type(NotImplemented))):
        return {'$object': name, 'repr': repr(v)}
    if isinstance(v, BaseException):
        return {'$object': name, 'args': [render(x, st) for x in v.args]}
    if t is Knot:
        return {'$object': name, 'args': [render(v.items, st)]}
    if t is Slotted:
        return {'$object': name, 'state': {k: render(getattr(v, k), st) for k in ('a', 'b') if hasattr(v, k)}}
    if getattr(v, '__dict__', None):
        return {'$object': name, 'state': {k: render(x, st) for k, x in sorted(v.__dict__.items())}}
    return {'$object': name}


cases = []


def case(name, value, same=True, shown=True, protocols=range(6)):
    pickles = []
    for protocol in range(6):
        if protocol not in protocols:
            pickles.append(None)
            continue
        out = io.BytesIO()
        try:
            pickle.Pickler(out, protocol).dump(value)
            pickles.append(b64(zlib.compress(out.getvalue(), 9)))
        except Exception:
            pickles.append(None)
    row = {'name': name, 'same': same, 'pickles': pickles}
    if shown:
        row['json'] = render(value)
    cases.append(row)


for v in (None, True, False):
    case(str(v), v)
ints = set()
for bits in list(range(0, 34)) + [47, 52, 53, 54, 62, 63, 64, 65, 127, 128, 129, 1000, 2031, 2039, 2040, 2047, 2048]:
    for d in (-1, 0, 1):
        for sign in (1, -1):
            ints.add(sign * (2 ** bits + d))
for digits in (9, 10, 18, 19, 20, 27, 28, 100, 999):
    ints.update((10 ** digits, 10 ** digits - 1, -10 ** digits))
case('integers', sorted(ints))
for n in (0, 1, -1, 2 ** 31, -2 ** 63 - 1, 10 ** 40):
    case('int %d' % n, n)
rnd = random.Random(7)
floats = [0.0, -0.0, 1.0, -1.5, 0.1, 1 / 3, 1e15, 1e16, 1e17, 123456789012345680.0, 9999999999999998.0, 1e22, 1e23, 1e-4, 1e-5,
          0.00012345, 1.7976931348623157e308, 2.2250738585072014e-308, 5e-324, 4.35, 100.0, 12345678.9, 2.0 ** 53, 2.0 ** 63,
          math.pi, math.e, float('inf'), float('-inf'), float('nan')]
floats += [rnd.random() * 10 ** rnd.randint(-30, 30) for _ in range(150)]
case('floats', floats)
case('float', 2.5)
strings = ['', 'a', '\xe9', '\xff', '\u0100', '\u20ac', '\U0001f600', 'new\nline', 'back\\slash', '\\u0041', '\\\\u0041', '\r', '\0', '\x1a', "q'\"", 'x' * 255, 'x' * 256, '\u00e9' * 127, '\u00e9' * 128, '\x80\x9f', '\ud7ff\ue000']
case('strings', strings)
case('lone surrogates', ['\ud800', 'a\udfffb', '\ud83d\ude00'], shown=False)
# Texts of one character are one object wherever they come from, unlike constants of a program.
case('equal short strings are one', [chr(97), chr(97), chr(0xe9), chr(0xe9), '', '', b'', b'', b'a', b'a', 'ab'])
long_text = ''.join(['not ', 'shared'])
case('one string twice', [long_text, long_text])
case('bytes', [b'', b'a', b'abc', b'\xff\x00', b'new\nline', b'x' * 255, b'x' * 256, bytes(range(256))])
blob = b'blob ' + b'1'
case('one bytes twice', [blob, blob, b'six', b'seven'])
case('bytes and text of one letter', [b'k', chr(107), b'latin1', b'\xe9', chr(0xe9)])
case('bytearray', [bytearray(), bytearray(b'a'), bytearray(b'abc\xff'), bytearray(b'x' * 300)])
case('bytearray beside bytes', [b'a', bytearray(b'a'), bytearray(b'a'), b'a'])
case('complex', [3 + 4j, complex(float('inf'), -0.0)])
case('tuples', [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((), ((),)), ([], {})])
pair = (1, long_text)
case('one tuple twice', [pair, pair])
case('lists', [[], [1], [1, 2], [[[]]], [[1, [2, [3, []]]], [], [[]]]])
for n in (0, 1, 2, 3, 255, 256, 257, 999, 1000, 1001, 2000):
    case('list of %d' % n, [i % 5 for i in range(n)], shown=n < 300)
for n in (0, 1, 2, 999, 1000, 1001):
    case('dict of %d' % n, {i: i % 5 for i in range(n)}, shown=n < 300)
    case('set of %d' % n, set(range(n)), shown=n < 300)
for n in (0, 1, 2, 1001):
    case('frozenset of %d' % n, frozenset(range(n)), shown=n < 300)
    case('OrderedDict of %d' % n, collections.OrderedDict((i, None) for i in range(n)), shown=n < 300)
    case('deque of %d' % n, collections.deque(range(n)), shown=n < 300)
    case('defaultdict of %d' % n, collections.defaultdict(list, ((i, None) for i in range(n))), shown=n < 300)
    case('dict subclass of %d' % n, MyDict((i, 0) for i in range(n)), same=False, shown=0 < n < 300)
    case('list subclass of %d' % n, MyList(range(n)), same=False, shown=0 < n < 300)
case('300 memo entries', [['%d!' % i] for i in range(300)] * 2)
rec = [1]
rec.append(rec)
case('list in itself', rec)
rec = {}
rec['self'] = rec
case('dict in itself', rec)
rec = ([],)
rec[0].append(rec)
case('tuple in itself', rec)
rec = (1, 2, 3, [])
rec[3].append(rec)
case('long tuple in itself', rec)
rec = [(1, 2, {})]
rec[0][2]['up'] = rec[0]
case('tuple of three in itself', rec)
p = Product('x', None)
p.price = frozenset([1])
case('object holding a frozenset', p)
k = Knot([])
k.items.append(k)
case('object in its own arguments', k)
shared = [1, 2]
case('shared', [shared, shared, {'x': shared}, (shared,)])
case('dicts', {'a': {'b': {'c': [1, 2, {'d': (1, 2)}]}}, None: None, 42: 'x', (1, 'a'): [1], 1.5: b'z', True: False})
case('sets', [set(), {'only'}, frozenset(), frozenset(['f']), {(1, 2)}])
utc = datetime.timezone.utc
moment = datetime.datetime(2024, 2, 29, 13, 14, 15, 678901)
case('datetimes', [moment, datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31, 23, 59, 59, 999999), moment.replace(year=1904),
                   moment.replace(tzinfo=utc), moment.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=30))),
                   moment.replace(tzinfo=datetime.timezone(-datetime.timedelta(hours=3, seconds=1))),
                   moment.replace(tzinfo=datetime.timezone(datetime.timedelta(microseconds=-1))),
                   moment.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=1), 'CET'))])
case('datetime twice', [moment, moment])
case('repeated hour', [moment.replace(fold=1), datetime.time(1, 2, fold=1)], same=False)
case('dates', [datetime.date(2024, 2, 29), datetime.date(1, 1, 1), datetime.date(1900, 1, 1)])
case('times', [datetime.time(), datetime.time(23, 59, 59, 1), datetime.time(1, 2, 3, tzinfo=utc)])
case('timedeltas', [datetime.timedelta(), datetime.timedelta(-3, 5, 7), datetime.timedelta(999999999)])
case('decimals', [decimal.Decimal(s) for s in ('12.340', 'NaN', 'sNaN', '-1E+28', 'Infinity', '0', '-0.00', '1E-7', '9' * 50)])
case('fractions', [fractions.Fraction(3, 7), fractions.Fraction(-10), fractions.Fraction(10 ** 30, 3)])
case('uuids', [uuid.UUID(int=0), uuid.UUID(int=2 ** 128 - 1), uuid.UUID('8a3e9b52-0f5c-4b57-9c43-5d2c6f0f9a11')])
case('ranges', [range(3), range(1, 10, 2), range(0, -5, -1), range(0)])
case('Counter', collections.Counter('aab'))
case('deque with a limit', collections.deque([1, 2], 5))
# A function has a different copy of its module's name from a class.
case('functions and classes', [len, dict, sorted], same=False)
case('classes', [dict, collections.OrderedDict, int, str, bytes, range, ValueError, zip, map, Product, type, object])
case('singletons', [..., NotImplemented])
case('nested classes', [Outer.Inner, Outer, Outer.Inner.Core, Outer.Inner.Core])
case('nested class alone', Outer.Inner.Core)
case('exceptions', [ValueError('bad', 3), KeyError('k')])
case('exceptions of one name', [OSError(2, 'No such file'), Exception()], same=False, shown=False)
error = ValueError('shown')
case('exception and its arguments', [error.args, error, error.args])
case('object', Product('sku-1', 9.5))
case('objects', [Product('a', 1), Product('b', Product('c', None))])
empty = Product.__new__(Product)
case('object without attributes', [empty, empty])
s = Slotted()
s.a, s.b = 1, 'two'
case('slots', s)
case('keyword arguments', Keyword(size=3), same=False, shown=False)
p = Product('me', None)
p.price = p
case('object in itself', p)
case('None type', [type(None), type(...)], shown=False)
for n in (65535, 65536, 65537):
    case('text of %d bytes' % n, ['before', 'x' * n, 'after'], shown=False, protocols=(2, 4, 5))
    case('bytes of %d bytes' % n, [b'before', b'x' * n, b'after'], shown=False, protocols=(3, 4, 5))
case('bytearray of 70000 bytes', [1, bytearray(b'y' * 70000), 2], shown=False)
case('long text alone', 'x' * 70000, shown=False)
case('many frames', [['a' + str(i % 10)] for i in range(12000)], shown=False, protocols=(4, 5))
case('frames of numbers', [100000 + i % 10 for i in range(40000)], shown=False, protocols=(3, 4, 5))
case('frame of 65536 bytes', [100000] * 13103 + [1, 2, 3, 4], shown=False, protocols=(4, 5))
case('record', {'id': 1001, 'email': 'ann@example.com', 'tags': ['a', 'b'], 'seen': datetime.datetime(2020, 1, 2, 3, 4, 5),
                'balance': decimal.Decimal('10.00'), 'active': True, 'parent': None, 'score': 0.25})
deep = []
for _ in range(200):
    deep = [deep]
case('200 levels', deep)
deep = {}
for _ in range(150):
    deep = {'in': (deep,)}
case('150 levels', deep, shown=False)


def anything(depth):
    kind = rnd.randrange(16 if depth else 9)
    if kind == 0:
        return rnd.choice([None, True, False])
    if kind in (1, 2):
        return rnd.randint(-2 ** rnd.randrange(1, 200), 2 ** rnd.randrange(1, 200))
    if kind == 3:
        return rnd.uniform(-1e6, 1e6)
    if kind in (4, 5):
        return ''.join(rnd.choice('abc\xe9\u20ac\U0001f600\n\\') for _ in range(rnd.randrange(6)))
    if kind == 6:
        return bytes(rnd.randrange(256) for _ in range(rnd.randrange(6)))
    if kind == 7:
        return datetime.date.fromordinal(rnd.randrange(1, 3000000))
    if kind == 8:
        return decimal.Decimal(rnd.randrange(10 ** 9)).scaleb(-3)
    items = [anything(depth - 1) for _ in range(rnd.randrange(5))]
    if items and rnd.random() < .3:
        items.append(items[0])
    if kind in (9, 10):
        return items
    if kind == 11:
        return tuple(items)
    if kind in (12, 13):
        return {rnd.choice(['k%d' % i, i]): x for i, x in enumerate(items)}
    if kind == 14:
        return collections.OrderedDict(('o%d' % i, x) for i, x in enumerate(items))
    return {rnd.randrange(1000) for _ in items}


for i in range(40):
    case('random %d' % i, anything(4))

print('{"python": "%s", "cases": [' % sys.version.split()[0])
print(',\n'.join(json.dumps(row) for row in cases))
print(']}')
