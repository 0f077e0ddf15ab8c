"""Makes the interpreter ready for its start snapshot.

The stub imports this module while the builder lets it make a snapshot, and never else.
"""

import _frozen_importlib

# What every start needs.
_BASE = ("os", "runpy", "importlib.util")


def prepare():
    """Imports what the snapshot is to hold."""
    for name in _BASE:
        __import__(name)
    # Keyed by the identifiers of threads that waited for an import.
    _frozen_importlib._blocking_on.clear()
