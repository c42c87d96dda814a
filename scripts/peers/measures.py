"""The measures of src/evaluate/metrics.rs, with 95% intervals by bootstrap."""

import numpy as np

from corpus import NONE

RESAMPLES = 1000
BINS = 15
NAMES = ["top1", "acc1", "top3", "ndcg3", "none_auroc", "ece"]


class Cases:
    """Answers beside their labels. `scores` has a row a text and a column a class; without a column for "none" they are
    no probabilities, and a text looks the more like "none" the lower its best score."""

    def __init__(self, scores, profiles):
        clusters = scores[:, :NONE]
        ranking = np.argsort(-clusters, axis=1, kind="stable")
        gains = np.array([self.gains(profile) for profile in profiles])
        places = np.arange(len(profiles))[:, None]
        ranked = gains[places, ranking]
        discounts = 1 / np.log2([2, 3, 4])
        best = (np.sort(gains, axis=1)[:, ::-1][:, :3] * discounts).sum(axis=1)
        self.is_none = np.array([not profile.primary for profile in profiles])
        self.texts = {
            "top1": ranked[:, 0] == 3,
            "acc1": ranked[:, 0] > 0,
            "top3": (ranked[:, :3] == 3).any(axis=1),
            "ndcg3": (ranked[:, :3] * discounts).sum(axis=1) / np.where(best > 0, best, 1),
        }
        self.none = -clusters.max(axis=1)
        self.sure = None
        if scores.shape[1] > NONE:
            self.none = scores[:, NONE]
            says_none = scores[:, NONE] > clusters.max(axis=1)
            self.sure = np.where(says_none, scores[:, NONE], clusters.max(axis=1))
            self.right = np.where(says_none, self.is_none, self.texts["top1"])

    @staticmethod
    def gains(profile):
        gains = np.zeros(NONE)
        gains[profile.acceptable] = 1
        gains[profile.primary] = 3
        return gains

    def measure(self, chosen=slice(None)):
        """Values by name, over the chosen texts."""
        none = self.is_none[chosen]
        values = {name: of[chosen][~none].mean() for name, of in self.texts.items()}
        values["none_auroc"] = auroc(self.none[chosen], none)
        if self.sure is not None:
            values["ece"] = calibration_error(self.sure[chosen], self.right[chosen])
        return values


def auroc(scores, positive):
    """The chance that a positive scores above a negative; ties count half."""
    _, place, number = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(number) - (number - 1) / 2)[place]
    positives = positive.sum()
    return (ranks[positive].sum() - positives * (positives + 1) / 2) / (positives * (len(scores) - positives))


def calibration_error(sure, right):
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    return np.abs(np.bincount(bins, sure - right, BINS)).sum() / len(sure)


def resamples(number):
    """The same resamples for every peer, so that differences can be taken pairwise."""
    return np.random.default_rng(14).integers(0, number, (RESAMPLES, number))


def estimate(value, values, basic=False):
    """The interval of `Estimate` in src/evaluate/estimate.rs: of percentiles or, for ECE, the basic one."""
    low, high = np.nanpercentile(values, [2.5, 97.5])
    if basic:
        low, high = max(0.0, 2 * value - high), 2 * value - low
    return [float(value), float(min(low, value)), float(max(high, value))]


def estimates(cases, against=None):
    """Each measure as [value, low, high]; with `against`, the differences to it as well."""
    chosen = resamples(len(cases.is_none))
    values, samples = cases.measure(), [cases.measure(places) for places in chosen]
    found = {name: estimate(values[name], [sample[name] for sample in samples], name == "ece") for name in values}
    if against is not None:
        theirs, others = against.measure(), [against.measure(places) for places in chosen]
        for name in values:
            if name in theirs:
                differences = [sample[name] - other[name] for sample, other in zip(samples, others)]
                found[f"{name}_difference"] = estimate(values[name] - theirs[name], differences)
    return found


def tempered(probabilities, temperature):
    """Probabilities with their logarithms divided by a temperature."""
    logits = np.log(np.maximum(probabilities, 1e-12)) / temperature
    logits -= logits.max(axis=1, keepdims=True)
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def log_loss(probabilities, labels):
    return float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-12)).mean())


def best_temperature(probabilities, labels):
    """The temperature with the least cross-entropy, to two places."""
    temperatures = np.exp(np.linspace(np.log(0.2), np.log(5), 65))
    return round(float(min(temperatures, key=lambda t: log_loss(tempered(probabilities, t), labels))), 2)
