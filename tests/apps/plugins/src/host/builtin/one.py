def greet(name):
    return "one " + name
