"""Makes the interpreter ready for its start snapshot, and puts right what modules in it know of their process.

The stub imports this module while the builder lets it make a snapshot, and never else. With a snapshot of a program's
modules, restore() runs at each start.
"""

import _frozen_importlib
import sys

# What every start needs.
_BASE = ("os", "runpy", "importlib.util")


def prepare():
    """Imports what the snapshot is to hold."""
    for name in _BASE:
        __import__(name)
    # Keyed by the identifiers of threads that waited for an import.
    _frozen_importlib._blocking_on.clear()


def preload(plan):
    """Imports modules of the program, or finds out which can be. The first line of `plan` says what to do, the second is a
    directory for the front of the search path, or empty."""
    import posix

    # What the dump was told itself.
    posix.environ.pop(b"TZ", None)
    order, directory, *rest = plan.split("\n")
    if directory:
        sys.path.insert(0, directory)
    if order == "survey":
        import _fastice_survey

        return _fastice_survey.survey(rest)
    descriptors = len(posix.listdir("/proc/self/fd"))
    for name in filter(None, rest):
        __import__(name)
    if directory:
        sys.path.remove(directory)
    _frozen_importlib._blocking_on.clear()
    for name in _FORGET:
        if name in sys.modules:
            _FORGET[name](sys.modules[name])
    if len(posix.listdir("/proc/self/fd")) != descriptors:
        raise RuntimeError("a file was left open by the modules that were imported")
    return None


# What follows comes in pairs: what a module of the standard library knows of its process is taken out before its memory is
# written down, so that the same modules make the same bytes, and found out again by each process.


def _set_thread(threading, ident, native_id):
    main = threading._main_thread
    main._ident = ident
    main._native_id = native_id
    main._handle = threading._make_thread_handle(ident)
    threading._active.clear()
    threading._active[ident] = main


def _forget_threading(threading):
    _set_thread(threading, 0, 0)


def _restore_threading(threading):
    _set_thread(threading, threading.get_ident(), threading.get_native_id())


def _forget_logging(logging):
    logging._startTime = 0


def _restore_logging(logging):
    import time

    logging._startTime = time.time_ns()


def _forget_random(random):
    random.seed(0)


def _restore_random(random):
    random.seed()


def _forget_process(process):
    process._current_process._config["authkey"] = None
    process.ORIGINAL_DIR = None


def _restore_process(process):
    import os

    process._current_process._config["authkey"] = process.AuthenticationString(os.urandom(32))
    try:
        process.ORIGINAL_DIR = os.getcwd()
    except OSError:
        process.ORIGINAL_DIR = None


def _restore_spawn(spawn):
    spawn.set_executable(sys.executable)


def _forget_platform(platform):
    platform._uname_cache = platform._os_release_cache = None
    platform._platform_cache.clear()


def _restore_sysconfig(sysconfig):
    import os

    sysconfig._PROJECT_BASE = os.path.dirname(sysconfig._safe_realpath(sys.executable))


_FORGET = {
    "threading": _forget_threading,
    "logging": _forget_logging,
    "random": _forget_random,
    "multiprocessing.process": _forget_process,
    "platform": _forget_platform,
}
_RESTORE = {
    "threading": _restore_threading,
    "logging": _restore_logging,
    "random": _restore_random,
    "multiprocessing.process": _restore_process,
    "multiprocessing.spawn": _restore_spawn,
    "sysconfig": _restore_sysconfig,
}


def restore():
    """Lets the modules of the snapshot know the process that they are in."""
    for name in _RESTORE:
        module = sys.modules.get(name)
        if module is not None:
            _RESTORE[name](module)
