"""Gets values of 100 bytes with pylibmc, one after the other, and prints the number of gets per second.

    pylibmc_gets.py HOST:PORT GETS
"""

import sys
import time

try:
    import pylibmc
except ImportError:
    sys.exit("pylibmc is not installed (apt-get install python3-pylibmc)")

KEYS = 1000


def main():
    client = pylibmc.Client([sys.argv[1]])
    gets = int(sys.argv[2])
    keys = [f"loop-{1_000_000 + number}" for number in range(KEYS)]
    values = [bytes([number % 251]) * 100 for number in range(KEYS)]
    for key, value in zip(keys, values):
        client.set(key, value)
    pairs = list(zip(keys, values))
    get = client.get
    start = time.perf_counter()
    for number in range(gets // KEYS):
        for key, value in pairs:
            if get(key) != value:
                sys.exit(f"{key} has another value")
    print(int(gets // KEYS * KEYS / (time.perf_counter() - start)))


if __name__ == "__main__":
    main()
