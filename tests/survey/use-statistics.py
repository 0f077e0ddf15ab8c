# /// script
# requires-python = ">=3.13"
# dependencies = ["statsmodels", "seaborn", "patsy", "pingouin"]
#
# [tool.application]
# does = "Models by formula, data of the package, a plot"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { MPLBACKEND = "agg", HOME = "/home" }
# ///
import io
import warnings

warnings.simplefilter("ignore")
import matplotlib.pyplot
import pandas
import pingouin
import seaborn
import statsmodels.api
import statsmodels.formula.api

data = statsmodels.api.datasets.longley.load_pandas().data
fit = statsmodels.formula.api.ols("TOTEMP ~ GNP + YEAR", data).fit()
print(fit.params.round(2).to_dict(), round(fit.rsquared, 3))
print(statsmodels.api.tsa.ARIMA(data["GNP"], order=(1, 0, 0)).fit().nobs)
frame = pandas.DataFrame({"x": range(20), "y": [n * n for n in range(20)]})
seaborn.set_theme()
axes = seaborn.lineplot(frame, x="x", y="y")
target = io.BytesIO()
axes.figure.savefig(target)
print(target.getvalue()[:4])
print(pingouin.ttest([1, 2, 3, 4], 2.0).round(3)["T"].item())
