#!/usr/bin/env python3
"""Makes a list of companies to measure with: rows of about 40 words, from the profiles in data/.

    scripts/make_list.py 200000 > list.csv
    scripts/make_list.py 200000 --words 100 > long.csv
    scripts/make_list.py 200000 --shuffle-languages > hard.csv

A row is made of profiles in one language, as companies write. With --shuffle-languages it may change the language at
every sentence, which no real list does; it is the hardest case for deciding what language a row is in.
"""

import argparse
import csv
import json
import random
import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int, nargs="?", default=200_000)
    parser.add_argument("--words", type=int, default=40)
    parser.add_argument("--shuffle-languages", action="store_true")
    arguments = parser.parse_args()
    texts = defaultdict(list)
    languages = []
    for name in sorted((HERE / "data/profiles").glob("*.jsonl")):
        for line in name.read_text(encoding="utf-8").splitlines():
            if line.strip():
                profile = json.loads(line)
                language = "any" if arguments.shuffle_languages else profile["lang"]
                texts[language].append(profile["text"].split())
                languages.append(language)
    rng = random.Random(20261125)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["cvr", "name", "city", "description"])
    for row in range(arguments.rows):
        language = rng.choice(languages)
        length = rng.randint(arguments.words // 2, arguments.words + arguments.words // 2)
        words = []
        while len(words) < length:
            words += rng.choice(texts[language])
        city = rng.choice(["Odense", "Aarhus", "Esbjerg"])
        out.writerow([10_000_000 + row, f"Company {row} ApS", city, " ".join(words[:length])])


if __name__ == "__main__":
    main()
