"""How long CPython takes to find a frozen module among many: by the index, and in an array.

    frozen [NUMBER]

The program was frozen with a package `many` of NUMBER modules. The array is one of as many names in
PyImport_FrozenModules, where CPython would search without the stub's help.
"""

import _imp
import ctypes
import statistics
import sys
import time


class Frozen(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("code", ctypes.c_char_p), ("size", ctypes.c_int), ("is_package", ctypes.c_int)]


def nanoseconds(name, rounds=31, loops=2000):
    """The median time that CPython takes to say whether `name` is a frozen module."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter_ns()
        for _ in range(loops):
            _imp.is_frozen(name)
        times.append((time.perf_counter_ns() - start) / loops)
    return statistics.median(times)


def main(number):
    last = f"m{number - 1}"
    assert _imp.is_frozen(f"many.{last}") and not _imp.is_frozen("elsewhere")
    index = nanoseconds(f"many.{last}"), nanoseconds("elsewhere")
    table = ctypes.POINTER(Frozen).in_dll(ctypes.pythonapi, "PyImport_FrozenModules")
    own = []
    while table[len(own)].name:
        own.append(table[len(own)])
    names = [f"array.m{n}".encode() for n in range(number)]
    array = (Frozen * (len(own) + number + 1))(*own, *(Frozen(name, b"code", 4, 0) for name in names))
    table_variable = ctypes.c_void_p.in_dll(ctypes.pythonapi, "PyImport_FrozenModules")
    table_variable.value = ctypes.addressof(array)
    loops = max(20, 2_000_000 // (number + 1000))
    search = nanoseconds(f"array.{last}", loops=loops), nanoseconds("elsewhere", loops=loops)
    for what, new, old in zip(("a frozen module", "any other module"), index, search):
        print(f"{number:>7} modules, {what:<17} {new:>8.0f} ns {old:>8.0f} ns in an array  {old / new:>6.1f}×")


if len(sys.argv) > 1:
    main(int(sys.argv[1]))
