# /// script
# requires-python = ">=3.13"
# dependencies = ["pylint", "flake8", "isort"]
#
# [tool.application]
# does = "Linters with plugins by entry point"
# [tool.application.root]
# writable = ["/home"]
#
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import io

import isort
import pylint.lint
from pylint.reporters.text import TextReporter

open("/home/x.py", "w").write("import os, sys\ndef f( a ):\n  return  1\n")
out = io.StringIO()
pylint.lint.Run(["/home/x.py", "--jobs=1"], reporter=TextReporter(out), exit=False)
print(out.getvalue())
print(isort.code("import sys\nimport os\n"))
from flake8.main.cli import main

print(main(["/home/x.py"]))
