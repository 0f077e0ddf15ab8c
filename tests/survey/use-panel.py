# /// script
# requires-python = ">=3.13"
# dependencies = ["panel", "holoviews", "hvplot"]
#
# [tool.application]
# does = "Pages with JavaScript of the package"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import io

import holoviews
import panel

holoviews.extension("bokeh")
target = io.StringIO()
panel.Column("# Title", panel.widgets.IntSlider(name="n"), holoviews.Curve([1, 2, 3])).save(target, title="x")
print(len(target.getvalue()) > 1000, "Title" in target.getvalue())
