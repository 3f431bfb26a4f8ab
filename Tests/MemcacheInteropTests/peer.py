#!/usr/bin/env python3
"""The other side of the interoperability tests: the real python-memcached.

Reads one JSON command per line from standard input and answers each with one line of JSON:

    {"evaluate": "client.set(key, 1.5)", "with": {"key": "k"}}      ->  {"repr": "True"}
    {"evaluate": "client.incr('text')"}                             ->  {"error": "ValueError"}

Only the tests provide what is evaluated.  "with" gives names to JSON values, which keep them.  `connect` creates the
`client`, `same` compares values, `looped_...` create values that contain themselves.
"""
import collections
import datetime
import decimal
import fractions
import json
import sys
import uuid

import memcache

datetime, date, time, timedelta, timezone = (
    datetime.datetime, datetime.date, datetime.time, datetime.timedelta, datetime.timezone)
Decimal, Fraction, UUID = decimal.Decimal, fractions.Fraction, uuid.UUID
OrderedDict, defaultdict = collections.OrderedDict, collections.defaultdict
inf, nan = float('inf'), float('nan')


def connect(addresses, weights, **options):
    """Creates the client.  Time limits are long because the machine may be busy."""
    options = {'socket_timeout': 20, 'dead_retry': 600, **options}
    globals()['client'] = memcache.Client(list(zip(addresses, weights)), **options)
    return memcache.__version__


def same(left, right):
    """Whether two values have the same type and print alike, which distinguishes 0.0 from -0.0 and 1 from True at any
    depth and treats nan as equal to nan.  The order of a set does not matter."""
    if type(left) is not type(right):
        return False
    if isinstance(left, (set, frozenset)):
        return left == right
    return repr(left) == repr(right)


def looped_list():
    value = [1]
    value.append(value)
    return value


def looped_dict():
    value = {'a': 1}
    value['self'] = [value]
    return value


def looped_tuple():
    inner = []
    value = (inner, 2)
    inner.append(value)
    return value


for line in sys.stdin.buffer:
    command = json.loads(line)
    globals().update(command.get('with', {}))
    try:
        answer = {'repr': repr(eval(command['evaluate']))}
    except Exception as error:
        print(command['evaluate'], repr(error), sep=': ', file=sys.stderr)
        answer = {'error': type(error).__name__}
    print(json.dumps(answer), flush=True)
