import sys

from around import logging_parts, parts, processes

if __name__ == "__main__":
    for module in (parts, processes, logging_parts):
        if hasattr(module, sys.argv[1]):
            getattr(module, sys.argv[1])()
