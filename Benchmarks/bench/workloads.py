"""What is sent and what must come back: scripts, the same as prebuilt protocol, and the answers."""

import random
from collections import namedtuple

CHUNK = 100_000  # lines generated at a time if there are many


class Workload(namedtuple("Workload", "script protocol answers")):
    """A script, the same as prebuilt protocol, and what mcsh prints for it: each a file."""


def key(number, kind="k"):
    return f"{kind}{number:09}"  # ten bytes


def value(number):
    return f"value-{number:026}"  # 32 bytes, always the same for a key


def protocol_set(name, content):
    return f"set {name} 0 0 {len(content)}\r\n{content}\r\n"


class Workloads:
    """Creates workloads, identical in each run of the benchmarks."""

    def __init__(self, workplace, lines):
        self.workplace, self.lines = workplace, lines
        self.keys, self.counters = lines // 5, 1000

    def everything(self):
        """Protocol that sets all keys that the workloads need."""
        return self.workplace.file("all-keys.protocol", "".join(
            [protocol_set(key(n), value(n)) for n in range(self.keys)]
            + [protocol_set(key(n, "n"), "0") for n in range(self.counters)]
            + [protocol_set(key(n, "d"), "gone soon") for n in range(self.lines // 10)]
        ).encode())

    def every_key(self):
        """A script that sets the keys of the gets."""
        return self.workplace.file(
            "all-keys.mcsh", "".join(f"set {key(n)} {value(n)}\n" for n in range(self.keys)).encode())

    def sets(self, lines=None):
        lines = lines or self.lines
        chosen = random.Random("sets").choices(range(self.keys), k=lines)
        return self.joined(
            f"sets-{lines}",
            [f"set {key(n)} {value(n)}\n" for n in chosen],
            [protocol_set(key(n), value(n)) for n in chosen],
            ["STORED\n"] * lines,
        )

    def gets(self):
        chosen = random.Random("gets").choices(range(self.keys), k=self.lines)
        return self.joined(
            "gets",
            [f"get {key(n)}\n" for n in chosen],
            [f"get {key(n)}\r\n" for n in chosen],
            [f"{value(n)}\n" for n in chosen],
        )

    def replies_to_gets(self, work):
        """What memcached itself sends for them."""
        return self.workplace.file("gets.replies", "".join(
            f"VALUE {name} 0 {len(content)}\r\n{content}\r\nEND\r\n"
            for name, content in zip(work.protocol.read_text().split()[1::2], work.answers.read_text().split())
        ).encode())

    def mixed(self):
        """50 % get, 30 % set, 10 % incr, 10 % delete, in random order. Every delete finds a key of its own."""
        choose = random.Random("mixed")
        script, protocol, answers = [], [], []
        counted = [0] * self.counters
        deleted = 0
        kinds = (["get"] * 5 + ["set"] * 3 + ["incr", "delete"]) * (self.lines // 10)
        choose.shuffle(kinds)
        for kind, n in zip(kinds, choose.choices(range(self.keys), k=len(kinds))):
            if kind == "get":
                script.append(f"get {key(n)}\n")
                protocol.append(f"get {key(n)}\r\n")
                answers.append(f"{value(n)}\n")
            elif kind == "set":
                script.append(f"set {key(n)} {value(n)}\n")
                protocol.append(protocol_set(key(n), value(n)))
                answers.append("STORED\n")
            elif kind == "incr":
                n %= self.counters
                counted[n] += 1
                script.append(f"incr {key(n, 'n')}\n")
                protocol.append(f"incr {key(n, 'n')} 1\r\n")
                answers.append(f"{counted[n]}\n")
            else:
                script.append(f"delete {key(deleted, 'd')}\n")
                protocol.append(f"delete {key(deleted, 'd')}\r\n")
                answers.append("DELETED\n")
                deleted += 1
        return self.joined("mixed", script, protocol, answers)

    def joined(self, name, script, protocol, answers):
        return Workload(
            self.workplace.file(f"{name}.mcsh", "".join(script).encode()),
            self.workplace.file(f"{name}.protocol", "".join(protocol).encode()),
            self.workplace.file(f"{name}.answers", "".join(answers).encode()),
        )


def many_items(workplace, count):
    """Protocol that sets very many small items, generated in pieces."""
    return workplace.file("items.protocol", (
        "".join(protocol_set(key(n), f"{n:08}") for n in range(start, min(start + CHUNK, count))).encode()
        for start in range(0, count, CHUNK)
    ))


def lists_keys(count):
    """Accepts an output with one line per key, each of a key's length."""
    return lambda output: (lines_in(output), output.stat().st_size) == (count, count * len(key(0) + "\n"))


def lines_in(path):
    with open(path, "rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
