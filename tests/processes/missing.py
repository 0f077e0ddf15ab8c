"""Loses its own file, and starts workers all the same."""
import multiprocessing
import os
import subprocess
import sys


def square(number):
    return number * number


if __name__ == "__main__":
    if sys.argv[1] == "renamed":
        os.rename(sys.executable, sys.executable + ".old")
    else:
        os.unlink(sys.executable)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(square, [1, 2, 3]), flush=True)
    subprocess.run([sys.executable, "-c", "import sys; print(sys.argv)"])
