"""Runs the command that it is given: directly, in a shell, and in a shell that knows where this program is."""
import os
import subprocess
import sys

command = sys.argv[1:]
line = " ".join(command)
subprocess.run(command)
subprocess.run(line, shell=True)
subprocess.run(f"{line}; : {sys.executable}", shell=True)
os.system(f"{line}; : {sys.executable}")
