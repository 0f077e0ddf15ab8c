# /// script
# requires-python = ">=3.13"
# dependencies = ["sphinx"]
#
# [tool.application]
# does = "Documentation made with themes, extensions and builders"
# [tool.application.root]
# writable = ["/home"]
#
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import pathlib

from sphinx.cmd.build import main

source = pathlib.Path("/home/source")
source.mkdir()
(source / "conf.py").write_text("project = 'p'\nextensions = ['sphinx.ext.autodoc', 'sphinx.ext.viewcode']\n")
(source / "index.rst").write_text("Title\n=====\n\n.. autofunction:: json.dumps\n\n.. code-block:: python\n\n   x = 1\n")
for builder in ("html", "text", "man"):
    print(main(["-q", "-b", builder, str(source), f"/home/{builder}"]))
print("dumps" in pathlib.Path("/home/html/index.html").read_text())
print(pathlib.Path("/home/text/index.txt").read_text()[:200])
