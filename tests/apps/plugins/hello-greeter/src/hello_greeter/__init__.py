import importlib.resources


class Hello:
    def greet(self, name):
        return (importlib.resources.files(__package__) / "data" / "hello.txt").read_text().strip() + ", " + name
