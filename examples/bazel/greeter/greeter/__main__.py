import sys
from importlib.resources import files

text = files("greeter").joinpath("greeting.txt").read_text()
print(text.strip().format(name=" ".join(sys.argv[1:]) or "world"))
