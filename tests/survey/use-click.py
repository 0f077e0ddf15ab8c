# /// script
# requires-python = ">=3.13"
# dependencies = ["click"]
#
# [tool.application]
# does = "Commands, prompts, colours and a completion script"
# ///
import click
from click.testing import CliRunner


@click.group()
@click.version_option("1.0", prog_name="tool")
def tool():
    """A tool."""


@tool.command()
@click.option("--count", default=1, show_default=True)
@click.option("--name", prompt=True)
@click.argument("file", type=click.File("r"), required=False)
def greet(count, name, file):
    click.secho(name * count, fg="red")


for line, input in ((["--help"], ""), (["--version"], ""), (["greet", "--count", "2"], "Ann\n"), (["greet", "--count", "x"], ""), (["nothing"], "")):
    result = CliRunner().invoke(tool, line, input=input, color=True, prog_name="tool")
    print(result.exit_code, repr(result.output))
