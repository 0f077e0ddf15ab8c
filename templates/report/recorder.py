# Runs as `-c` with what is to be run as arguments, and tells on stderr what was imported and how long it took. Uses built-in modules
# alone, so that it imports nothing that the program would have to.
import _frozen_importlib
import _thread
import atexit
import posix
import sys
import time


def record(find_and_load=_frozen_importlib._find_and_load, now=time.perf_counter_ns, ident=_thread.get_ident, write=posix.write):
    main = ident()
    rows = []
    depth = 0

    def tell(text):
        text = f"\n\x1efastice {text}\n".encode("utf-8", "backslashreplace")
        try:
            while text:
                text = text[write(2, text):]
        except OSError:
            pass

    def _find_and_load(name, import_):
        nonlocal depth
        if ident() != main:
            return find_and_load(name, import_)
        depth += 1
        failed = 1
        began = now()
        try:
            module = find_and_load(name, import_)
            failed = 0
            return module
        finally:
            took = now() - began
            depth -= 1
            rows.append(f"{name} {(began - start) // 1000} {took // 1000} {depth} {failed}")
            if not depth:
                tell(";".join(rows))
                rows.clear()

    start = now()
    atexit.register(lambda: tell(f"end {(now() - start) // 1000}"))
    _frozen_importlib._find_and_load = _find_and_load


def run(how, what, arguments, sys=sys):
    names = sys.modules["__main__"].__dict__
    for name in [name for name in names if not name.startswith("__")]:
        del names[name]
    sys.argv[:] = [sys.executable, *arguments]
    if how == "code":
        exec(compile(what, "<string>", "exec"), names)
    elif how == "file":
        import io
        with io.open_code(what) as file:
            code = file.read()
        if what.endswith(".pyc"):
            import marshal
            code = marshal.loads(memoryview(code)[16:])
        else:
            code = compile(code, what, "exec")
        sys.argv[0] = names["__file__"] = what
        exec(code, names)
    else:
        import runpy
        if how == "directory":
            sys.path.insert(0, what)
        runpy._run_module_as_main("__main__" if how == "directory" else what, how != "directory")


_, how, what, *arguments = sys.argv
record()
run(how, what, arguments)
