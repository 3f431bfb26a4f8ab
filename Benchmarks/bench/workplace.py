"""Where a benchmark works: its directories, the programs built from C, its private memcacheds, and running a side."""

import filecmp
import getpass
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

from .measuring import Measurement, NotMeasured, Side

BENCHMARKS = Path(__file__).resolve().parent.parent
RUN_LIMIT = 180  # seconds after which a run counts as hung
DATA_BYTES = 2 << 30  # the file space that the largest row needs


class Server:
    """A memcached on a port of its own."""

    def __init__(self, process, port):
        self.process, self.port, self.address = process, port, f"127.0.0.1:{port}"


class Workplace:
    """Its files and servers are removed at the end."""

    def __enter__(self):
        self.program = chosen_program()
        with ExitStack() as stack:
            directory = tempfile.TemporaryDirectory(prefix="mcsh-bench-")
            data = tempfile.TemporaryDirectory(prefix="mcsh-bench-", dir=memory_directory())
            self.programs = Path(stack.enter_context(directory))
            self.data = Path(stack.enter_context(data))
            # The user's own settings must not affect the measurement.
            self.environment = {
                name: value for name, value in os.environ.items() if not name.startswith(("MCSH", "MEMCACHED_"))
            } | {name: str(self.programs) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")}
            self.server = stack.enter_context(self.servers())[0]
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *error):
        return self.stack.__exit__(*error)

    # --- Programs and servers ---

    @cached_property
    def limit_program(self):
        return self.compile("limit")

    @cached_property
    def measure_program(self):
        return self.compile("measure")

    def compile(self, name):
        compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("clang")
        if not compiler:
            sys.exit("Benchmarks: no C compiler (cc or clang) found")
        built = self.programs / name
        subprocess.run([compiler, "-O2", "-Wall", "-o", built, BENCHMARKS / f"{name}.c"], check=True)
        return built

    @contextmanager
    def servers(self, count=1, *options):
        """Private memcacheds, by default with enough memory for what the scripts store."""
        with ExitStack() as stack:
            yield [stack.enter_context(self.start_server(options or ("-m", "1024"))) for _ in range(count)]

    @contextmanager
    def start_server(self, options):
        with tempfile.TemporaryDirectory(dir=self.programs) as directory:
            port_file = Path(directory) / "port"
            process = subprocess.Popen(
                ["memcached", "-u", getpass.getuser(), "-l", "127.0.0.1", "-p", "-1", "-U", "0", "-t", "4", *options],
                env=self.environment | {"MEMCACHED_PORT_FILENAME": str(port_file)},
            )
            try:
                give_up = time.monotonic() + 10
                while not (port_file.exists() and port_file.read_text().strip()):
                    if process.poll() is not None or time.monotonic() > give_up:
                        sys.exit("Benchmarks: memcached did not start")
                    time.sleep(0.01)
                yield Server(process, port_file.read_text().split()[-1])
            finally:
                process.kill()
                process.wait()

    # --- Files ---

    def file(self, name, content):
        """A file with the given content: bytes, or pieces of them."""
        path = self.data / name
        with open(path, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
        return path

    @contextmanager
    def scratch(self):
        """Deletes the files created in the meantime: the data of a section is large."""
        kept = set(self.data.iterdir())
        try:
            yield
        finally:
            for path in set(self.data.iterdir()) - kept:
                path.unlink()

    # --- Sides ---

    def mcsh(self, *arguments, server=None, input=os.devnull, expected=None):
        address = (server or self.server).address
        return Side("mcsh", [self.program, "-s", address, *arguments], input, expected)

    def limit(self, protocol, *last, server=None):
        """The limit: sends a file of protocol and reads the replies, up to a last line if one is given."""
        return Side("limit", [self.limit_program, "127.0.0.1", (server or self.server).port, protocol, *last])

    def netcat(self, protocol, *, server=None, expected=None):
        """nc does not know where the last reply ends, so the protocol must end with `quit`."""
        return Side("nc", ["nc", "127.0.0.1", (server or self.server).port], protocol, expected)

    def load(self, protocol, server=None):
        self.run(self.limit(protocol, server=server))

    def run(self, side):
        if not shutil.which(side.command[0]):
            raise NotMeasured(f"{side.command[0]} is neither installed nor built")
        output, messages = self.data / "output", self.data / "messages"
        # Freeing the pages of an earlier output is not part of a run.
        output.unlink(missing_ok=True)
        with open(messages, "wb") as stderr:
            measuring = subprocess.Popen(
                [self.measure_program, side.input, output, *side.command],
                stdout=subprocess.PIPE, stderr=stderr, env=self.environment, start_new_session=True,
            )
            try:
                report, _ = measuring.communicate(timeout=RUN_LIMIT)
            except BaseException as error:
                os.killpg(measuring.pid, signal.SIGKILL)
                measuring.wait()
                if isinstance(error, subprocess.TimeoutExpired):
                    raise NotMeasured(f"{side.name} did not end within {RUN_LIMIT} s") from None
                raise
        said = messages.read_text(errors="replace").strip().splitlines()[:1]
        if measuring.returncode:
            raise NotMeasured(" ".join([f"{side.name} did not start", *said]))
        seconds, peak, status = report.split()
        if int(status):
            raise NotMeasured(" ".join([f"{side.name} ended with status {int(status)}", *said]))
        if not is_expected(output, side.expected):
            raise NotMeasured(f"{side.name} did not print what it should")
        return Measurement(float(seconds), int(peak))

    def printed_number(self):
        """The number that the last run printed."""
        text = (self.data / "output").read_text(errors="replace").strip()
        if not text.isdecimal() or not int(text):
            raise NotMeasured("no number was printed")
        return int(text)


def is_expected(output, expected):
    if expected is None:
        return True
    if isinstance(expected, Path):
        # Without shallow=False, files of the same size and time count as the same.
        filecmp.clear_cache()
        return filecmp.cmp(output, expected, shallow=False)
    return expected in output.read_bytes() if isinstance(expected, bytes) else expected(output)


def chosen_program():
    program = os.environ.get("MCSH") or str(BENCHMARKS.parent / ".build/release/mcsh")
    found = shutil.which(program)
    if not found:
        sys.exit(f"Benchmarks: {program} is not there; run make first, or set MCSH")
    return os.path.abspath(found)


def memory_directory():
    """A directory in memory, because the speed of a disk should not be measured. None if there is none."""
    shared = Path("/dev/shm")
    if "TMPDIR" not in os.environ and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 2 * DATA_BYTES:
        return shared
    return None
