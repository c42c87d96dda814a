#!/usr/bin/env python3
"""Writes data/frequencies/{da,en}.tsv from the PyPI package wordfreq 3.1.1. See data/frequencies/README.md."""

import re
from pathlib import Path

import wordfreq

DATA = Path(__file__).parent.parent / "data/frequencies"

for language, size, least in (("da", "small", 3.0), ("en", "large", 2.5)):
    words = wordfreq.get_frequency_dict(language, size)
    values = {word: wordfreq.zipf_frequency(word, language, size) for word in words}
    kept = sorted((word, zipf) for word, zipf in values.items() if zipf >= least and re.search(r"[^\W\d_]", word))
    lines = ["word\tzipf"] + [f"{word}\t{zipf:.2f}" for word, zipf in kept]
    (DATA / f"{language}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
