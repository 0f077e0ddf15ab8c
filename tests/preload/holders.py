import gc, weakref


class Node:
    def __del__(self):
        print("end of", self.name)

    def __init__(self, name):
        self.name = name


KEPT = Node("kept")
CYCLE = Node("cycle")
CYCLE.self = CYCLE
REFERENCE = weakref.ref(KEPT, print)
TABLE = weakref.WeakValueDictionary(kept=KEPT)


def generate():
    try:
        yield 1
    finally:
        print("end of generator")


GENERATOR = generate()
next(GENERATOR)


def facts():
    return [REFERENCE() is KEPT, TABLE["kept"] is KEPT, gc.isenabled()]
