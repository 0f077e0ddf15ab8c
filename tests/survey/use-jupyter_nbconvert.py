# /// script
# requires-python = ">=3.13"
# dependencies = ["nbconvert", "nbformat"]
#
# [tool.application]
# does = "A notebook converted by templates and exporters that are plugins"
# [tool.application.root]
# writable = ["/home"]
#
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import nbconvert
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

notebook = new_notebook(cells=[new_markdown_cell("# Title\n$x$"), new_code_cell("print(1)")])
nbformat.validate(notebook)
print(nbconvert.get_export_names()[:5])
for name in ("html", "markdown", "python", "rst", "slides", "latex"):
    if name == "rst" or name == "latex":
        continue  # wants pandoc
    body, resources = nbconvert.get_exporter(name)().from_notebook_node(notebook)
    print(name, "Title" in body, sorted(resources))
