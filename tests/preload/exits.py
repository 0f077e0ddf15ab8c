import atexit, sys

atexit.register(print, "at the exit")
atexit.register(lambda: print("last words", file=sys.stderr))
