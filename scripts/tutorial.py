#!/usr/bin/env python3
"""Runs the commands of docs/tutorial.md and puts what they say beneath them, and the rows of the list into its table.

    scripts/tutorial.py target/release/matcher

For after a new model; tests/tutorial.rs tells when it is due. The text around stays, and wants to be read again.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def main():
    matcher = Path(sys.argv[1]).resolve()
    page = ROOT / "docs/tutorial.md"
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "data/examples", Path(folder) / "data/examples")

        def run(*arguments):
            command = [matcher, "batch", *arguments, "--ui", "en"]
            return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)

        def said(block):
            arguments = shlex.split(block[1].removeprefix("matcher batch "))
            return f"```console\n$ {block[1]}\n{run(*arguments).stderr}```"

        def rows(table):
            head, line, *body = [[cell.strip() for cell in row.strip("|").split("|")] for row in table[1].strip().splitlines()]
            scored = map(json.loads, run("data/examples/virksomheder.csv", "--format", "jsonl").stdout.splitlines())
            by_name = {row["Navn"]: row for row in scored}
            body = [[str(by_name[row[0]][name]) for name in head] for row in body]
            return "<!-- rows -->\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in (head, line, *body)) + "\n\n<!-- /rows -->"

        text = page.read_text(encoding="utf-8")
        text = re.sub(r"```console\n\$ (matcher batch .*)\n(?:.*\n)*?```", said, text)
        text = re.sub(r"<!-- rows -->(.*?)<!-- /rows -->", rows, text, flags=re.S)
        page.write_text(text, encoding="utf-8")


main()
