class shout:
    def greet(self, name):
        return name.upper() + "!"
