"""Records what a Python process imports, reads, loads and starts, for `fastice trace`.

Python's own `site` imports this module at the start of every process that finds it on PYTHONPATH. Each new fact is one line
of JSON, appended in one write, so that processes may share the file, and nothing is lost however a process ends.
"""

import json
import os
import sys

_written = set()
_descriptor = os.open(os.environ["FASTICE_TRACE_FILE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_busy = False


def _record(kind, value, file=None):
    key = (kind, value, file)
    if key not in _written:
        _written.add(key)
        os.write(_descriptor, (json.dumps([kind, value, file]) + "\n").encode())


def _path(value):
    return os.path.abspath(os.fsdecode(value))


def _hook(event, arguments):
    global _busy
    # What the hook itself does is no fact about the program.
    if _busy:
        return
    _busy = True
    try:
        if event == "import":
            name, file = arguments[0], arguments[1]
            _record("module", name)
            if file:
                _record("library", _path(file))
        elif event == "open":
            path, _, flags = arguments
            if isinstance(path, (str, bytes)) and not (flags or 0) & _WRITING:
                _record("file", _path(path))
        elif event == "ctypes.dlopen":
            if isinstance(arguments[0], (str, bytes)):
                _record("library", os.fsdecode(arguments[0]))
        elif event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"):
            _record("program", os.fsdecode(arguments[0]))
    except Exception:
        # A program must not fail because it is watched.
        pass
    finally:
        _busy = False


def _modules():
    global _busy
    _busy = True
    for name, module in list(sys.modules.items()):
        file = getattr(getattr(module, "__spec__", None), "origin", None)
        if not isinstance(file, str) or not os.path.isabs(file):
            file = getattr(module, "__file__", None)
        _record("loaded", name, file if isinstance(file, str) else None)


def _install():
    import atexit

    atexit.register(_modules)
    sys.addaudithook(_hook)
    # The module of this name that this one hides.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    own = sys.modules.pop("sitecustomize")
    try:
        import sitecustomize
    except ImportError:
        pass
    # The import of this module is still going on.
    sys.modules.setdefault("sitecustomize", own)


_install()
