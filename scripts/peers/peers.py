#!/usr/bin/env python3
"""Compares matcher with its peers in one run, and writes the table of docs/peers.md.

    cargo build --release && scripts/peers/peers.py --cache ~/.cache/matcher-peers

Every peer is trained in one process and used in another, so that time and memory are its own, with one thread. Seconds
are processor seconds: a busy machine changes them less. See README.md beside this file.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Before numpy is loaded anywhere. This process never loads it before the last measurement: Linux counts the memory of
# the process that starts another towards the other's peak.
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "RAYON")} | {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
}
os.environ.update(ONE_THREAD)

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SETTINGS = HERE / "settings.json"
NAMES = ["E5ZeroShot", "E5Regression", "FastText", "TfidfSample", "Tfidf"]


def main():
    arguments = parsed()
    if arguments.child:
        return child(*arguments.child, arguments)
    if arguments.tune:
        for name in arguments.only or [name for name in NAMES if name != "TfidfSample"]:
            started("tune", name, "-", arguments)
    names = arguments.only or NAMES
    settings = json.loads(SETTINGS.read_text()) if SETTINGS.exists() else {}
    missing = {"Tfidf" if name == "TfidfSample" else name for name in names} - set(settings)
    if missing:
        sys.exit(f"settings.json has nothing for {', '.join(sorted(missing))}: run with --tune")
    with tempfile.TemporaryDirectory() as folder:
        folder = arguments.keep or Path(folder)
        results = {}
        for name in ["matcher", *names]:
            own = folder / name
            own.mkdir(parents=True, exist_ok=True)
            if not (own / "found.json").exists():
                if name == "matcher":
                    found = of_matcher(arguments, own)
                else:
                    found = {part: started(part, name, own, arguments) for part in ("train", "predict")}
                (own / "found.json").write_text(json.dumps(found))
            results[name] = json.loads((own / "found.json").read_text())
        sys.path.insert(0, str(HERE))
        import report

        report.write(results, settings, folder, arguments)
    return 0


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--matcher", type=Path, default=ROOT / "target/release/matcher", help="the binary")
    parser.add_argument("--cache", type=Path, help="folder outside the repository for embeddings of profiles")
    parser.add_argument("--tune", action="store_true", help="choose the settings anew first (settings.json)")
    parser.add_argument("--only", nargs="*", metavar="PEER", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--bench", type=Path, help="saved output of `cargo bench --bench speed -- score`")
    parser.add_argument("--keep", type=Path, help="keep models and findings here, and go on from what is there")
    parser.add_argument("--output", type=Path, default=ROOT / "docs/peers.md")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.matcher = arguments.matcher.resolve()
    return arguments


def started(part, name, folder, arguments):
    """What a child process reports of itself."""
    print(f"{part} {name}", file=sys.stderr)
    command = [sys.executable, __file__, "--child", part, name, str(folder)]
    if arguments.cache:
        command += ["--cache", str(arguments.cache)]
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    found = json.loads(output.splitlines()[-1])
    print(f"  {found}", file=sys.stderr)
    return found


def child(part, name, folder, arguments):
    """Trains, or scores the companies and measures speed, and prints what it found as the last line."""
    import resource

    sys.path.insert(0, str(HERE))
    import corpus
    from rankers import PEERS, Embedded

    Embedded.cache = arguments.cache
    peer = PEERS[name]()
    settings = json.loads(SETTINGS.read_text()) if SETTINGS.exists() else {}
    profiles = corpus.profiles()
    sample = corpus.sample(profiles, getattr(peer, "training_texts", 0))
    found = {}
    if part == "tune":
        from tune import tune

        chosen = tune(peer, sample)
        settings = json.loads(SETTINGS.read_text()) if SETTINGS.exists() else {}
        settings[name] = chosen
        SETTINGS.write_text(json.dumps(settings, indent=1) + "\n")
    elif part == "train":
        if isinstance(peer, Embedded):
            # The time of embedding is that of prediction, times the number of texts.
            peer.embeddings().of([profile.text for profile in sample])
        begin = time.process_time()
        peer.train(sample, settings[getattr(peer, "settings_of", name)]["chosen"])
        found["seconds"] = time.process_time() - begin
        peer.save(folder)
        found["size"] = peer.size(folder)
        found["texts"] = len(sample)
    else:
        import numpy as np

        Embedded.cache = None
        peer.load(folder)
        texts = [profile.text for profile in corpus.sample(profiles, 2000)][: peer.speed_texts]
        peer.scores(texts[:10])
        begin = time.process_time()
        peer.scores(texts)
        found["rows_per_second"] = len(texts) / (time.process_time() - begin)
        found["speed_texts"] = len(texts)
        np.save(Path(folder) / "scores.npy", peer.scores([profile.text for profile in corpus.companies()]))
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(found))
    return 0


def process(command, text=None, folder=None):
    """Output, processor seconds and peak memory of a process."""
    streams = [folder / "input", folder / "output"]
    streams[0].write_text(text or "")
    with streams[0].open() as source, streams[1].open("w") as sink:
        running = subprocess.Popen([str(word) for word in command], stdin=source, stdout=sink, cwd=ROOT)
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        sys.exit(f"{command} ended with {running.returncode}")
    return streams[1].read_text(), usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def of_matcher(arguments, folder):
    """Training by `train`; answers by `suggest`, for report.py to check against `evaluate`; speed by `batch`, else by
    `cargo bench`."""
    sys.path.insert(0, str(HERE))
    import corpus

    def run(*words, text=None):
        return process([arguments.matcher, *words], text, folder)

    print("matcher", file=sys.stderr)
    trained = folder / "model.bin"
    _, seconds, training_memory = run("train", "--data", "data", "-o", trained)
    answers, memory = [], 0
    for company in corpus.companies():
        answer, _, peak = run("suggest", "--top", 0, "--format", "json", "--model", trained, text=company.text)
        answers.append(json.loads(answer))
        memory = max(memory, peak)
    found = {
        "train": {
            "seconds": seconds,
            "memory": training_memory,
            "size": trained.stat().st_size,
            "texts": len(corpus.profiles()),
        },
        "predict": {"memory": memory, **speed(arguments, run, trained)},
        "answers": answers,
        "evaluation": json.loads(run("evaluate", "data/dev.jsonl", "--format", "json", "--model", trained)[0]),
        "embedded": trained.read_bytes() == (ROOT / "models/matcher.bin").read_bytes(),
    }
    print(f"  {found['train']} {found['predict']}", file=sys.stderr)
    return found


def speed(arguments, run, model):
    import corpus

    if subprocess.run([arguments.matcher, "batch", "--help"], capture_output=True).returncode == 0:
        # Less a run over one text, since the others are measured without starting and loading.
        texts = [profile.text for profile in corpus.profiles()]
        seconds = []
        for part in (texts, texts[:1]):
            lines = "".join(json.dumps({"text": text}) + "\n" for text in part)
            with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as source:
                source.write(lines)
                source.flush()
                seconds.append(run("batch", source.name, "--threads", 1, "-o", "-", "--model", model)[1])
        return {"rows_per_second": (len(texts) - 1) / (seconds[0] - seconds[1]), "speed_by": "batch"}
    if arguments.bench:
        output = arguments.bench.read_text()
    elif (ROOT / "benches/speed.rs").exists():
        bench = ["cargo", "bench", "--bench", "speed", "--", "score"]
        output = subprocess.run(bench, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    else:
        return {"rows_per_second": None, "speed_by": "nothing"}
    # divan: the line of `score`, and below it a line of items a second: fastest, slowest, median, mean.
    lines = output.splitlines()
    place = next(place for place, line in enumerate(lines) if re.search(r"[├╰]─ score ", line))
    items = next(line for line in lines[place:] if "item/s" in line)
    fastest, unit = re.search(r"([\d.]+) ([KMG]?)item/s", items).groups()
    return {"rows_per_second": float(fastest) * {"": 1, "K": 1e3, "M": 1e6, "G": 1e9}[unit], "speed_by": "bench"}


if __name__ == "__main__":
    sys.exit(main())
