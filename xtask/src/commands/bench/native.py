"""Prints how long the import of a module takes, in microseconds: of the clock, and of the processor."""

import importlib
import sys
import time

name = sys.argv[1]
clock, processor = time.perf_counter(), time.process_time()
importlib.import_module(name)
processor, clock = time.process_time() - processor, time.perf_counter() - clock
print(round(clock * 1e6), round(processor * 1e6))
