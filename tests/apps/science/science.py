"""A small evaluation of measurements, as scientists write it."""

import os
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.font_manager
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from PIL import Image
from scipy import integrate, linalg, optimize, sparse, special
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def growth(hour, start, rate):
    return start * np.exp(rate * hour)


def square(number):
    return number * number


def fit(table):
    for station, rows in table.groupby("station"):
        (start, rate), _ = optimize.curve_fit(growth, rows.hour, rows["level"], p0=(1, 0.5))
        print(f"{station}: {start:.2f} · e^({rate:.2f} h)")


def draw(table, path):
    figure, axes = plt.subplots(figsize=(4, 3))
    for station, rows in table.groupby("station"):
        axes.plot(rows.hour, rows["level"], label=station)
    axes.set_title(r"Levels: $\sum_i x_i^2$, ÄÖÜ")
    axes.legend()
    figure.savefig(path, dpi=100)
    font = matplotlib.font_manager.findfont("DejaVu Sans", fallback_to_default=False)
    print(os.path.basename(font), os.path.getsize(font) > 100_000)
    with Image.open(path) as image:
        print(image.format, image.size, len(image.convert("RGB").getcolors(1 << 20)) > 50)


def main():
    table = pd.read_csv(sys.argv[1])
    print(table.groupby("station")["level"].agg(["mean", "max"]).round(3))
    fit(table)
    print(linalg.det(np.array([[2.0, 1], [1, 3]])).round(6), special.gamma(5), sparse.eye(3).sum())
    print(round(integrate.quad(np.sin, 0, np.pi)[0], 6))
    x, y = load_iris(return_X_y=True)
    forest = RandomForestClassifier(n_estimators=20, n_jobs=2, random_state=0).fit(x, y)
    print(forest.predict(x[:3]), round(forest.score(x, y), 2))
    # Workers of joblib: processes that import what they need.
    scores = cross_val_score(make_pipeline(StandardScaler(), forest), x, y, cv=3, n_jobs=2)
    print(scores.round(2))
    print(Parallel(n_jobs=2)(delayed(square)(number) for number in range(4)))
    draw(table, sys.argv[2])


if __name__ == "__main__":
    main()
