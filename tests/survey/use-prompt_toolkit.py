# /// script
# requires-python = ">=3.13"
# dependencies = ["prompt_toolkit"]
#
# [tool.application]
# does = "A prompt fed through a pipe"
# ///
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

with create_pipe_input() as pipe:
    pipe.send_text("hello\n")
    session = PromptSession(input=pipe, output=DummyOutput(), completer=WordCompleter(["a"]))
    print(session.prompt("> "))
