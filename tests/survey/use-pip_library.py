# /// script
# requires-python = ">=3.13"
# dependencies = ["pip"]
#
# [tool.application]
# does = "pip called inside the program, and by -m"
# [[tool.application.call]]
#
# [[tool.application.varies]]
# pattern = "from .*/site-packages"
# becomes = "from …"
# ///
import subprocess
import sys

import pip

subprocess.run([sys.executable, "-m", "pip", "--version"], check=True)
subprocess.run([sys.executable, "-m", "pip", "list", "--format=freeze"], check=True)
from pip._internal.cli.main import main

print(main(["install", "--no-index", "nothing-of-this-name"]))
print(main(["debug", "--verbose"]) if False else "")
