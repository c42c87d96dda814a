#!/usr/bin/env python3
"""Runs matcher and draws what it prints as an SVG picture of a terminal: docs/suggest.svg of the README.

    python3 scripts/terminal_svg.py target/release/matcher > docs/suggest.svg
"""

import html
import re
import subprocess
import sys

COMMANDS = [
    ["suggest", "we build underwater drones", "--as-of", "2026-11-25"],
    ["suggest", "Rederi med færger og en havneterminal", "--top", "2", "--ui", "da", "--as-of", "2026-11-25"],
    ["suggest", "frisør med ti stole", "--top", "1", "--as-of", "2026-11-25"],
]
STYLES = {"1": "font-weight:bold", "2": "fill:#8b949e", "4": "text-decoration:underline", "31": "fill:#ff7b72", "32": "fill:#7ee787", "33": "fill:#e3b341"}
WIDTH, LINE, LEFT = 8.43, 20, 16


def shell(words):
    return " ".join(f'"{word}"' if " " in word else word for word in words)


def spans(line):
    """The line as (text, css) pieces."""
    css, pieces = [], []
    for piece in re.split(r"(\x1b\[[0-9;]*m)", line):
        if code := re.fullmatch(r"\x1b\[([0-9;]*)m", piece):
            for number in code[1].split(";"):
                css = [] if number in ("", "0") else css + [STYLES[number]]
        elif piece:
            pieces.append((piece, ";".join(css)))
    return pieces


lines = []
for command in COMMANDS:
    result = subprocess.run([sys.argv[1], *command, "--color", "always"], capture_output=True, text=True, check=True)
    lines += [[("$ ", STYLES["32"]), (f"matcher {shell(command[:2])}", STYLES["1"])]]
    lines += [spans(line) for line in result.stdout.splitlines()] + [[]]
lines.pop()

columns = max(sum(len(text) for text, _ in line) for line in lines)
width, height = columns * WIDTH + 2 * LEFT, len(lines) * LINE + 28
print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" role="img" aria-label="matcher in a terminal">')
print(f'<rect width="100%" height="100%" rx="8" fill="#0d1117"/>')
print('<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="14" fill="#e6edf3" xml:space="preserve">')
for row, line in enumerate(lines):
    column = 0
    for text, css in line:
        style = f' style="{css}"' if css else ""
        print(f'<text x="{LEFT + column * WIDTH:.1f}" y="{28 + row * LINE}" textLength="{len(text) * WIDTH:.1f}"{style}>{html.escape(text)}</text>')
        column += len(text)
print("</g></svg>")
