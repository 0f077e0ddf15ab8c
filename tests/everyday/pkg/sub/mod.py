Y=2
def f():
    raise KeyError("boom")
