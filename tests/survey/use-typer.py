# /// script
# requires-python = ">=3.13"
# dependencies = ["typer"]
#
# [tool.application]
# does = "A command line with subcommands, help and completion"
# ///
import typer
from typer.testing import CliRunner

app = typer.Typer()


@app.command()
def greet(name: str, loud: bool = False):
    """Greets."""
    print(name.upper() if loud else name)


@app.command()
def count(number: int = typer.Argument(3, min=1)):
    """Counts."""
    print(*range(number))


for line in (["greet", "Ann", "--loud"], ["count", "5"], ["--help"], ["greet"], ["count", "0"], ["--show-completion", "bash"]):
    result = CliRunner().invoke(app, line, env={"COLUMNS": "80", "TERM": "dumb"})
    print(result.exit_code, result.output)
