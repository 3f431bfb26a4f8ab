"""Results as a table, and a description of the machine."""

import os
import platform
import subprocess

HEADER = ["what", "goal", "ratio", "mcsh", "against", "peak", "verdict"]


def of(results):
    """The table of pairs of a row and its result; None if it was not measured."""
    peaks = {}
    lines = []
    for row, result in results:
        lines.append(line(row, result))
        if row.memory and result:
            peaks[row.memory] = max(peaks.get(row.memory, 0), result.peak)
    for goal, peak in peaks.items():
        lines.append([goal.what, f"<= {mebibytes(goal.bytes)}", "", "", "", mebibytes(peak),
                      verdict(peak <= goal.bytes)])
    return aligned([HEADER, *lines])


def line(row, result):
    goal = f"{'>=' if row.rates else '<='} {row.goal:.2f} x"
    if not result:
        return [row.what, goal, "-", "-", "-", "-", "not measured"]
    figure = rate if row.rates else duration
    return [
        row.what, goal, f"{result.ratio:.2f} x", figure(result.ours), f"{row.theirs.name} {figure(result.theirs)}",
        mebibytes(result.peak), verdict(result.is_met),
    ]


def aligned(lines, numbers=False):
    """Lines of cells in columns; `numbers` means that all cells after the first are numbers."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    lines = [lines[0], ["-" * width for width in widths], *lines[1:]]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if numbers and column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths))
        ).rstrip()
        for line in lines
    )


def sparkline(numbers, width=60):
    """The maxima of a series, from zero up."""
    width = min(width, len(numbers))
    parts = [max(numbers[len(numbers) * n // width:len(numbers) * (n + 1) // width]) for n in range(width)]
    return "".join("▁▂▃▄▅▆▇█"[min(7, part * 8 // max(1, *numbers))] for part in parts)


def duration(seconds):
    return f"{seconds * 1000:.2f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


def rate(seconds):
    """Operations per second, from the time of one."""
    return f"{1 / seconds:,.0f}/s"


def mebibytes(size):
    return f"{size / (1 << 20):.1f} MiB"


def verdict(met):
    return "met" if met else "MISSED"


def machine():
    """The versions of the programs compared, and the processors."""
    versions = [first_line("memcached", "-V"), first_line("memccat", "--version"), first_line("swift", "--version")]
    return "\n".join([
        f"{processor()}, {os.cpu_count()} CPUs, {platform.system()} {platform.release()} {platform.machine()}",
        ", ".join(version for version in versions if version),
    ])


def first_line(*command):
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return next(iter(run.stdout.strip().splitlines()), "")


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return next(iter(names), platform.processor() or platform.machine())
