#!/usr/bin/env python3
"""How long a whole `matcher suggest` process takes beside /bin/true, and how much memory it needs at most.

    scripts/cold_start.py target/release/matcher [--runs 200] [--at-most-ratio R] [--at-most-mib M]

The two run in turn, so that a slow moment of the machine hits both. Medians are compared.
"""

import argparse
import os
import statistics
import sys
import time


def run(argv):
    """Seconds, and peak memory in MiB, of one process with its output thrown away."""
    null = os.open(os.devnull, os.O_RDWR)
    start = time.perf_counter()
    pid = os.posix_spawn(argv[0], argv, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)])
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    os.close(null)
    if status:
        sys.exit(f"{argv} ended with {status}")
    return seconds, usage.ru_maxrss / 1024


parser = argparse.ArgumentParser()
parser.add_argument("matcher")
parser.add_argument("--runs", type=int, default=200)
parser.add_argument("--at-most-ratio", type=float)
parser.add_argument("--at-most-mib", type=float)
arguments = parser.parse_args()

ours, true, memory = [], [], 0.0
for _ in range(arguments.runs):
    true.append(run(["/bin/true"])[0])
    seconds, mib = run([arguments.matcher, "suggest", "we build underwater drones"])
    ours.append(seconds)
    memory = max(memory, mib)

a, b = statistics.median(ours), statistics.median(true)
print(f"matcher suggest {a * 1e3:.2f} ms, /bin/true {b * 1e3:.2f} ms, ratio {a / b:.1f}, peak memory {memory:.1f} MiB")
if arguments.at_most_ratio and a / b > arguments.at_most_ratio:
    sys.exit(f"more than {arguments.at_most_ratio} times as long")
if arguments.at_most_mib and memory > arguments.at_most_mib:
    sys.exit(f"more than {arguments.at_most_mib} MiB")
