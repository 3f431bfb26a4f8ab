"""The rows of the table, section by section. A section is a function that creates its data and servers, yields the
rows to measure, and cleans up."""

import os
import random
import shutil
import subprocess
import sys
from collections import namedtuple

from .measuring import MemoryGoal, Row, Side
from .workloads import Workloads, key, lists_keys, many_items, value
from .workplace import BENCHMARKS

Size = namedtuple("Size", "lines items runs short_runs")
Size.__doc__ = """How much is measured: lines of a script, items of a server, and how often."""

WHOLE = Size(lines=1_000_000, items=5_000_000, runs=3, short_runs=50)
QUICK = Size(lines=100_000, items=500_000, runs=3, short_runs=20)

BIG = 256 << 20
FLAT = 64 << 20
SCRIPTS = MemoryGoal("scripts, peak memory", FLAT)

# A server with five million items: its hash table does not grow and its LRU does not change during the measurement.
FOR_MANY_ITEMS = ("-m", "1024", "-o", "hashpower=23,no_lru_maintainer")
FOR_BIG_VALUES = ("-m", "1024", "-I", "512m")


def one_liners(bench, size):
    with bench.scratch():
        bench.load(bench.file("one.protocol", f"set {key(7)} 0 0 {len(value(7))}\r\n{value(7)}\r\n".encode()))
        servers = f"--servers={bench.server.address}"
        yield Row(
            "mcsh get k", 0.9,
            bench.mcsh("get", key(7), expected=value(7).encode()),
            Side("memccat", ["memccat", servers, key(7)], expected=value(7).encode()), size.short_runs,
        )
        yield Row(
            "mcsh stats", 0.9,
            bench.mcsh("stats", expected=b"curr_items"),
            Side("memcstat", ["memcstat", servers], expected=b"curr_items"), size.short_runs,
        )


def sets(bench, size):
    with bench.scratch():
        workloads = Workloads(bench, size.lines)
        bench.load(workloads.everything())
        work, tenth = workloads.sets(), workloads.sets(size.lines // 10)
        script = bench.mcsh(input=work.script, expected=work.answers)
        yield Row(
            f"script, {size.lines:,} set", 1.15, script, bench.limit(work.protocol), size.runs, memory=SCRIPTS,
        )
        stored = bench.file("sets.replies", b"STORED\r\n" * size.lines)
        yield Row(
            f"--pipe, {size.lines:,} set", 1.1,
            bench.mcsh("--pipe", input=work.protocol, expected=stored), bench.limit(work.protocol), size.runs,
            memory=SCRIPTS,
        )
        yield Row(
            f"set: {size.lines:,} lines to a tenth, / 10", 1.1, script,
            Side("tenth", script.command, tenth.script, tenth.answers), size.runs, scale=10, memory=SCRIPTS,
        )


def gets(bench, size):
    with bench.scratch(), bench.servers(4) as pool:
        workloads = Workloads(bench, size.lines)
        bench.load(workloads.everything())
        work = workloads.gets()
        one = bench.mcsh(input=work.script, expected=work.answers)
        for_nc = bench.file("gets-quit.protocol", [work.protocol.read_bytes(), b"quit\r\n"])
        yield Row(
            f"script, {size.lines:,} get", 0.2, one,
            bench.netcat(for_nc, expected=workloads.replies_to_gets(work)), size.runs, memory=SCRIPTS,
        )
        # The program that sets the keys decides where they are, so mcsh itself sets them.
        servers = ",".join(server.address for server in pool)
        many = [bench.program, "-s", servers, "--profile", "python-memcached"]
        bench.run(Side("mcsh", many, workloads.every_key()))
        yield Row(
            f"get: {size.lines:,} lines, 4 servers to 1", 1.0,
            Side("mcsh", many, work.script, work.answers),
            Side("1 server", one.command, one.input, one.expected), size.runs, memory=SCRIPTS,
        )


def mixed(bench, size):
    with bench.scratch():
        workloads = Workloads(bench, size.lines)
        everything, work = workloads.everything(), workloads.mixed()
        yield Row(
            f"script, {size.lines:,} mixed", 1.3,
            bench.mcsh(input=work.script, expected=work.answers), bench.limit(work.protocol), size.runs,
            memory=SCRIPTS, before=lambda: bench.load(everything),
        )


def big_value(bench, size):
    with bench.scratch(), bench.servers(1, *FOR_BIG_VALUES) as (server,):
        # No two parts are alike, so that a misplaced one is noticed.
        choose = random.Random("big")
        parts = [choose.randbytes(1 << 20) for _ in range(BIG >> 20)]
        block = bench.file("big.value", parts)
        header = f"{BIG}\r\n".encode()
        load = bench.file("big.protocol", [b"set big 0 0 ", header, *parts, b"\r\n"])
        name = f"{BIG >> 20} MiB"
        stored = {"server": server, "expected": b"STORED"}
        yield Row(
            f"-x set of {name}", 1.2, bench.mcsh("-x", "set", "big", input=block, **stored),
            bench.limit(load, server=server), size.runs,
            memory=MemoryGoal(f"-x set of {name}, peak memory", BIG * 13 // 10),
        )
        yield Row(
            f"--pipe set of {name}", 1.2, bench.mcsh("--pipe", input=load, **stored),
            bench.limit(load, server=server), size.runs,
            memory=MemoryGoal(f"--pipe set of {name}, peak memory", BIG * 13 // 10),
        )
        load.unlink()
        reply = bench.file("big.reply", [b"VALUE big 0 ", header, *parts, b"\r\nEND\r\n"])
        theirs = bench.netcat(bench.file("big.request", b"get big\r\nquit\r\n"), server=server, expected=reply)
        yield Row(
            f"get of {name}", 1.2, bench.mcsh("get", "big", server=server, expected=block), theirs, size.runs,
            memory=MemoryGoal(f"get of {name}, peak memory", BIG * 13 // 10),
        )
        yield Row(
            f"--raw get of {name}", 1.2, bench.mcsh("--raw", "get", "big", server=server, expected=block), theirs,
            size.runs, memory=MemoryGoal(f"--raw get of {name}, peak memory", FLAT),
        )


def keys(bench, size):
    with bench.scratch(), bench.servers(1, *FOR_MANY_ITEMS) as (server,):
        load = many_items(bench, size.items)
        bench.load(load, server)
        load.unlink()
        dump = bench.file("dump.protocol", b"lru_crawler metadump all\r\n")
        yield Row(
            f"keys, {size.items:,} items", 1.2,
            bench.mcsh("keys", server=server, expected=lists_keys(size.items)),
            bench.limit(dump, "END", server=server), size.runs,
            memory=MemoryGoal("keys, peak memory", FLAT),
        )


def library(bench, size):
    """64 tasks that get values of 100 bytes over one connection of the library, on Swift's own threads and on
    the client's executor, against a loop of such gets."""
    program = os.environ.get("CONCURRENT_GETS") or BENCHMARKS.parent / ".build-bench/release/ConcurrentGets"
    gets, peer_gets = size.lines * 2, size.lines // 10
    with bench.servers() as (server,):
        theirs = Side("pylibmc", [python(), BENCHMARKS / "pylibmc_gets.py", server.address, peer_gets])
        for what, words in (("library, get by 64 tasks", []), ("library, the same on its executor", ["client"])):
            ours = Side("library", [program, server.address, 64, gets, *words])
            yield Row(what, 10, ours, theirs, size.runs, rates=True)


def python():
    """This Python, or the system's, whose packages Scripts/deps installs: one that has pylibmc, if any does."""
    for found in filter(shutil.which, (sys.executable, "/usr/bin/python3")):
        if subprocess.run([found, "-c", "import pylibmc"], capture_output=True, timeout=60).returncode == 0:
            return found
    return sys.executable


# In the order of the table.
SECTIONS = {
    "one-liners": one_liners,
    "set": sets,
    "get": gets,
    "mixed": mixed,
    "value": big_value,
    "keys": keys,
    "library": library,
}
