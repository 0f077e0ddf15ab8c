def greet(name):
    return "two " + name
