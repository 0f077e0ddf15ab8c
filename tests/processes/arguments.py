"""Prints what it was given, and what it finds of a parent's marker."""
import os
import sys

print(sys.argv[1:], [name for name in os.environ if "FASTICE" in name])
