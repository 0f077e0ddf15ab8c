# /// script
# requires-python = ">=3.13"
# dependencies = ["ruff", "uv", "yapf", "autopep8", "bandit", "build", "twine", "pip-tools", "setuptools_scm", "nox", "tox", "pre-commit", "invoke", "fabric", "yamllint", "sqlfluff", "cmakelang"]
#
# [tool.application]
# does = "Tools of developers, two of them programs in wheels"
# [tool.application.root]
# writable = ["/home"]
# files = { "/lib/x86_64-linux-gnu/libgcc_s.so.1" = "/lib/x86_64-linux-gnu/libgcc_s.so.1" }
# [[tool.application.call]]
# environment = { HOME = "/home", TMPDIR = "/home" }
# ///
import os
import subprocess
import sys

import autopep8
import fabric
import ruff
import setuptools_scm
import sqlfluff
import uv
import yapf.yapflib.yapf_api
from ruff import find_ruff_bin

print(subprocess.run([find_ruff_bin(), "check", "--no-cache", "-"], input="import os\n", capture_output=True, text=True).stdout.splitlines()[:1])
print(subprocess.run([uv.find_uv_bin(), "--version"], capture_output=True, text=True).stdout.split()[0])
print(yapf.yapflib.yapf_api.FormatCode("a  =  1\n")[0], autopep8.fix_code("a=1\n"))
print(sqlfluff.lint("select  1 from t\n", dialect="ansi")[0]["code"])
open("/home/bad.py", "w").write("import pickle\npickle.loads(b'')\n")
print(subprocess.run([sys.executable, "-m", "bandit", "-q", "-f", "csv", "/home/bad.py"], capture_output=True, text=True).stdout.count("B301"))
print(subprocess.run([sys.executable, "-m", "yamllint", "-"], input="a:   1\n", capture_output=True, text=True).stdout.strip())
print(subprocess.run([sys.executable, "-m", "tox", "--version"], capture_output=True, text=True).returncode, subprocess.run([sys.executable, "-m", "nox", "--version"], capture_output=True, text=True).returncode)
