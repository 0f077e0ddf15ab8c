# /// script
# requires-python = ">=3.13"
# dependencies = ["invoke"]
#
# [tool.application]
# does = "Tasks, and a program run in a shell's place"
# ///
import invoke


@invoke.task
def greet(context, name="you"):
    """Greets."""
    print("hello", name)


program = invoke.Program(namespace=invoke.Collection(greet), version="1")
program.run("tool greet --name ann", exit=False)
program.run("tool --list", exit=False)
