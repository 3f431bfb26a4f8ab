"""Comparisons: what is run on both sides, and what came of it."""

import os
import statistics
from collections import namedtuple
from dataclasses import dataclass


class NotMeasured(Exception):
    """Why a row has no figures."""


Measurement = namedtuple("Measurement", "seconds peak")

MemoryGoal = namedtuple("MemoryGoal", "what bytes")
MemoryGoal.__doc__ = """What the memory of mcsh must stay below. Rows with the same goal share a line of the table."""


class Side(namedtuple("Side", "name command input expected")):
    """One side of a comparison: what is run, on which input, and what it must print: exactly what is in a file,
    anything with the given bytes in it, or what a function of the output's path accepts. None for whatever it likes."""

    def __new__(cls, name, command, input=os.devnull, expected=None):
        return super().__new__(cls, name, tuple(str(word) for word in command), str(input), expected)


@dataclass
class Row:
    """Our side against another: how many times as long may ours take? Where the sides print how many they did in a
    second: how many times as many must ours do?"""

    what: str
    goal: float
    ours: Side
    theirs: Side
    runs: int
    scale: int = 1  # how many times as much work ours does
    memory: MemoryGoal | None = None
    before: object = None  # called before each run
    rates: bool = False  # the sides print how many they did in a second

    def measure(self, workplace):
        # The first pair brings programs and data into the caches and is not counted.
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
    """What came of a row's pairs of runs."""

    def __init__(self, row, pairs):
        self.ratio = statistics.median(ours.seconds / (theirs.seconds * row.scale) for ours, theirs in pairs)
        self.ours = statistics.median(ours.seconds for ours, _ in pairs)
        self.theirs = statistics.median(theirs.seconds for _, theirs in pairs)
        self.peak = max(ours.peak for ours, _ in pairs)
        if row.rates:
            self.ratio = 1 / self.ratio
        self.is_met = self.ratio >= row.goal if row.rates else self.ratio <= row.goal
