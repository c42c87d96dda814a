"""The profiles that teach, the companies that test, and the catalogue, as the peers see them."""

import collections
import hashlib
import json
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The order of the catalogue; ties are broken by it.
CLUSTERS = [cluster["id"] for cluster in tomllib.loads((ROOT / "data/clusters.toml").read_text())["cluster"]]
CLASSES = [*CLUSTERS, "none"]
NONE = len(CLUSTERS)


class Profile:
    """A text with its labels, as positions in CLASSES."""

    def __init__(self, row):
        self.text = " ".join(row["text"].split())
        self.trade = row.get("trade", "")
        self.primary = [CLASSES.index(name) for name in row["primary"]]
        self.acceptable = [CLASSES.index(name) for name in row["acceptable"]]

    @property
    def label(self):
        """The one class that single-label peers learn: the first primary cluster, or "none"."""
        return self.primary[0] if self.primary else NONE


def read(path):
    return [Profile(json.loads(line)) for line in path.read_text().splitlines() if line]


def profiles():
    return [profile for path in sorted((ROOT / "data/profiles").glob("*.jsonl")) for profile in read(path)]


def companies():
    return read(ROOT / "data/dev.jsonl")


def key(text):
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def sample(profiles, number):
    """About `number` profiles, every class by its share. Chosen by the hash of the text, so that a changed profile
    changes itself alone; in the order of the hashes."""
    if not number or number >= len(profiles):
        return profiles
    classes = collections.defaultdict(list)
    for profile in sorted(profiles, key=lambda profile: key(profile.text)):
        classes[profile.label].append(profile)
    share = number / len(profiles)
    chosen = [profile for of in classes.values() for profile in of[: round(share * len(of))]]
    return sorted(chosen, key=lambda profile: key(profile.text))


def descriptions():
    """What the catalogue says of each cluster, by language: name, what it covers, and its focus areas."""
    found = []
    for cluster in tomllib.loads((ROOT / "data/clusters.toml").read_text())["cluster"]:
        languages = []
        for language in ("en", "da"):
            name, covers = cluster["name"][language], " ".join(cluster["covers"][language].split())
            languages.append({"name": name, "covers": covers, "focus": cluster["focus"][language]})
        found.append(languages)
    return found
