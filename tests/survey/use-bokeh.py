# /// script
# requires-python = ">=3.13"
# dependencies = ["bokeh"]
#
# [tool.application]
# does = "A page with its own JavaScript and templates"
# [tool.application.root]
# writable = ["/home"]
#
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
from bokeh.embed import file_html
from bokeh.plotting import figure
from bokeh.resources import INLINE

plot = figure(width=300, height=300)
plot.line([1, 2, 3], [3, 1, 2])
page = file_html(plot, INLINE, "Title")
print(len(page) > 1_000_000, "<title>Title</title>" in page)
