# /// script
# requires-python = ">=3.13"
# dependencies = ["poetry-core", "hatchling", "flit-core", "setuptools", "packaging"]
#
# [tool.application]
# does = "Build back ends that make a wheel inside"
# [tool.application.root]
# writable = ["/home"]
#
# [[tool.application.call]]
# environment = { HOME = "/home" }
# ///
import os
import pathlib

import flit_core.buildapi
import hatchling.build
import poetry.core.masonry.api

root = pathlib.Path("/home/project")
(root / "pkg").mkdir(parents=True)
(root / "pkg" / "__init__.py").write_text('"""Package."""\n__version__ = "1"\n')
(root / "pyproject.toml").write_text('[project]\nname = "pkg"\nversion = "1"\ndescription = "d"\n[tool.hatch]\n')
os.chdir(root)
for backend in (hatchling.build, poetry.core.masonry.api, flit_core.buildapi):
    print(backend.__name__, backend.build_wheel("/home"))
