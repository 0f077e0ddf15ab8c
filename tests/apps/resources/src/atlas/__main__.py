import importlib
import importlib.abc
import importlib.resources as resources
import importlib.util
import inspect
import io
import json
import linecache
import os
import pathlib
import pkgutil
import runpy
import sys
import traceback
import warnings

import atlas
import atlas.parts


def walk(directory, depth=0):
    for entry in sorted(directory.iterdir(), key=lambda entry: entry.name):
        if entry.name == "__pycache__":
            continue
        print("  " * depth + entry.name, "directory" if entry.is_dir() else len(entry.read_bytes()))
        if entry.is_dir():
            walk(entry, depth + 1)


def files():
    root = resources.files("atlas")
    walk(root)
    print(type(root).__name__, resources.files(atlas) == root, resources.files() == root)
    words = root / "maps" / "words.txt"
    print(words.read_text(encoding="utf-8").strip(), words.is_file(), words.name)
    print(root.joinpath("maps", "north", "text.txt").read_text())
    print(root.joinpath("maps/north/picture.png").read_bytes())
    with words.open(encoding="utf-8") as stream:
        print(type(stream).__name__, stream.readline())
    with words.open("rb") as stream:
        print(stream.read(3), stream.seek(0), stream.tell())
    for wrong in ("nothing.txt", "maps"):
        try:
            root.joinpath(wrong).read_text()
        except OSError as error:
            print(type(error).__name__, error.errno)


def copies():
    with resources.as_file(resources.files("atlas") / "settings.json") as path:
        print(path.name, json.loads(path.read_text()), isinstance(path, pathlib.Path))
    with resources.as_file(resources.files("atlas") / "maps") as path:
        print(sorted(os.listdir(path)))


def functions():
    print(resources.read_text("atlas", "settings.json"), end="")
    print(resources.read_binary("atlas", "maps", "north", "picture.png"))
    print(resources.is_resource("atlas", "settings.json"), resources.is_resource("atlas", "maps"))
    with resources.path("atlas", "settings.json") as path:
        print(path.read_text(), end="")
    with resources.open_text("atlas", "maps", "words.txt", encoding="utf-8") as stream:
        print(stream.read(), end="")
    with resources.open_binary("atlas", "settings.json") as stream:
        print(stream.read())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        print([name for name in sorted(resources.contents("atlas")) if name != "__pycache__"])
        print([str(warning.category.__name__) for warning in caught])


def reader():
    spec = importlib.util.find_spec("atlas")
    reader = spec.loader.get_resource_reader("atlas")
    print([name for name in sorted(reader.contents()) if name != "__pycache__"])
    print(reader.open_resource("settings.json").read(), reader.is_resource("maps"))
    print(reader.resource_path("settings.json"))
    try:
        reader.resource_path("nothing")
    except FileNotFoundError as error:
        print("FileNotFoundError")


def namespaces():
    import loose.member

    print(loose.member.VALUE, loose.__file__ if hasattr(loose, "__file__") else "no file", list(loose.__path__))
    root = resources.files("loose")
    print(sorted(entry.name for entry in root.iterdir() if entry.name != "__pycache__"))
    print((root / "inner" / "data.txt").read_text(), end="")
    print(resources.files("loose.inner").joinpath("data.txt").read_text(), end="")


def packages():
    print(pkgutil.get_data("atlas", "maps/north/text.txt"))
    print([(module.name, module.ispkg) for module in pkgutil.iter_modules(atlas.__path__)])
    print([module.name for module in pkgutil.walk_packages(atlas.__path__, "atlas.")])
    print(pkgutil.resolve_name("atlas.parts.one:NAME"))
    for module in pkgutil.iter_modules(atlas.parts.__path__):
        print(importlib.import_module(f"atlas.parts.{module.name}").NAME)
    print(importlib.import_module(".two", "atlas.parts").NAME)


def paths():
    here = os.path.dirname(__file__)
    print(__file__, os.path.realpath(__file__) == __file__, pathlib.Path(__file__).resolve().parent)
    print(sorted(name for name in os.listdir(here) if name != "__pycache__"))
    print(sorted(str(path.relative_to(here)) for path in pathlib.Path(here).rglob("*.txt")))
    print(atlas.__spec__.origin, atlas.__spec__.submodule_search_locations, atlas.__spec__.has_location)
    with io.open_code(os.path.join(here, "parts", "one.py")) as stream:
        print(stream.read())
    try:
        open(os.path.join(here, "new.txt"), "w")
    except OSError as error:
        print("read-only" if error.errno in (13, 30) else error)


def sources():
    print(inspect.getsource(walk).splitlines()[0], inspect.getsourcelines(walk)[1])
    print(inspect.getsourcefile(atlas.parts), inspect.getdoc(atlas))
    print(linecache.getline(__file__, 1), end="")
    loader = atlas.parts.__loader__
    print(loader.get_source("atlas.parts"), loader.is_package("atlas.parts"), loader.get_filename("atlas.parts"))
    print(loader.get_data(atlas.parts.__file__), loader.get_code("atlas.parts").co_filename)
    print(isinstance(loader, importlib.abc.InspectLoader))
    try:
        json.loads("[")
    except ValueError:
        print(traceback.format_exc())


def runs():
    print(sorted(name for name in runpy.run_module("atlas.parts.one") if not name.startswith("__")))
    runpy.run_module("atlas.parts.two", run_name="__main__")
    runpy.run_path(os.path.join(os.path.dirname(__file__), "parts", "two.py"), run_name="__main__")
    print(sys.modules["__main__"].__spec__.name)


for part in (files, copies, functions, reader, namespaces, packages, paths, sources, runs):
    print(f"-- {part.__name__}")
    part()
warnings.warn("with its line")
raise SystemExit(3)
