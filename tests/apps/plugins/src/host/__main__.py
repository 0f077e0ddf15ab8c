import importlib
import importlib.metadata
import importlib.util
import pkgutil
import sys
from pathlib import Path

import host.builtin

points = importlib.metadata.entry_points(group="host.greeters")
for point in sorted(points, key=lambda point: point.name):
    print(point.name, point.value, point.module, point.attr, point.extras, point.dist.name, point.dist.version)
    try:
        print(point.load()().greet("Ann"))
    except ImportError as error:
        print(type(error).__name__, error)
print(sorted(points.names), sorted(importlib.metadata.entry_points().groups))
for point in importlib.metadata.entry_points(group="host.listeners", name="log"):
    point.load().heard("something")
for name in sorted(module.name for module in pkgutil.iter_modules(host.builtin.__path__)):
    print(importlib.import_module(f"host.builtin.{name}").greet("Bob"))
print(__import__("host.builtin." + "".join(["t", "w", "o"]), fromlist=["greet"]).greet("Cem"))
sys.path.append(sys.argv[1])
for path in sorted(Path(sys.argv[1]).glob("*.py")):
    print(importlib.import_module(path.stem).greet("Dan"))
    spec = importlib.util.spec_from_file_location("loaded_by_path", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    print(module.greet("Eve"), module.__file__)
distribution = importlib.metadata.distribution("hello_greeter")
print(distribution.metadata["Summary"], distribution.requires, importlib.metadata.requires("shout-greeter"))
print(sorted(str(file) for file in distribution.files if "dist-info" not in str(file) and "pycache" not in str(file)))
print(distribution.read_text("top_level.txt"), importlib.metadata.packages_distributions()["shout_greeter"])
try:
    importlib.metadata.version("nothing")
except importlib.metadata.PackageNotFoundError as error:
    print(error)
