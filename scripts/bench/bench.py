#!/usr/bin/env python3
"""Measures `matcher batch` beside others on the same lists, and writes docs/performance.md.

    cargo build --release && scripts/bench/bench.py [--peers KEPT]

Builds the yardsticks beside this file (the csv crate, linfa). The desk is measured if `wrk` is installed. With --peers, a folder that `scripts/peers/peers.py --keep`
filled, and with the Python that scripts/peers needs, scikit-learn and fastText are measured too. Commands that are
compared run in turn, so that a slow moment of the machine hits all of them, and the fastest run of each counts.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
YARDSTICKS = HERE / "yardsticks/target/release/yardsticks"
COLUMN = "description"
PEERS = {"Tfidf": "scikit-learn: TF-IDF and logistic regression", "FastText": "fastText: supervised"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--matcher", type=Path, default=ROOT / "target/release/matcher")
    parser.add_argument("--peers", type=Path, help="models kept by scripts/peers")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--output", type=Path, default=ROOT / "docs/performance.md")
    parser.add_argument("--peer", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        return peer(*arguments.peer)
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], cwd=HERE / "yardsticks", check=True)
    with tempfile.TemporaryDirectory() as folder:
        page = measured(arguments, Path(folder))
    arguments.output.write_text(page)
    print(f"wrote {arguments.output}", file=sys.stderr)
    return 0


def run(command):
    """Wall seconds, processor seconds, peak memory in MiB and output of a process."""
    with tempfile.TemporaryFile() as sink:
        start = time.perf_counter()
        running = subprocess.Popen([str(word) for word in command], stdout=sink, stderr=subprocess.DEVNULL, cwd=ROOT)
        _, status, usage = os.wait4(running.pid, 0)
        wall = time.perf_counter() - start
        running.returncode = os.waitstatus_to_exitcode(status)
        if running.returncode:
            sys.exit(f"{command} ended with {running.returncode}")
        sink.seek(0)
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, sink.read().decode()


def in_turn(commands, rounds):
    """For each command the least wall and processor seconds, and the greatest memory, of some rounds."""
    best = {}
    for _ in range(rounds):
        for name, command in commands.items():
            wall, processor, memory, _ = run(command)
            old = best.get(name, (wall, processor, memory))
            best[name] = (min(wall, old[0]), min(processor, old[1]), max(memory, old[2]))
    return best


def make_list(path, rows, *options):
    with path.open("w") as sink:
        subprocess.run([sys.executable, ROOT / "scripts/make_list.py", str(rows), *options], stdout=sink, check=True)
    return path


def measured(arguments, folder):
    matcher, rows, rounds = arguments.matcher.resolve(), arguments.rows, arguments.rounds
    batch = lambda path, *options: [matcher, "batch", path, "-o", folder / "scored.csv", "--quiet", *options]

    says("a list beside its copy")
    usual = make_list(folder / "list.csv", rows)
    megabytes = usual.stat().st_size / 1e6
    threads = sorted({1, 2, os.cpu_count()})
    commands = {"copy": [YARDSTICKS, "copy", usual, folder / "copy.csv"]}
    commands |= {count: batch(usual, "--threads", count) for count in threads}
    beside = in_turn(commands, rounds)
    copy = beside["copy"][0]

    says("others")
    texts = make_list(folder / "texts.csv", min(rows, 20_000))
    others = {"linfa: TF-IDF transform": float(run([YARDSTICKS, "linfa", texts, COLUMN])[3])}
    for name, title in PEERS.items():
        if arguments.peers and (arguments.peers / name).is_dir():
            command = [sys.executable, __file__, "--peer", name, arguments.peers / name, texts]
            others[title] = float(run(command)[3].splitlines()[-1])

    says("length of the texts")
    lengths = {}
    for words in (10, 40, 160, 640):
        path = make_list(folder / "length.csv", max(1000, rows * 10 // words // 2), "--words", str(words))
        seconds = in_turn({"one": batch(path, "--threads", 1)}, 3)["one"]
        count = sum(1 for _ in path.open()) - 1
        lengths[words] = (count, path.stat().st_size / count, seconds[0] / count)

    says("number of clusters")
    short = make_list(folder / "short.csv", 5_000)
    long = make_list(folder / "long.csv", 25_000)
    clusters = {}
    for count in (14, 100, 1000):
        model = model_of(count, matcher, folder)
        options = ["--threads", "1", "--model", model]
        times = in_turn({"short": batch(short, *options), "long": batch(long, *options)}, 3)
        # The longer list less the shorter one: what rows cost, without starting and reading the catalogue.
        clusters[count] = (times["long"][1] - times["short"][1]) / 20_000

    desk = served(matcher, folder, make_list(folder / "large.csv", 320_000)) if shutil.which("wrk") else None

    # Last: the disk is busy for a while afterwards.
    says("memory")
    memory = {rows: run(batch(usual))[2]}
    for times in (10, 100):
        # A list and what becomes of it.
        if shutil.disk_usage(folder).free < 3 * times * usual.stat().st_size:
            says(f"no room on the disk for {rows * times:,} rows: left out")
            continue
        memory[rows * times] = run(batch(repeated(usual, times, folder / "many.csv")))[2]
        for name in ("many.csv", "scored.csv"):
            (folder / name).unlink()

    return page(arguments, beside, copy, others, lengths, clusters, memory, megabytes, desk)


def repeated(path, times, to):
    """The rows of a list several times over, with one header."""
    with path.open("rb") as source, to.open("wb") as sink:
        sink.write(source.readline())
        start = source.tell()
        for _ in range(times):
            source.seek(start)
            shutil.copyfileobj(source, sink, 1 << 20)
    return to


def served(matcher, folder, list_path):
    """Requests a second, p99 in ms and memory in MiB of `matcher serve`: alone, and while it scores a list."""
    says("the desk")
    command = [matcher, "serve", "--listen", "127.0.0.1:0", "--no-open", "--quiet", "--store", folder / "cases.sqlite3"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().removeprefix("listening on ").strip()
        load(url, 32, 3)
        resident = memory_of(server.pid)
        alone = load(url, 32, 30)
        after = memory_of(server.pid)
        upload = ["curl", "-sS", "-F", f"file=@{list_path}", "-F", f"text_column={COLUMN}", f"{url}/v1/lists"]
        subprocess.run(upload, stdout=subprocess.DEVNULL, check=True)
        return {"alone": alone, "beside a list": load(url, 4, 3), "memory": (resident, after)}
    finally:
        server.terminate()
        server.wait()


def load(url, connections, seconds):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", ROOT / "scripts/load.lua", url]
    told = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout
    if wrong := re.search(r"Non-2xx.*|Socket errors.*", told):
        sys.exit(f"wrk: {wrong[0]}")
    figure, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", told).groups()
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1]), float(figure) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def memory_of(process):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())[1]) / 1024


def says(what):
    print(what, file=sys.stderr)


def model_of(count, matcher, folder):
    """A model for a catalogue of as many clusters. No profiles exist for so many, so it compares with descriptions."""
    catalogue = (ROOT / "data/clusters.toml").read_text()
    head, *blocks = re.split(r"(?m)^(?=\[\[cluster\]\]\n)", catalogue)
    written = [head]
    for number in range(count):
        block = blocks[number % len(blocks)]
        if number >= len(blocks):
            block = re.sub(r'(?m)^id = "(.*?)"', rf'id = "\g<1>-{number}"', block, count=1)
            block = re.sub(r'(?m)^short = "(.*?)"', rf'short = "\g<1> {number}"', block, count=1)
        written.append(block)
    data = folder / f"catalogue-{count}"
    data.mkdir()
    (data / "clusters.toml").write_text("".join(written))
    run([matcher, "train", "--data", data, "-o", data / "model.bin", "--quiet"])
    return data / "model.bin"


def peer(name, folder, path):
    """Rows a second of one of the peers on the texts of a list, after a warm-up."""
    import csv

    sys.path.insert(0, str(ROOT / "scripts/peers"))
    from rankers import PEERS as rankers

    ranker = rankers[name]()
    ranker.load(Path(folder))
    with open(path, newline="", encoding="utf-8") as source:
        texts = [row[COLUMN] for row in csv.DictReader(source)]
    ranker.scores(texts[:100])
    start = time.perf_counter()
    ranker.scores(texts)
    print(len(texts) / (time.perf_counter() - start))
    return 0


def page(arguments, beside, copy, others, lengths, clusters, memory, megabytes, desk):
    rows = arguments.rows
    number = lambda x: f"{float(f'{x:.3g}'):,.0f}"
    best = min(beside[count][0] for count in beside if count != "copy")
    lines = [
        "# Performance",
        "",
        "Written by [`scripts/bench/bench.py`](../scripts/bench/bench.py); do not edit by hand. Times depend on the machine",
        "and on what else it does; the ratios are what to look at. `cargo bench` times the parts.",
        "",
        "## A list beside its copy",
        "",
        f"{rows:,} rows of about 40 words in a column of four, {megabytes:.0f} MB, from `scripts/make_list.py`. The copy reads",
        "and writes the same file with the `csv` crate and one thread: what any program has to do that puts columns beside",
        f"others. Fastest of {arguments.rounds} runs, taken in turn.",
        "",
        "|  | wall, s | × copy | rows/s | processor, s | memory, MiB |",
        "|---|---:|---:|---:|---:|---:|",
        f"| copy by the `csv` crate | {copy:.3f} | 1.0 | {number(rows / copy)} | {beside['copy'][1]:.2f} | {beside['copy'][2]:.0f} |",
    ]
    for count, (wall, processor, peak) in beside.items():
        if count != "copy":
            name = f"`matcher batch --threads {count}`"
            lines.append(
                f"| {name} | {wall:.3f} | {wall / copy:.1f} | {number(rows / wall)} | {processor:.2f} | {peak:.0f} |"
            )
    lines += [
        "",
        "## Beside other ways of scoring",
        "",
        "The same kind of rows. The others are given the texts in memory and give scores in memory; matcher reads the file,",
        "decodes it, finds the columns, scores, explains, and writes the file.",
        "",
        "|  | rows/s | `matcher batch` is faster by |",
        "|---|---:|---:|",
    ]
    lines += [f"| {name} | {number(speed)} | {rows / best / speed:.0f} × |" for name, speed in others.items()]
    first, per_byte = lengths[10], lambda words: lengths[words][2] / lengths[words][1] * 1e9
    lines += [
        "",
        "## By length of the text",
        "",
        "One thread.",
        "",
        "| words a row | bytes a row | µs a row | ns a byte |",
        "|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {words} | {size:.0f} | {seconds * 1e6:.1f} | {per_byte(words):.1f} |"
        for words, (_, size, seconds) in lengths.items()
    ]
    lines += [
        "",
        "## By number of clusters",
        "",
        "One thread; catalogues made of copies of the 14, compared by their descriptions, since no profiles exist for so many.",
        "",
        "| clusters | µs a row | × 14 clusters |",
        "|---:|---:|---:|",
    ]
    lines += [f"| {count} | {s * 1e6:.1f} | {s / clusters[14]:.1f} |" for count, s in clusters.items()]
    lines += [
        "",
        "## Memory",
        "",
        "Peak, with a thread a core.",
        "",
        "| rows | MiB |",
        "|---:|---:|",
    ]
    lines += [f"| {count:,} | {peak:.0f} |" for count, peak in memory.items()]
    if desk:
        before, after = desk["memory"]
        lines += [
            "",
            "## The desk",
            "",
            "`matcher serve` under `wrk -t1` on the same cores (`scripts/load.lua`): three clusters with reasons for texts of 100",
            f"to 190 characters. Its memory was {before:.0f} MiB after 3 seconds of load and {after:.0f} MiB after 30 more.",
            "",
            "|  | requests/s | p99, ms |",
            "|---|---:|---:|",
            f"| 32 connections, 30 s | {number(desk['alone'][0])} | {desk['alone'][1]:.1f} |",
            f"| 4 connections, 3 s, while a list is scored | {number(desk['beside a list'][0])} | {desk['beside a list'][1]:.1f} |",
        ]
    lines += ["", "## This run", "", f"{date.today()}, {os.cpu_count()} cores, {model_name()}.", ""]
    return "\n".join(lines)


def model_name():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "an unnamed processor"


if __name__ == "__main__":
    sys.exit(main())
