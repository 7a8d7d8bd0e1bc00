"""What scikit-learn measures of decisions: classes, two classes, labels. Writes metrics.json."""
import json
import os

import numpy as np
import sklearn
from sklearn.metrics import accuracy_score, confusion_matrix, multilabel_confusion_matrix, precision_recall_fscore_support

random = np.random.default_rng(11)
cases = []


def measured(name, scores, truth, wanted, decided, ignored=None):
    kept = [row for row in range(len(truth)) if ignored is None or truth[row] != ignored]
    y, p = np.array(truth)[kept], np.array(decided)[kept]
    labels = y.ndim == 2
    found = {"accuracy": float(np.mean(y == p))}
    classes = None if labels else list(range(len(scores[0]) if np.ndim(scores[0]) else 2))
    averages = ["macro", "micro", "weighted", None] + (["binary"] if classes == [0, 1] else [])
    for average in averages:
        # Without a list of labels classes that are not there do not count in averages.
        p_, r_, f_, _ = precision_recall_fscore_support(y, p, average=average, zero_division=0, labels=classes if average is None else None)
        for rate, value in (("precision", p_), ("recall", r_), ("f1", f_)):
            if average is None:
                found.update({f"{rate}_{at}": float(each) for at, each in enumerate(value)})
            else:
                found[f"{rate}_{average}"] = float(value)
    table = multilabel_confusion_matrix(y, p) if labels else confusion_matrix(y, p, labels=classes)
    cases.append({"name": name, "scores": np.asarray(scores).tolist(), "target": truth, **wanted, "measured": found, "confusion": table.tolist()})


scores = random.normal(size=(40, 4))
classes = random.integers(0, 3, 40).tolist()
measured("classes, one of which is never true", scores, classes, {"loss": "CrossEntropyLoss"}, scores.argmax(1).tolist())
some = [-100 if at % 5 == 0 else each for at, each in enumerate(classes)]
measured("classes, some of which are ignored", scores, some, {"loss": "CrossEntropyLoss"}, scores.argmax(1).tolist(), -100)
few = scores[:, :3] - [0, 0, 9]
measured("classes, one of which is neither true nor decided for", few, [each % 2 for each in classes], {"loss": "CrossEntropyLoss"}, few.argmax(1).tolist())
logits = random.normal(size=40)
truth = (logits + random.normal(size=40) > 0.3).astype(int).tolist()
measured("two classes by a logit", logits, truth, {"loss": "BCEWithLogitsLoss"}, (logits > 0).astype(int).tolist())
measured("two classes by a logit above a threshold", logits, truth, {"loss": "BCEWithLogitsLoss", "threshold": 0.8}, (logits > 0.8).astype(int).tolist())
two = np.stack([np.zeros(40), logits], 1)
measured("two classes by two scores", two, truth, {"loss": "CrossEntropyLoss"}, (logits > 0).astype(int).tolist())
probabilities = random.uniform(size=(40, 3))
marks = (random.uniform(size=(40, 3)) < [0.5, 0.2, 0.0]).astype(int).tolist()
measured("labels, one of which never holds", probabilities, marks, {"loss": "BCELoss"}, (probabilities > 0.5).astype(int).tolist())

with open(os.path.join(os.path.dirname(__file__), "metrics.json"), "w") as file:
    json.dump({"scikit-learn": sklearn.__version__, "cases": cases}, file, indent=1)
    file.write("\n")
