#!/usr/bin/env python3
"""Makes a list of companies to measure with: rows of about 40 words, from the profiles in data/.

    scripts/make_list.py 200000 > list.csv
"""

import csv
import glob
import json
import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    words = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    texts = []
    for name in sorted(glob.glob(str(HERE / "data/profiles/*.jsonl"))):
        with open(name, encoding="utf-8") as lines:
            texts += [json.loads(line)["text"].split() for line in lines if line.strip()]
    rng = random.Random(20261125)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["cvr", "name", "city", "description"])
    for row in range(rows):
        profile = []
        length = rng.randint(words // 2, words + words // 2)
        while len(profile) < length:
            profile += rng.choice(texts)
        out.writerow([10_000_000 + row, f"Company {row} ApS", rng.choice(["Odense", "Aarhus", "Esbjerg"]), " ".join(profile[:length])])


if __name__ == "__main__":
    main()
