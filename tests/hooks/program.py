"""Uses the hook that the first argument names, and prints what it saw."""

import ctypes
import gc
import io
import os
import pathlib
import subprocess
import sys


def place(frame_or_code):
    code = getattr(frame_or_code, "f_code", frame_or_code)
    return os.path.basename(code.co_filename), code.co_name


def audit():
    seen = []
    sys.addaudithook(lambda event, args: seen.append((event, args[0])) if event in ("import", "open") else None)
    import xmlrpc.client

    names = [name for event, name in seen if event == "import"]
    print("xmlrpc.client" in names, "http.client" in names, len(names) == len(set(names)))
    # Code objects of a frozen program are not read from files; everything that Python code opens is seen.
    open(xmlrpc.client.__file__).close()
    print(("open", xmlrpc.client.__file__) in seen)


def native_audit():
    library = ctypes.PyDLL(str(pathlib.Path(__file__).with_name("audit.so")))
    library.first_event.restype = ctypes.c_char_p
    before = library.events()
    import xmlrpc.client

    print(library.first_event(), before > 20, library.events() > before)


def settrace():
    import helper

    seen = []

    def trace(frame, event, arg):
        if place(frame)[0] == "helper.py":
            seen.append((*place(frame), event, frame.f_lineno, arg if event == "return" else None))
        return trace

    sys.settrace(trace)
    helper.call()
    sys.settrace(None)
    print(*seen, sep="\n")


def setprofile():
    import helper

    seen = []
    sys.setprofile(lambda frame, event, arg: seen.append((*place(frame), event)))
    helper.call()
    sys.setprofile(None)
    print(*seen, sep="\n")


def monitoring():
    import helper

    seen = []
    tool, events = sys.monitoring.PROFILER_ID, sys.monitoring.events
    sys.monitoring.use_tool_id(tool, "test")
    sys.monitoring.register_callback(tool, events.LINE, lambda code, line: seen.append((*place(code), line)))
    sys.monitoring.register_callback(tool, events.PY_START, lambda code, offset: seen.append(place(code)))
    sys.monitoring.set_events(tool, events.LINE | events.PY_START)
    helper.call()
    sys.monitoring.set_events(tool, 0)
    print(*seen, sep="\n")


def coverage():
    import coverage

    # Paths in reports are relative to the working directory.
    os.chdir("/usr")
    for core in ("ctrace", "pytrace", "sysmon"):
        os.environ["COVERAGE_CORE"] = core
        measured = coverage.Coverage(data_file=None, include=["*/helper.py"], branch=core != "sysmon")
        measured.start()
        sys.modules.pop("helper", None)
        import helper

        helper.branch(1)
        measured.stop()
        print(core, *measured.analysis2(helper)[1:])
        report = io.StringIO()
        print(measured.report(file=report, show_missing=True))
        # The width of its columns depends on the length of the path.
        print(*(line.split() for line in report.getvalue().splitlines() if "---" not in line), sep="\n")


def eval_frame():
    import helper

    library = ctypes.PyDLL(str(pathlib.Path(__file__).with_name("evalframe.so")))
    library.install()
    helper.call()
    library.uninstall()
    print(library.frames())


def subinterpreters():
    import _interpreters

    script = """
import sys
import helper, json.decoder, sqlite3
from importlib.resources import files
print(helper.call(), json.decoder.__file__.endswith("json/decoder.py"), sqlite3.connect(":memory:").execute("select 1").fetchone())
print(type(helper.__loader__).__name__, exit.__class__.__name__, len(sys.path_hooks))
print(files("json").joinpath("tool.py").is_file(), sys.flags, sys.path)
try:
    import no_such_module
except ImportError as error:
    print(error, flush=True)
"""
    for kind in ("isolated", "legacy"):
        interpreter = _interpreters.create(kind)
        print(kind, _interpreters.exec(interpreter, script), flush=True)
        _interpreters.destroy(interpreter)


def gc_freeze():
    import json.decoder

    gc.collect()
    gc.freeze()
    print(gc.get_freeze_count() > 1000, gc.collect() >= 0)
    gc.unfreeze()
    print(gc.get_freeze_count())


def options():
    def run(*arguments, **variables):
        result = subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, env={**os.environ, **variables}
        )
        return result.returncode, result.stdout, result.stderr

    status, _, err = run("-X", "importtime", "-c", "import json.decoder")
    print(status, [line.rpartition("|")[2] for line in err.splitlines() if "json" in line])
    print(run("-X", "dev", "-c", "import sys; print(sys.flags.dev_mode, sys.warnoptions, __import__('faulthandler').is_enabled())"))
    status, _, err = run("-X", "dev", "-c", "open(__import__('json').__file__)")
    print(status, "ResourceWarning: unclosed file" in err)
    status, out, err = run("-X", "tracemalloc=3", "-c", "import tracemalloc; print(tracemalloc.get_traceback_limit())")
    print(status, out, err)


def allocator():
    name = ctypes.pythonapi._PyMem_GetCurrentAllocatorName
    name.restype = ctypes.c_char_p
    print(name())


def perf():
    import helper

    sys.activate_stack_trampoline("perf")
    helper.call()
    sys.deactivate_stack_trampoline()
    path = f"/tmp/perf-{os.getpid()}.map"
    with open(path) as file:
        names = [line.split(" ", 2)[2].strip() for line in file if "helper.py" in line]
    os.unlink(path)
    print(*(name.replace(os.path.dirname(helper.__file__), "") for name in names), sep="\n")


globals()[sys.argv[1]]()
