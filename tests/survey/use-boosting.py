# /// script
# requires-python = ">=3.13"
# dependencies = ["lightgbm", "xgboost", "scikit-learn"]
#
# [tool.application]
# does = "Two copies of OpenMP and trees"
#
# ///
import lightgbm
import numpy
import xgboost

rows = numpy.random.default_rng(0).normal(size=(200, 4))
labels = (rows[:, 0] > 0).astype(int)
model = lightgbm.LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=2).fit(rows, labels)
print(round((model.predict(rows) == labels).mean(), 2))
model = xgboost.XGBClassifier(n_estimators=5, n_jobs=2).fit(rows, labels)
print(round((model.predict(rows) == labels).mean(), 2), xgboost.build_info()["USE_OPENMP"])
