#!/usr/bin/env python3
"""Writes what the model's measurements say into README.md, models/README.md and data/README.md, between markers such as

    <!-- quality --> … <!-- /quality -->

    scripts/tables.py target/release/matcher [--check]

With --check nothing is written, and the exit code tells whether every number stands as measured.
"""

import json
import re
import struct
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
NAMES = {
    "top1": "first suggestion is a right one",
    "acc1": "first suggestion is right or acceptable",
    "top3": "a right one among three",
    "ndcg3": "nDCG@3",
    "ece": "calibration error",
    "fit_precision": "verdict `fit`: first is right or acceptable",
    "fit_coverage": "companies with the verdict `fit`",
    "none_auroc": "none told from companies (AUROC)",
    "none_recall": "none recognised by the verdict",
    "false_none": "companies wrongly turned away",
}
RANKERS = ["model", "cosine", "bm25", "keyword"]
STYLES = ["pitch", "short", "about", "formaal", "hard"]


def table(head, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def value(measures, name):
    return f"{measures[name]['value']:.3f}" if name in measures else "–"


def interval(measures, name):
    return f"{measures[name]['low']:.3f} – {measures[name]['high']:.3f}" if name in measures else "–"


def both(measures, name):
    return f"{value(measures, name)} ({interval(measures, name)})"


def split(measures, labels):
    return [[label, str(measures[key]["n"]), both(measures[key], "top1")] + [value(measures[key], name) for name in ("acc1", "top3", "ndcg3")] for key, label in labels.items()]


def evaluate(matcher):
    arguments = [part for ranker in RANKERS for part in ("--ranker", ranker)]
    command = [matcher, "evaluate", str(ROOT / "data/dev.jsonl"), "--format", "json", *arguments]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def description():
    """The model's own description, and the size of its file."""
    model = (ROOT / "models/matcher.bin").read_bytes()
    (length,) = struct.unpack("<I", model[12:16])
    return json.loads(model[32 : 32 + length]), len(model)


def sections(matcher):
    evaluations = evaluate(matcher)
    ours = evaluations[0]
    model, size = description()
    training, cross = model["training"], dict(model["training"]["metrics"])
    head = ["", "n", "top1", "acc1", "top3", "ndcg3"]
    styles = Counter()
    for path in (ROOT / "data/profiles").iterdir():
        for line in path.read_text(encoding="utf-8").splitlines():
            profile = json.loads(line)
            styles[profile["style"], profile["lang"]] += 1
    groups = (model["groups"]["end"] - model["groups"]["start"]) // (4 + len(model["intercept"]))
    return {
        "quality": table(["measure", "value", "95% interval"], [[f"{text} (`{name}`)", value(ours, name), interval(ours, name)] for name, text in NAMES.items()]),
        "clusters": table(head, split(ours["by_cluster"], {id: id for id in model["clusters"]})),
        "languages": table(head, split(ours["by_language"], {"da": "Danish", "en": "English", "mixed": "mixed"}) + split(ours["by_style"], {style: style for style in STYLES})),
        "baselines": table(["ranker", "top1", "acc1", "top3", "ndcg3"], [[one["ranker"]] + [both(one, name) for name in ("top1", "acc1", "top3", "ndcg3")] for one in evaluations]),
        "cross": f"first right {cross['top1']:.3f}, right or acceptable {cross['acc1']:.3f}. The thresholds are chosen there, on the profiles that were not written in contrast: they give `fit` to {cross['fit_coverage']:.0%} of those with a cluster and are then right or acceptable in {cross['fit_precision']:.0%}, if one in ten of those who ask belongs nowhere; they recognise {cross['none_recall']:.0%} of those without one and turn away {cross['false_none']:.1%} of the others.",
        "trained": f"{training['profiles']:,} profiles and {training['terms']:,} lexicon entries",
        "profiles": f"{training['profiles']:,}",
        "terms": f"{training['terms']:,}",
        "size": f"{size:,}",
        "parts": f"{model['parts']['len']:,} stems and n-grams in {groups:,} groups",
        "none": f"{value(ours, 'none_recall')} ({interval(ours, 'none_recall')})",
        "styles": table(["", "Danish", "English", "mixed"], [[style] + [f"{styles[style, language]:,}" for language in ("da", "en", "mixed")] for style in STYLES]),
    }


def main():
    texts = sections(sys.argv[1])
    stale = []
    for name in ("README.md", "models/README.md", "data/README.md", "docs/design.md"):
        path = ROOT / name
        old = path.read_text(encoding="utf-8")

        def put(match):
            text = texts[match[1]]
            return f"<!-- {match[1]} -->\n\n{text}\n\n<!-- /{match[1]} -->" if "\n" in text else f"<!-- {match[1]} -->{text}<!-- /{match[1]} -->"

        new = re.sub(r"<!-- (\w+) -->.*?<!-- /\1 -->", put, old, flags=re.S)
        if new != old:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(new, encoding="utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(f"not as measured: {', '.join(stale)}; run scripts/tables.py")


main()
