"""Imports modules out of many and prints, in microseconds, what an import and what a lookup took.

The modules lie beside this file: package pNNN has m00 to m99.
"""

import importlib
import pkgutil
import sys
import time

COUNT, IMPORTED, LOOKUPS = int(sys.argv[1]), 100, 20

step = COUNT // IMPORTED
names = [f"p{index // 100:03}.m{index % 100:02}" for index in range(0, COUNT, step)]
# The packages around them are not measured.
packages = {name: importlib.import_module(name.partition(".")[0]) for name in names}
finders = {name: pkgutil.get_importer(package.__path__[0]) for name, package in packages.items()}


def measure(function, count):
    """Microseconds for each of `count` pieces of work."""
    begin = time.perf_counter_ns()
    function()
    return (time.perf_counter_ns() - begin) / count / 1000


def lookups():
    for _ in range(LOOKUPS):
        for name, finder in finders.items():
            finder.find_spec(name)


def imports():
    for name in names:
        importlib.import_module(name)


# The finder of the disk lists its directories at the first question.
lookups()
print(measure(lookups, LOOKUPS * len(names)), measure(imports, len(names)))
