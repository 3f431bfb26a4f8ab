"""Comparisons: what is run on both sides, and the results."""

import os
import statistics
from collections import namedtuple
from dataclasses import dataclass


class NotMeasured(Exception):
    """Why a row has no figures."""


Measurement = namedtuple("Measurement", "seconds peak")

MemoryGoal = namedtuple("MemoryGoal", "what bytes")
MemoryGoal.__doc__ = """The limit for the memory of mcsh. Rows with the same goal share a line of the table."""


class Side(namedtuple("Side", "name command input expected")):
    """One side of a comparison: the command, its input, and what it must print: exactly the contents of a file,
    anything that contains the given bytes, or what a function of the output's path accepts. None accepts any output."""

    def __new__(cls, name, command, input=os.devnull, expected=None):
        return super().__new__(cls, name, tuple(str(word) for word in command), str(input), expected)


@dataclass
class Row:
    """Our side against another: how many times as long may ours take? If the sides print operations per second: how
    many times as many must ours do?"""

    what: str
    goal: float
    ours: Side
    theirs: Side
    runs: int
    scale: int = 1  # how many times as much work our side does
    memory: MemoryGoal | None = None
    before: object = None  # called before each run
    rates: bool = False  # the sides print operations per second

    def measure(self, workplace):
        # The first pair warms the caches and is not counted.
        pairs = []
        for number in range(-1, self.runs):
            # The order alternates, so that being first favours neither side.
            sides = (self.ours, self.theirs) if number % 2 else (self.theirs, self.ours)
            results = {}
            for side in sides:
                if self.before:
                    self.before()
                results[side] = workplace.run(side)
                if self.rates:
                    results[side] = results[side]._replace(seconds=1 / workplace.printed_number())
            if number >= 0:
                pairs.append((results[self.ours], results[self.theirs]))
        return Result(self, pairs)


class Result:
    """The results of a row's pairs of runs."""

    def __init__(self, row, pairs):
        self.ratio = statistics.median(ours.seconds / (theirs.seconds * row.scale) for ours, theirs in pairs)
        self.ours = statistics.median(ours.seconds for ours, _ in pairs)
        self.theirs = statistics.median(theirs.seconds for _, theirs in pairs)
        self.peak = max(ours.peak for ours, _ in pairs)
        if row.rates:
            self.ratio = 1 / self.ratio
        self.is_met = self.ratio >= row.goal if row.rates else self.ratio <= row.goal
