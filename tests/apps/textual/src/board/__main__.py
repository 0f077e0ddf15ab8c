import asyncio
import sys

from rich import print
from rich.console import Console
from rich.emoji import Emoji
from rich.markdown import Markdown
from rich.pretty import pprint
from rich.progress import track
from rich.syntax import Syntax
from rich.table import Table
from rich.traceback import Traceback
from rich.tree import Tree
from textual.app import App
from textual.widgets import Button, DataTable, Footer, Header, Input, Label, Markdown as Document


class Board(App):
    CSS_PATH = "board.tcss"
    BINDINGS = [("a", "add", "Add")]

    def compose(self):
        yield Header()
        yield Label("0", id="counter")
        yield Button("Press", id="press")
        yield Input()
        yield DataTable()
        yield Document("# Title\n\n```python\nx = 1\n```")
        yield Footer()

    def on_mount(self):
        self.count = 0
        table = self.query_one(DataTable)
        table.add_columns("a", "b")
        table.add_row(1, 2)

    def action_add(self):
        self.count += 1
        self.query_one("#counter", Label).update(str(self.count))

    on_button_pressed = action_add


async def pilot():
    app = Board()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.click("#press")
        await pilot.press("tab", "a", "x")
        await pilot.pause()
        print(app.count, app.query_one(Input).value, str(app.query_one("#counter").styles.color), app.query_one(Button).styles.width)
        print(len(app.export_screenshot()) > 1000)


table = Table(title="Table")
for name in "ab":
    table.add_column(name)
table.add_row("1", "[bold red]2[/]")
tree = Tree("root")
tree.add("leaf").add("deeper")
console = Console()
console.print(table, tree, Markdown("# Title\n\n- *one*\n- `two`"), Emoji("smile"))
console.print(Syntax("def f(x):\n    return x", "python", line_numbers=True))
pprint({"a": list(range(5)), "b": "é"})
print(sum(track(range(3), description="Working", disable=True)))
asyncio.run(pilot())
try:
    {}["none"]
except KeyError:
    trace = Traceback.extract(*sys.exc_info())
    Console(width=300).print([(frame.filename, frame.lineno, frame.name) for frame in trace.stacks[0].frames])
