"""Does everything that a program can do with files below ROOT, and prints what came of it.

Runs frozen, with ROOT in the virtual tree, and under plain Python, with ROOT a read-only mount of the same files.
"""

import warnings

# A program with threads may fork if the child does not use them.
warnings.simplefilter('ignore', DeprecationWarning)

import paths, descriptors, directories, working_directory, status, programs, libraries, threads, ways
