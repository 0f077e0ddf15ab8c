"""Ways in which a program ends."""

import atexit, gc, os, signal, sys, threading, time, weakref

case = sys.argv[1]


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone:", self.name, sys.is_finalizing())


def suspended():
    try:
        yield 1
    finally:
        print("generator closed")


if case == "nothing":
    pass
elif case == "print":
    print("text")
elif case == "unflushed":
    sys.stdout.write("no newline")
elif case == "status":
    sys.exit(3)
elif case == "message":
    sys.exit("a last word")
elif case == "large status":
    sys.exit(2**40)
elif case == "exception":
    raise ValueError("at the end")
elif case == "chained":
    try:
        {}["a"]
    except KeyError as error:
        raise RuntimeError("while handling") from error
elif case == "interrupt":
    raise KeyboardInterrupt
elif case == "signal":
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(10)
elif case == "terminate":
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10)
elif case == "_exit":
    print("lost")
    os._exit(5)
elif case == "abort":
    os.abort()
elif case == "atexit":
    atexit.register(print, "first registered")
    atexit.register(print, "then this")
    print("body")
elif case == "atexit fails":
    atexit.register(lambda: 1 / 0)
elif case == "atexit exits":
    atexit.register(sys.exit, 4)
elif case == "object":
    kept = Loud("global")
elif case == "cycle":
    kept = Loud("in a cycle")
    kept.self = kept
    del kept
elif case == "object in a module":
    import string

    string.kept = Loud("in another module")
elif case == "object in builtins":
    import builtins

    builtins.kept = Loud("in builtins")
elif case == "generator":
    kept = suspended()
    next(kept)
elif case == "unstarted generator":
    kept = suspended()
elif case == "coroutine":

    async def never():
        pass

    kept = never()
elif case == "file":
    kept = open(sys.argv[2], "w")
    kept.write("written at the end\n")
    atexit.register(print, os.path.getsize(sys.argv[2]))
elif case == "closed stdout":
    sys.stdout.close()
elif case == "replaced stdout":
    import io

    class Quiet(io.StringIO):
        def flush(self):
            print("flushed", file=sys.stderr)

    sys.stdout = Quiet()
elif case == "no stdout":
    sys.stdout.write("written before")
    sys.stdout = None
elif case == "other stdout":
    sys.stdout.write("written before")
    sys.stdout = sys.stderr
elif case == "deleted stdout":
    sys.stdout.write("written before")
    del sys.stdout, sys.__stdout__
elif case == "detached stdout":
    kept = sys.stdout.detach()
    kept.write(b"written to the buffer")
    sys.stdout = None
elif case == "written at exit":
    atexit.register(print, "the last", end="")
elif case == "finalize":
    kept = Loud("never")
    weakref.finalize(kept, print, "finalized")
elif case == "weak reference":
    kept = set()
    noticed = weakref.ref(kept, lambda reference: print("died", file=sys.stderr))
elif case == "weak dictionary":
    kept = weakref.WeakValueDictionary(a=suspended)
elif case == "thread":
    threading.Thread(target=lambda: (time.sleep(0.1), print("in a thread"))).start()
elif case == "daemon":
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    print("not waited for")
elif case == "busy daemon":

    def work():
        while True:
            sum(range(1000))

    for _ in range(3):
        threading.Thread(target=work, daemon=True).start()
    time.sleep(0.05)
    print("not waited for")
elif case == "thread fails":
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
elif case == "collector":
    gc.callbacks.append(lambda phase, info: print("collector", phase, info["generation"], file=sys.stderr))
elif case == "named file":
    import tempfile

    kept = tempfile.NamedTemporaryFile(dir=os.path.dirname(sys.argv[2]))
    atexit.register(lambda: print(os.path.exists(kept.name)))
elif case == "fork":
    if os.fork() == 0:
        print("child")
        sys.exit(6)
    print(os.waitstatus_to_exitcode(os.wait()[1]))
elif case == "exec":
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "print"])
elif case == "recursion":

    def deeper():
        deeper()

    try:
        deeper()
    except RecursionError as error:
        print(error)
elif case == "pool":
    import concurrent.futures

    pool = concurrent.futures.ThreadPoolExecutor(2)
    print(sorted(pool.map(abs, [-1, 2])))
elif case == "loop":
    import asyncio

    async def main():
        process = await asyncio.create_subprocess_exec("echo", "from a child", stdout=asyncio.subprocess.PIPE)
        print(await process.communicate())

    asyncio.run(main())
elif case == "subinterpreter":
    import _interpreters

    other = _interpreters.create()
    print(_interpreters.exec(other, "import json, sys; print(json.dumps(sys.argv))"))
elif case == "profile":
    sys.setprofile(lambda *event: None)
    print("profiled")
elif case == "monitoring":
    sys.monitoring.use_tool_id(sys.monitoring.COVERAGE_ID, "coverage")
    lines = []
    sys.monitoring.register_callback(sys.monitoring.COVERAGE_ID, sys.monitoring.events.LINE, lambda code, line: lines.append(line))
    sys.monitoring.set_events(sys.monitoring.COVERAGE_ID, sys.monitoring.events.LINE)
    print("watched")
    sys.monitoring.set_events(sys.monitoring.COVERAGE_ID, 0)
    print(len(lines))
elif case == "trace":
    seen = []
    sys.settrace(lambda frame, event, argument: seen.append(frame.f_code.co_name))
    suspended()
    sys.settrace(None)
    print(seen)
elif case == "tracemalloc":
    import tracemalloc

    tracemalloc.start()
    kept = [bytes(1000) for _ in range(10)]
    print(tracemalloc.get_traced_memory()[0] > 10000)
elif case == "faulthandler":
    import faulthandler

    faulthandler.enable()
    os.kill(os.getpid(), signal.SIGABRT)
else:
    sys.exit(f"no case {case}")
