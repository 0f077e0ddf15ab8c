"""What a program can ask of the executable that fastice has made of it.

Under plain Python there is no such module. A program that runs both ways:

    try:
        from fastice import extract
    except ImportError:
        from os import fspath as extract
"""

import os

import _fastice

__all__ = ["extract"]


def extract(path):
    """Puts a file or directory of the executable on the disk, and returns its path there.

    For other programs, which cannot see what is in the executable. The copy lies in the user's cache
    directory ($FASTICE_CACHE_DIR, $XDG_CACHE_HOME/fastice or ~/.cache/fastice), is made once, and is
    shared by everyone who wants the same contents; it must not be changed. `fastice cache prune` removes what is not used.

    A path outside the executable is returned as it is. Raises OSError if there is nothing at the
    path, or the cache cannot be written.
    """
    path = os.fsdecode(path)
    return _fastice.extract(os.path.abspath(path)) or path
