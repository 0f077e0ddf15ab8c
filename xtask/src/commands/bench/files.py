"""What the virtual file tree costs files outside of it.

Each function is called through the executable's definition and directly in the C library, in turns, on
a real file; the rows below show what the same calls take on a file of the tree.
"""

import ctypes
import os
import statistics
import sys
import time

CALLS = 2_000
ROUNDS = int(sys.argv[1])
REAL = os.path.realpath(sys.executable).encode()
VIRTUAL = os.__file__.encode()
ours, library = ctypes.CDLL(None), ctypes.CDLL("libc.so.6")
buffer = ctypes.create_string_buffer(256)


def functions(source):
    """The measured calls, on a path, as the library `source` defines them."""
    stat, access, opened, closed = source.stat, source.access, source.open, library.close
    stat.argtypes = ctypes.c_char_p, ctypes.c_void_p
    access.argtypes = opened.argtypes = ctypes.c_char_p, ctypes.c_int
    address = ctypes.addressof(buffer)
    return {
        "stat": lambda path: stat(path, address),
        "access": lambda path: access(path, os.R_OK),
        "open and close": lambda path: closed(opened(path, os.O_RDONLY)),
    }


def measure(function, path):
    """Nanoseconds per call."""
    begin = time.perf_counter_ns()
    for _ in range(CALLS):
        function(path)
    return (time.perf_counter_ns() - begin) / CALLS


mine, plain = functions(ours), functions(library)
print(f"{'ns per call, ctypes included':30}{'C library':>12}{'interposed':>12}{'difference':>12}{'in the tree':>12}")
for name in mine:
    rounds = [(measure(plain[name], REAL), measure(mine[name], REAL), measure(mine[name], VIRTUAL)) for _ in range(ROUNDS)]
    direct, interposed, virtual = (statistics.median(column) for column in zip(*rounds))
    difference = statistics.median(b - a for a, b, _ in rounds)
    print(f"{name:30}{direct:12.0f}{interposed:12.0f}{difference:+12.0f}{virtual:12.0f}")
