import sys


class Last:
    def __del__(self):
        sys.stderr.write("the end of the module\n")


LAST = Last()
