"""The command line."""

from __future__ import annotations

import sys
from typing import TextIO

import click
from rich.console import Console
from rich.table import Table

from forecast import __version__, model, words


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Tells tomorrow's weather from yesterday's."""


def load(file: TextIO) -> list[model.Day]:
    try:
        return model.read_days(file)
    except model.NotADay as error:
        click.echo(f"forecast: {file.name}: {error}", err=True)
        sys.exit(2)


@main.command()
@click.argument("days", type=click.File(encoding="utf-8"))
def tomorrow(days: TextIO) -> None:
    """Say what to expect. DAYS is a CSV file, or - for standard input."""
    try:
        print(words.describe(model.tomorrow(load(days))))
    except ValueError as error:
        click.echo(f"forecast: {error}", err=True)
        sys.exit(1)


@main.command()
@click.argument("days", type=click.File(encoding="utf-8"))
def table(days: TextIO) -> None:
    """Show the days as a table."""
    console = Console()
    sheet = Table("day", "high", "low", "rain", title="Weather so far")
    for day in load(days):
        sheet.add_row(day.date.isoformat(), f"{day.high}", f"{day.low}", f"{day.rain}")
    console.print(sheet)
