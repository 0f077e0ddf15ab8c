"""What is traced, profiled and measured."""


def branch(n):
    if n > 1:
        n = n * 2
    else:
        n = -n
    return n


def call():
    return [branch(n) for n in (1, 2)]
