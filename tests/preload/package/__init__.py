ORDER = []


def facts():
    return ORDER
