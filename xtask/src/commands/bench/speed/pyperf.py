"""The part of pyperf that benchmarks call, without the processes that pyperf starts for each of them."""

import argparse
import asyncio
# Time of the processor: whatever else the machine does meanwhile counts less.
from time import process_time as perf_counter

__all__ = ["Runner", "perf_counter", "python_implementation"]

# Seconds that a measurement takes at least.
LONG_ENOUGH = 0.1


def python_implementation():
    return "cpython"


class Runner:
    loops = 0
    values = 1
    arguments = []

    def __init__(self, **_options):
        self.metadata = {}
        self.argparser = argparse.ArgumentParser()
        self.args = None

    def parse_args(self):
        self.args = self.argparser.parse_args(self.arguments)
        return self.args

    def bench_func(self, name, function, *arguments, inner_loops=1):
        def measure(loops):
            repetitions = range(loops)
            begin = perf_counter()
            for _ in repetitions:
                function(*arguments)
            return perf_counter() - begin

        self.report(name, measure)

    def bench_async_func(self, name, function, *arguments, **_options):
        async def measure(loops):
            repetitions = range(loops)
            begin = perf_counter()
            for _ in repetitions:
                await function(*arguments)
            return perf_counter() - begin

        self.report(name, lambda loops: asyncio.run(measure(loops)))

    def bench_time_func(self, name, measure, *arguments, inner_loops=1):
        self.report(name, lambda loops: measure(loops, *arguments))

    def report(self, name, measure):
        loops = self.loops
        if loops == 0:
            loops = 1
            while measure(loops) < LONG_ENOUGH:
                loops *= 2
        measure(loops)
        shortest = min(measure(loops) for _ in range(self.values))
        print(name.replace(" ", "_"), loops, shortest, flush=True)
