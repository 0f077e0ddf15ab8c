import faulthandler, signal, sys

signal.signal(signal.SIGUSR1, lambda number, frame: CALLS.append(number))
CALLS = []
faulthandler.enable()
LIMIT = sys.getrecursionlimit()
sys.setrecursionlimit(LIMIT + 7)


def facts():
    signal.raise_signal(signal.SIGUSR1)
    return [CALLS, faulthandler.is_enabled(), sys.getrecursionlimit() - LIMIT]
