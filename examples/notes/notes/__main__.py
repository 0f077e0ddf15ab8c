"""The command line: `python -m notes`."""

import argparse
import json
import sys

from .store import Store


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(description="Keep notes in an SQLite file.")
    top.add_argument("--file", default="notes.db", help="where the notes are (default: %(default)s)")
    commands = top.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="add a note")
    add.add_argument("text")
    add.add_argument("--tag", action="append", default=[], help="may be given several times")
    show = commands.add_parser("list", help="list the notes")
    show.add_argument("--tag", help="only those with this tag")
    remove = commands.add_parser("remove", help="remove a note")
    remove.add_argument("id", type=int)
    commands.add_parser("export", help="print all notes as JSON")
    return top


def main() -> int:
    arguments = parser().parse_args()
    with Store(arguments.file) as store:
        if arguments.command == "add":
            print(store.add(arguments.text, arguments.tag))
        elif arguments.command == "list":
            for note in store.notes(arguments.tag):
                print("  ".join([str(note.id), note.text, *(f"#{tag}" for tag in note.tags)]))
        elif arguments.command == "remove":
            if not store.remove(arguments.id):
                print(f"there is no note {arguments.id}", file=sys.stderr)
                return 1
        else:
            json.dump([note.as_dict() for note in store.notes()], sys.stdout)
            print()
    return 0


sys.exit(main())
