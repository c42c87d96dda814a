"""Chooses the settings of a peer by cross-validation over trades, one setting after the other."""

import numpy as np

import corpus
from measures import Cases, best_temperature, log_loss
from rankers import Embedded

FOLDS = 5
TESTED = 2


def fold(profile):
    """Texts of one trade are near relatives, so they share a fold."""
    return int(corpus.key(profile.trade), 16) % FOLDS


def held_out(peer, settings, profiles):
    """Scores of the profiles of the first folds, by models that have not seen their trades."""
    tested, scores = [], []
    vectors = peer.embeddings().of([profile.text for profile in profiles]) if isinstance(peer, Embedded) else None
    for number in range(TESTED):
        test = np.array([fold(profile) == number for profile in profiles])
        teachers = [profile for profile, is_test in zip(profiles, test) if not is_test]
        pupils = [profile for profile, is_test in zip(profiles, test) if is_test]
        if vectors is None:
            scores.append(peer.train(teachers, settings).scores([profile.text for profile in pupils]))
        else:
            scores.append(peer.train_on(vectors[~test], teachers, settings).of_vectors(vectors[test]))
        tested += pupils
    return tested, np.concatenate(scores)


def tune(peer, profiles):
    """The best settings, with all that was tried. Best is the greatest mean of nDCG@3 and the AUROC of "none". Slow peers
    are tried on a sample; what is chosen is then scored once more by models of all profiles, for the temperature."""
    settings, tried, best = {name: values[0] for name, values in peer.grid.items()}, [], None
    some = corpus.sample(profiles, getattr(peer, "tuning_texts", 0))
    for name, values in peer.grid.items():
        for value in values:
            candidate = settings | {name: value}
            if any(trial["settings"] == candidate for trial in tried):
                continue
            trial = scored(peer, candidate, some)
            tried.append(trial)
            if best is None or trial["ndcg3"] + trial["none_auroc"] > best["ndcg3"] + best["none_auroc"]:
                best = trial
        settings = best["settings"]
    final = scored(peer, settings, profiles) if len(some) < len(profiles) else best
    return {"chosen": settings, "temperature": final.get("temperature"), "final": final, "tried": tried}


def scored(peer, settings, profiles):
    """One trial: settings, number of profiles, and measures of what was held out."""
    tested, scores = held_out(peer, settings, profiles)
    measured = Cases(scores, tested).measure()
    trial = {"settings": settings, "profiles": len(profiles)}
    trial |= {name: round(float(value), 4) for name, value in measured.items()}
    if scores.shape[1] == len(corpus.CLASSES):
        labels = [profile.label for profile in tested]
        trial["log_loss"] = round(log_loss(scores, labels), 4)
        trial["temperature"] = best_temperature(scores, labels)
    print(f"  {type(peer).__name__} {trial}", flush=True)
    return trial
