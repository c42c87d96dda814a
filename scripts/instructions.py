#!/usr/bin/env python3
"""Counts the instructions that `matcher batch` takes for a row of about 40 words, with valgrind's callgrind.

    scripts/instructions.py target/release/matcher [--at-most N]

Unlike times, counts do not depend on what else the machine does. Two lists are scored, one longer than the other by rows
that hold no new word; the difference is what a row costs once its words are known.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS = 2_000

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("matcher")
parser.add_argument("--at-most", type=int, metavar="N", help="fail if a row takes more")
arguments = parser.parse_args()


def instructions(path, folder):
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind.out"]
    command += [arguments.matcher, "batch", path, "-o", f"{folder}/scored.csv", "--threads", "1", "--quiet"]
    result = subprocess.run(command, capture_output=True, text=True)
    counted = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode or not counted:
        sys.exit(f"{' '.join(map(str, command))} ended with {result.returncode}:\n{result.stderr}")
    return int(counted[1])


with tempfile.TemporaryDirectory() as folder:
    make = [sys.executable, Path(__file__).parent / "make_list.py", str(ROWS)]
    header, *rows = subprocess.run(make, capture_output=True, text=True, check=True).stdout.splitlines(keepends=True)
    counts = []
    for times in (3, 5):
        path = Path(folder) / f"{times}.csv"
        path.write_text(header + "".join(rows) * times)
        counts.append(instructions(path, folder))
a_row = (counts[1] - counts[0]) / (2 * ROWS)
print(f"{a_row:,.0f} instructions a row")
if arguments.at_most and a_row > arguments.at_most:
    sys.exit(f"more than {arguments.at_most:,}")
