"""Writes models with the libraries that people use, in every protocol and compression."""

import pathlib
import pickle
import sys

import joblib
import lightgbm
import numpy as np
import pandas as pd
import safetensors.numpy
import scipy.sparse
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

out = pathlib.Path(sys.argv[1])
rng = np.random.default_rng(0)
x, y = rng.normal(size=(60, 4)), rng.integers(0, 2, size=60)
frame = pd.DataFrame({"a": x[:, 0], "b": ["u", "v"] * 30})

models = {
    "logistic": LogisticRegression().fit(x, y),
    "forest": RandomForestClassifier(5).fit(x, y),
    "boosting": GradientBoostingClassifier(n_estimators=5).fit(x, y),
    "tree": DecisionTreeClassifier().fit(x, y),
    "svc": SVC(probability=False).fit(x, y),
    "knn": KNeighborsClassifier().fit(x, y),
    "bayes": GaussianNB().fit(x, y),
    "mlp": MLPClassifier(max_iter=5).fit(x, y),
    "kmeans": KMeans(2, n_init=1).fit(x),
    "pipeline": make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y),
    "columns": ColumnTransformer([("n", StandardScaler(), ["a"]), ("c", OneHotEncoder(), ["b"])]).fit(frame),
    "tfidf": TfidfVectorizer().fit(["one two", "two three"]),
    "lightgbm": lightgbm.LGBMClassifier(n_estimators=2, verbose=-1).fit(x, y),
    "frame": frame,
    "series": frame["a"],
    "sparse": scipy.sparse.csr_matrix(x),
    "arrays": {"x": x, "y": y, "f": np.asfortranarray(x), "s": np.array(["a", "bc"]), "scalar": np.float32(1)},
    "generator": rng,
    "plain": {"a": [1, 2.5, None, True], "b": ("x", {"y"}), "c": b"bytes"},
}
for name, model in models.items():
    for protocol in range(6):
        (out / f"{name}-{protocol}.pkl").write_bytes(pickle.dumps(model, protocol=protocol))
    for compress in (0, "zlib", "gzip", "bz2", "xz", "lzma"):
        joblib.dump(model, out / f"{name}-{compress}.joblib", compress=compress and (compress, 3))
np.save(out / "x.npy", x)
np.savez(out / "xy.npz", x=x, y=y)
np.savez_compressed(out / "xy_compressed.npz", x=x, y=y)
safetensors.numpy.save_file({"x": x.astype(np.float32)}, out / "x.safetensors", metadata={"format": "pt"})
