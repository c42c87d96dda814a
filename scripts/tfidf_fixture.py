"""Writes tests/fixtures/tfidf.json: what scikit-learn makes of a few texts. Needs scikit-learn 1.9 or near.

    python3 scripts/tfidf_fixture.py > tests/fixtures/tfidf.json
"""

import json

from sklearn.feature_extraction.text import TfidfVectorizer

DOCUMENTS = [
    "vi bygger droner og droner flyver",
    "broer og veje bygger vi af beton beton beton beton",
    "drones inspect bridges and roads",
    "øl og ost fra gården, ost fra øen",
    "vi sejler øl til øen",
]

vectorizer = TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")
rows = vectorizer.fit_transform(DOCUMENTS).toarray().tolist()
json.dump(
    {"documents": DOCUMENTS, "terms": vectorizer.get_feature_names_out().tolist(), "rows": rows},
    fp=__import__("sys").stdout,
    ensure_ascii=False,
    indent=1,
)
print()
