"""Prints what comes of calls, in a form that does not depend on where the files are."""

import ctypes, errno, fcntl, glob, io, mmap, os, pathlib, re, select, shutil, sqlite3, stat, subprocess, sys, tempfile, threading, zipfile

ROOT = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(__file__)
PARENT = os.path.dirname(ROOT)
HERE = os.getcwd()
DATA = ROOT + '/data'
W = ROOT + '/data/words.txt'
c = ctypes.CDLL(None, use_errno=True)
fd = os.open(W, os.O_RDONLY)
D = os.open(ROOT, os.O_RDONLY | os.O_DIRECTORY)


def clean(value):
    """Names of places instead of paths."""
    if isinstance(value, bytes):
        return value.replace(ROOT.encode(), b'<root>').replace(HERE.encode(), b'<here>')
    if isinstance(value, str):
        return re.sub(r'tmp[a-z0-9_]{8}', 'TEMPORARY', value.replace(ROOT, '<root>').replace(HERE, '<here>'))
    if type(value) in (tuple, list):
        return type(value)(clean(item) for item in value)
    return clean(str(value)) if isinstance(value, pathlib.PurePath) else value


def show(label, function, *arguments, **keywords):
    """Calls a function and prints its result or its exception."""
    try:
        result = clean(function(*arguments, **keywords))
    except OSError as e:
        names = [clean(name) if isinstance(name, (str, bytes)) else type(name) for name in (e.filename, e.filename2)]
        result = f'{type(e).__name__} {errno.errorcode.get(e.errno, e.errno)} {names}'
    except BaseException as e:
        result = f'{type(e).__name__} {clean(str(e))}'
    print(f'{label}: {result!r}')


def st(status):
    """What a status says that is the same in the tree and on a disk."""
    size = status.st_size if stat.S_ISREG(status.st_mode) else 0
    return stat.filemode(status.st_mode), size, status.st_mtime_ns, status.st_uid, status.st_gid


def cerr():
    """The error of the last call through ctypes."""
    return errno.errorcode.get(ctypes.get_errno(), ctypes.get_errno())
