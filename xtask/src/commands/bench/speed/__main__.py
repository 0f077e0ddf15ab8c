"""Runs one benchmark of pyperformance in this process.

Usage: python DIRECTORY BENCHMARK LOOPS VALUES [ARGUMENT …]

Prints one line for each thing that the benchmark measures: name, loops, and the shortest of VALUES times in seconds that so
many loops took. With 0 loops their number is found: enough for a tenth of a second.
"""

import runpy
import sys

import pyperf


def main():
    benchmark, loops, values, *arguments = sys.argv[1:]
    pyperf.Runner.loops = int(loops)
    pyperf.Runner.values = int(values)
    pyperf.Runner.arguments = arguments
    sys.argv[1:] = arguments
    runpy.run_module(f"bm_{benchmark}.run_benchmark", run_name="__main__", alter_sys=False)


main()
