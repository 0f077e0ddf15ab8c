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
    # A working directory, too, is none of the program's.
    posix.chdir("/")
    order, directory, *rest = plan.split("\n")
    if directory:
        sys.path.insert(0, directory)
    if order == "survey":
        import _fastice_survey

        return _fastice_survey.survey(rest)
    descriptors = len(posix.listdir("/proc/self/fd"))
    for line in filter(None, rest):
        name, *statement = line.split("\t")
        if statement:
            _remember(sys.modules[name], *statement)
        else:
            __import__(name)
            _preloaded.append(name)
    if directory:
        sys.path.remove(directory)
    _frozen_importlib._blocking_on.clear()
    for name in _FORGET:
        if name in sys.modules:
            _FORGET[name](sys.modules[name])
    _known.update(sys.modules)
    if len(posix.listdir("/proc/self/fd")) != descriptors:
        raise RuntimeError("a file was left open by the modules that were imported")
    return None


# Modules of the program in the snapshot; and statements of theirs, as namespace and code, whose answer is each process's own.
_preloaded = []
_statements = []


def _remember(module, line, names, text):
    """Lets each process execute a statement again that asks something."""
    source = "\n" * (int(line) - 1) + text.replace("\\n", "\n")
    _statements.append((vars(module), compile(source, module.__file__, "exec", dont_inherit=True)))
    for name in names.split(","):
        setattr(module, name, None)


def _ask_again():
    for namespace, code in _statements:
        exec(code, namespace)


def _give_up():
    """Lets the program import its modules itself: one of them fails."""
    for name in _preloaded:
        if name.partition(".")[0] not in sys.stdlib_module_names:
            sys.modules.pop(name, None)


# Names of all modules in the snapshot.
_known = set()


def drop_late_modules():
    """Ends what belongs to modules of the program that are not in the snapshot, the last first."""
    from gc import collect

    late = [
        module
        for name, module in list(sys.modules.items())
        if name not in _known and name.partition(".")[0] not in sys.stdlib_module_names or name == "__main__"
    ]
    for module in reversed(late):
        namespace = getattr(module, "__dict__", None)
        if isinstance(namespace, dict):
            for name in list(namespace):
                if name != "__builtins__":
                    namespace[name] = None
    del late
    collect()


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


def _forget_ctypes(ctypes):
    ctypes.pythonapi._handle = 0


def _restore_ctypes(ctypes):
    ctypes.pythonapi._handle = ctypes._dlopen(None, ctypes.DEFAULT_MODE)


def _forget_platform(platform):
    platform._uname_cache = platform._os_release_cache = None
    platform._platform_cache.clear()


def _restore_sysconfig(sysconfig):
    import os

    sysconfig._PROJECT_BASE = os.path.dirname(sysconfig._safe_realpath(sys.executable))


_FORGET = {
    "ctypes": _forget_ctypes,
    "threading": _forget_threading,
    "logging": _forget_logging,
    "random": _forget_random,
    "multiprocessing.process": _forget_process,
    "platform": _forget_platform,
}
_RESTORE = {
    "ctypes": _restore_ctypes,
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
    try:
        _ask_again()
    except Exception:
        _give_up()
