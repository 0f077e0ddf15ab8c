# /// script
# requires-python = ">=3.13"
# dependencies = ["coverage"]
#
# [tool.application]
# does = "Measures a module and reports"
# [tool.application.root]
# writable = ["/home"]
#
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import io

import coverage

cover = coverage.Coverage(data_file=None, include=["*/json/*"])
cover.start()
import json.tool

json.loads(json.dumps({"a": [1]}))
cover.stop()
report = io.StringIO()
print(cover.report(file=report) > 0, "decoder" in report.getvalue())
cover.html_report(directory="/home/html")
