"""Completes frozen modules: those that `--freeze` made of modules of the image.

CPython's FrozenImporter finds and loads them. It takes `__file__` and `__path__` to be in the
directory of the standard library, which is wrong for all other modules, and it has neither
source nor data. Here it learns where in the image each of them lies.
"""

import _fastice
from _frozen_importlib import FrozenImporter


def _place(fullname):
    """Where a module of ours lies, or None."""
    return _fastice.frozen_file(fullname)


def _methods(original):
    """The methods of FrozenImporter that this module adds or replaces."""

    def _resolve_filename(cls, fullname, alias=None, ispkg=False):
        file = _place(fullname)
        if file is None:
            return original(fullname, alias, ispkg)
        return file, file.rpartition("/")[0] if ispkg else None

    def get_source(cls, fullname):
        """The source of a frozen module, or None."""
        file = _place(fullname)
        data = None if file is None else _fastice.contents(file)
        if data is None:
            return None
        from importlib.util import decode_source

        return decode_source(data)

    def get_data(cls, path):
        """The contents of a file."""
        with open(path, "rb") as file:
            return file.read()

    def get_resource_reader(cls, fullname):
        """The reader of the package's directory."""
        if _place(fullname) is None:
            return None
        from importlib.readers import FileReader

        return FileReader(_Package(_place(fullname)))

    return (_resolve_filename, get_source, get_data, get_resource_reader)


class _Package:
    """What importlib's FileReader wants of a loader."""

    def __init__(self, path):
        self.path = path


def install():
    """Called once in each interpreter."""
    for method in _methods(FrozenImporter._resolve_filename):
        setattr(FrozenImporter, method.__name__, classmethod(method))
