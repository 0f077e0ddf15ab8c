"""Prints what a program can find out about the process it starts in."""

import _imp, _thread, builtins, codecs, errno, faulthandler, gc, io, locale, os, signal, stat, sys, threading, time
import _locale


def stream(file):
    if file is None:
        return None
    raw = file.buffer.raw
    facts = [file.name, file.mode, file.encoding, file.errors, file.line_buffering, file.write_through, file.newlines]
    facts += [raw.name, raw.mode, raw.closefd, raw._blksize, raw.fileno(), raw.isatty(), raw.seekable(), file.seekable()]
    if raw.seekable():
        facts.append(raw.tell())
    return facts


def show(name, value):
    print(f"{name}: {value!r}", file=sys.stderr)


show("argv", sys.argv)
show("orig_argv", sys.orig_argv)
show("executable", [sys.executable, sys._base_executable])
show("flags", sys.flags)
show("path", sys.path)
show("prefix", [sys.prefix, sys.exec_prefix, sys.base_prefix, sys._stdlib_dir])
show("encodings", [sys.getfilesystemencoding(), sys.getfilesystemencodeerrors(), sys.getdefaultencoding()])
show("locale", [_locale.setlocale(locale.LC_CTYPE), locale.getencoding(), locale.getpreferredencoding()])
for name in ("stdin", "stdout", "stderr"):
    show(name, stream(getattr(sys, name)))
    show(name, getattr(sys, name) is getattr(sys, f"__{name}__"))
show("environ", sorted(os.environ.items()))
show("environb", sorted(os.environb.items()))
show("signals", [(int(number), str(signal.getsignal(number))) for number in signal.valid_signals()])
show("blocked", signal.pthread_sigmask(signal.SIG_BLOCK, ()))
show("threads", [threading.current_thread() is threading.main_thread(), threading.active_count()])
show("ident", [_thread.get_ident() == threading.main_thread().ident, threading.get_native_id() == os.getpid()])
show("ident", _thread._get_main_thread_ident() == _thread.get_ident())
show("time", [time.tzname, time.timezone, time.altzone, time.daylight, time.localtime(0)])
show("umask", os.umask(0o22))
show("main", sorted(vars(sys.modules["__main__"])))
show("main", [__name__, __file__, __spec__, __package__, __doc__ is not None, type(__loader__).__name__, __builtins__])
show("is main", sys.modules["__main__"].show is show)
show("gc", [gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks, gc.garbage])
show("hooks", [sys.excepthook, sys.displayhook, sys.unraisablehook, sys.breakpointhook])
show("warnings", [sys.warnoptions, sys._xoptions, sys.dont_write_bytecode, sys.pycache_prefix])
show("limits", [sys.getrecursionlimit(), sys.getswitchinterval(), sys.get_int_max_str_digits()])
show("thread info", sys.thread_info)
show("faulthandler", faulthandler.is_enabled())
show("random", [len(os.urandom(8)), hash("a") == hash("a")])
show("frozen", [name for name in ("encodings", "_fastice_importer", "os", "io") if _imp.is_frozen(name)])
show("hooks", [hook.__name__ for hook in sys.path_hooks])
show("finders", [finder.__name__ for finder in sys.meta_path])
