"""Finds out which modules of a program can be part of its start snapshot.

The builder lets the program's imports happen once in a process that is thrown away, while survey() watches. A module
that asks the machine anything when it is imported, or changes anything outside of its memory, must be imported by each process
itself. Every fact becomes a line; fastice (src/snapshot/survey.rs) draws the conclusions.
"""

import builtins
import posix
import sys

import _fastice

_ROOT = _fastice.ROOT
_STANDARD = sys._stdlib_dir + "/"
_SITE = _STANDARD + "site-packages/"

# Kinds of facts about a module.
_QUESTION = "question"
_STATE = "state"
_ENVIRONMENT = "environment"
_LIBRARY = "library"

# Functions by module and qualified name; None stands for all of a module that are not harmless.
_CALLS = {
    "time": "asks for the time",
    "posix": "asks the system",
    "_signal": "changes how signals are handled",
    "_socket": "asks for the network",
    "_locale": "asks for the locale",
    "faulthandler": "changes how crashes are handled",
    "resource": "asks for limits of the process",
    "fcntl": "changes a file descriptor",
    "termios": "asks the terminal",
    "readline": "sets up the terminal",
    "_curses": "sets up the terminal",
    "pwd": "asks for users",
    "grp": "asks for groups",
    "spwd": "asks for users",
    "_posixsubprocess": "starts a process",
    "_posixshmem": "opens shared memory",
    "_multiprocessing": "makes a semaphore",
    "select": "opens a descriptor",
    "syslog": "writes to the log of the system",
    "_tracemalloc": "traces memory",
    "_interpreters": "starts an interpreter",
    "_xxsubinterpreters": "starts an interpreter",
    "_uuid": "makes a random number",
}
_NAMES = {
    ("builtins", "print"): "prints",
    ("builtins", "input"): "reads the standard input",
    ("_thread", "start_new_thread"): "starts a thread",
    ("_thread", "start_joinable_thread"): "starts a thread",
    ("_thread", "get_native_id"): "asks for its thread",
    ("_thread", "get_ident"): None,
    ("sys", "settrace"): "sets a trace function",
    ("sys", "setprofile"): "sets a profile function",
    ("sys", "addaudithook"): "adds an audit hook",
    ("gc", "get_objects"): "looks at all objects",
}
_METHODS = {
    "date.today": "asks for the time",
    "datetime.now": "asks for the time",
    "datetime.today": "asks for the time",
    "datetime.utcnow": "asks for the time",
    "datetime.fromtimestamp": "asks for the time zone",
    "datetime.astimezone": "asks for the time zone",
    "_SSLContext.load_verify_locations": "reads certificates",
    "_SSLContext.set_default_verify_paths": "reads certificates",
    "_SSLContext.load_cert_chain": "reads certificates",
}
_HARMLESS = {
    "time": {"get_clock_info", "strptime"},
    "posix": {
        # Answers do not depend on the machine, or paths are looked at below.
        "fspath", "stat", "lstat", "access", "readlink", "listdir", "scandir", "open", "fstat", "close", "read", "lseek",
        "register_at_fork", "_path_normpath", "_path_splitroot", "_path_splitroot_ex", "confstr", "sysconf", "strerror",
        "get_inheritable", "set_inheritable", "waitstatus_to_exitcode", "putenv", "unsetenv", "fsencode", "DirEntry",
        "_path_exists", "_path_isfile", "_path_isdir", "_path_islink", "WIFEXITED",
    },
    "_signal": {"getsignal", "valid_signals", "strsignal", "default_int_handler"},
    "_socket": {"htons", "ntohs", "htonl", "ntohl", "inet_aton", "inet_pton", "inet_ntoa", "inet_ntop", "getdefaulttimeout"},
    "_locale": {"getencoding", "localeconv", "nl_langinfo", "gettext", "dgettext", "dcgettext"},
    "faulthandler": {"is_enabled"},
    "_tracemalloc": {"is_tracing"},
    "_multiprocessing": set(),
    "_interpreters": {"get_current", "get_main", "capture_exception"},
}
_EVENTS = {
    "socket.": "opens a socket",
    "subprocess.": "starts a process",
    "os.fork": "starts a process",
    "os.exec": "starts a process",
    "os.posix_spawn": "starts a process",
    "os.spawn": "starts a process",
    "os.system": "starts a process",
    "os.startfile": "starts a process",
    "os.putenv": "changes the environment",
    "os.unsetenv": "changes the environment",
    "os.chdir": "changes the working directory",
    "os.kill": "sends a signal",
    "mmap.__new__": "maps memory",
    "cpython.PyInterpreterState_New": "starts an interpreter",
    "sqlite3.connect": "opens a database",
    "time.sleep": "waits",
    "os.mkdir": "changes files",
    "os.remove": "changes files",
    "os.rename": "changes files",
    "os.rmdir": "changes files",
    "os.link": "changes files",
    "os.symlink": "changes files",
    "os.truncate": "changes files",
    "os.chmod": "changes files",
    "os.chown": "changes files",
    "os.utime": "changes files",
    "fcntl.": "changes a file descriptor",
    "pty.spawn": "starts a process",
    "_thread.start_": "starts a thread",
}
_PATH_EVENTS = ("open", "os.listdir", "os.scandir")

# What only asks: each process can ask again. The rest changes something.
_ASKING = {"time", "_socket", "pwd", "grp", "spwd", "_uuid"}
_ASKING_NAMES = {
    "getcwd", "getcwdb", "getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getlogin", "uname", "cpu_count",
    "sched_getaffinity", "process_cpu_count", "isatty", "get_terminal_size", "urandom", "getrandom", "times", "getloadavg", "getpgid",
    "getpgrp", "getsid", "getgroups", "ctermid", "ttyname", "statvfs", "pathconf", "get_native_id", "getrlimit",
}
# Built in, but of the process.
_OUTSIDE = {"readline": "sets up the terminal"}

# platform.system() and the like ask the system for more than they tell.
_CONSTANT = {"system", "machine", "architecture", "python_version", "python_implementation", "processor"}


class _Survey:
    def __init__(self):
        self.lines = []
        # Names of the modules that are being imported.
        self.stack = []
        # Beside each of them: the descriptors that were open before.
        self.descriptors = []
        self.begun = set()
        self.facts = set()
        # Functions and classes of standard modules when they were ready.
        self.ready = {}
        self.streams = {id(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)}
        self.streams |= {id(stream.buffer) for stream in (sys.stdin, sys.stdout, sys.stderr)}
        self.environ = type(sys.modules["os"].environ)
        self.codes = {
            self.environ.__getitem__.__code__: "key",
            self.environ.__iter__.__code__: None,
            self.environ.__len__.__code__: None,
            self.environ.copy.__code__: None,
            self.environ.__repr__.__code__: None,
        }
        # Functions that were called, and what the top level of each module names.
        self.executed = set()
        # For each module, the lines of its top level that asked something.
        self.lines_of = {}
        self.active = True

    def add(self, *fields):
        self.lines.append("\t".join(str(field).replace("\t", " ").replace("\n", " ") for field in fields))

    def fact(self, kind, text, frame, module=None):
        """Notes what the module that is being imported does, where `frame` is."""
        module = module or (self.stack[-1] if self.stack else None)
        if module is None:
            return
        own_line = self.own_line(frame, module)
        if (module, kind, text, own_line) in self.facts:
            return
        place = inner = None
        while frame is not None and frame.f_code.co_name != "survey":
            code = frame.f_code
            name = code.co_filename
            if not name.startswith("<frozen") and name != __file__:
                inner = inner or (name, frame.f_lineno)
                if not name.startswith(_STANDARD) or name.startswith(_SITE):
                    place = (name, frame.f_lineno)
                    break
            if code.co_name in _CONSTANT and name == _STANDARD + "platform.py":
                return
            if code.co_name == "<module>":
                break
            frame = frame.f_back
        self.facts.add((module, kind, text, own_line))
        if kind != _STATE and own_line:
            self.lines_of.setdefault(module, set()).add(own_line)
        self.add("fact", module, kind, text, *(place or inner or ("", 0)), own_line)

    @staticmethod
    def own_line(frame, module):
        """The line of the module's top level that is executed; 0 if it is not known."""
        while frame is not None:
            if frame.f_code.co_name == "<module>":
                return frame.f_lineno or 0 if frame.f_globals.get("__name__") == module else 0
            frame = frame.f_back
        return 0

    # Modules begin and end.

    def begin(self, name):
        if name not in self.begun:
            self.begun.add(name)
            module = sys.modules.get(name)
            origin = getattr(getattr(module, "__spec__", None), "origin", None) or getattr(module, "__file__", None) or ""
            is_standard = not origin.startswith(_ROOT) or origin.startswith(_STANDARD) and not origin.startswith(_SITE)
            self.add("begin", name, "standard" if is_standard else "other")
        if self.stack:
            self.add("needs", self.stack[-1], name)
        self.stack.append(name)
        self.descriptors.append(self.open_descriptors())

    def open_descriptors(self):
        self.active = False
        try:
            return set(posix.listdir("/proc/self/fd"))
        finally:
            self.active = True

    def end(self, frame):
        name = self.stack.pop()
        before = self.descriptors.pop()
        after = self.open_descriptors()
        if after - before:
            self.fact(_STATE, "leaves a file open", frame, name)
            for descriptors in self.descriptors:
                descriptors |= after
        values = frame.f_globals
        for value in list(values.values()):
            if isinstance(value, str) and sys.executable in value or isinstance(value, bytes) and sys.executable.encode() in value:
                self.fact(_STATE, "keeps the name of the executable", frame, name)
                break
        if frame.f_code.co_filename.startswith(_STANDARD) and not frame.f_code.co_filename.startswith(_SITE):
            self.ready[name] = {key: value for key, value in values.items() if callable(value)}

    # What the interpreter tells.

    def profile(self, frame, event, argument):
        if not self.active:
            return
        code = frame.f_code
        if event == "call":
            self.executed.add(code)
            if code.co_name == "<module>":
                if self.is_module(frame):
                    self.begin(frame.f_globals["__name__"])
            elif code in self.codes:
                key = self.codes[code]
                if key is None:
                    self.fact(_STATE, "reads the whole environment", frame.f_back)
                else:
                    self.environment(frame.f_locals.get(key), frame.f_back)
            elif code.co_name == "import_module" and code.co_filename == "<frozen importlib>":
                self.needs(str(frame.f_locals.get("name")).lstrip("."), frame.f_locals.get("package"), ())
        elif event == "return":
            if code.co_name == "<module>" and self.stack and frame.f_globals.get("__name__") == self.stack[-1] and self.is_module(frame):
                self.end(frame)
        elif event == "c_call":
            self.call(frame, argument)

    @staticmethod
    def is_module(frame):
        back = frame.f_back
        return back is not None and back.f_code.co_name == "_call_with_frames_removed" or frame.f_code.co_filename.startswith("<frozen ")

    def environment(self, name, frame):
        if isinstance(name, bytes):
            name = name.decode("utf-8", "replace")
        if isinstance(name, str):
            self.fact(_ENVIRONMENT, name, frame)

    def call(self, frame, function):
        module = getattr(function, "__module__", None)
        name = getattr(function, "__name__", "")
        owner = getattr(function, "__self__", None)
        text = None
        if module == "_imp" and name in ("create_dynamic", "create_builtin"):
            self.extension((frame.f_locals.get("args") or (None,))[0], name == "create_builtin")
            return
        kind = _STATE
        if isinstance(module, str):
            if (module, name) in _NAMES:
                text = _NAMES[module, name]
            elif module in _CALLS and name not in _HARMLESS.get(module, ()):
                text = f"{_CALLS[module]} (`{module.lstrip('_')}.{name}`)"
            if module in _ASKING or name in _ASKING_NAMES:
                kind = _QUESTION
        elif owner is not None:
            kind = _QUESTION
            if id(owner) in self.streams:
                if name != "fileno":
                    text = f"asks for or uses a standard stream (`{name}`)"
                if name not in ("isatty", "seekable", "readable", "writable"):
                    kind = _STATE
            else:
                text = self.method(owner if isinstance(owner, type) else type(owner), name)
        if text is not None:
            self.fact(kind, text, frame)

    def extension(self, spec, is_built_in):
        """A module that is no Python code is made."""
        name = getattr(spec, "name", None)
        if name is None or is_built_in and name not in _OUTSIDE:
            return
        if name not in self.begun:
            self.begun.add(name)
            self.add("begin", name, "standard" if is_built_in else "other")
        if self.stack:
            self.add("needs", self.stack[-1], name)
        self.add("fact", name, _LIBRARY, _OUTSIDE.get(name, "is a native library"), getattr(spec, "origin", ""), 0, 0)

    @staticmethod
    def method(kind, name):
        for base in kind.__mro__:
            text = _METHODS.get(f"{base.__name__}.{name}")
            if text is not None:
                return text
            if base.__module__ == "_random" and name != "setstate":
                return f"makes a random number (`{name}`)"
        return None

    def audit(self, event, arguments):
        # What this needs itself.
        if not self.active or event.startswith(("sys._", "object.", "import", "compile", "exec", "marshal.", "code.")):
            return
        frame = sys._getframe(1)
        if event in _PATH_EVENTS:
            self.path(arguments[0] if arguments else None, frame)
        elif event == "ctypes.dlopen" or event.startswith("ctypes."):
            self.fact(_STATE, "uses native functions (`ctypes`)", frame)
        else:
            for begin, text in _EVENTS.items():
                if event.startswith(begin):
                    self.fact(_QUESTION if begin == "socket." else _STATE, f"{text} (`{event}`)", frame)
                    break

    def path(self, path, frame):
        if isinstance(path, int) or path is None:
            return
        try:
            path = posix.fspath(path)
        except TypeError:
            return
        if isinstance(path, bytes):
            path = path.decode("utf-8", "surrogateescape")
        if path == _ROOT or path.startswith(_ROOT + "/") and not path.startswith(posix_directory(sys.executable)) or path == "/":
            return
        self.fact(_QUESTION, f"looks at the file `{path}`", frame)

    # Imports of modules that are there already tell nothing by themselves.

    def needs(self, name, package, names):
        if not self.stack or not self.active:
            return
        if package:
            name = f"{package}.{name}" if name else package
        if name in sys.modules:
            self.add("needs", self.stack[-1], name)
        for attribute in names or ():
            if f"{name}.{attribute}" in sys.modules:
                self.add("needs", self.stack[-1], f"{name}.{attribute}")


def posix_directory(path):
    return path.rpartition("/")[0] + "/"


def _watch_paths(survey):
    """Functions that look at a path and tell nobody."""
    os = sys.modules["os"]

    def watched(function):
        def look(path, *arguments, **options):
            frame = sys._getframe(1)
            # What the import system looks for is no question of a module.
            if not frame.f_code.co_filename.startswith("<frozen importlib"):
                survey.path(path, frame)
            return function(path, *arguments, **options)

        return look

    for name in ("stat", "lstat", "access", "readlink"):
        function = watched(getattr(posix, name))
        for module in (os, posix):
            setattr(module, name, function)


class _Arguments(list):
    """sys.argv, for those who look at it while they are imported."""

    def __init__(self, survey, items):
        super().__init__(items)
        self.survey = survey


def _watched_argument(name):
    method = getattr(list, name)

    def look(self, *arguments):
        self.survey.fact(_QUESTION, "looks at the command line", sys._getframe(1))
        return method(self, *arguments)

    return look


for _name in ("__getitem__", "__iter__", "__len__", "__contains__", "__setitem__", "__delitem__", "__add__", "copy", "index", "pop", "append"):
    setattr(_Arguments, _name, _watched_argument(_name))


def _watch_imports(survey):
    original = builtins.__import__

    def __import__(name, globals=None, locals=None, fromlist=(), level=0):
        package = None
        if level > 0 and globals is not None:
            package = globals.get("__package__") or str(globals.get("__name__")).rpartition(".")[0]
            for _ in range(level - 1):
                package = package.rpartition(".")[0]
        result = original(name, globals, locals, fromlist, level)
        survey.needs(name, package, fromlist)
        return result

    builtins.__import__ = __import__


def survey(plan):
    """What happens when the modules that `plan` names are imported: `modules` and a list of them, or `file`, `module` or
    `directory` and the name of the program, whose first imports they are. In front of that stand the variables that each
    process can compute anew although the imports looked at them."""
    known, *plan = plan
    survey = _Survey()
    for name in sys.modules:
        survey.add("before", name)
        survey.begun.add(name)
    kind, *names = plan
    roots = [(name, None, 0) for name in names if name] if kind == "modules" else _roots(kind, names[0])
    # What the survey itself needed is imported anew.
    for name in set(sys.modules) - survey.begun:
        del sys.modules[name]
    package = names[0].rpartition(".")[0] if kind == "module" else ""
    scope = {"__name__": "__main__", "__package__": package or None}
    sys.argv = _Arguments(survey, sys.argv)
    sys.orig_argv = _Arguments(survey, sys.orig_argv)
    # Whoever wants them shall not fail.
    for name in (b"HOME", b"LOGNAME", b"PATH", b"PWD", b"SHELL", b"TERM", b"USER"):
        posix.environ.setdefault(name, b"/")
    _watch_paths(survey)
    _watch_imports(survey)
    sys.addaudithook(survey.audit)
    sys.setprofile(survey.profile)
    try:
        for name, attributes, level in roots:
            try:
                __import__(name, scope, None, attributes or (), level)
            except BaseException as error:
                survey.active = False
                survey.add("failed", name, f"{type(error).__name__}: {error}")
                if not isinstance(error, Exception):
                    break
                survey.active = True
    finally:
        survey.active = False
        sys.setprofile(None)
    for name, values in survey.ready.items():
        module = sys.modules.get(name)
        for key, value in values.items():
            now = getattr(module, key, value)
            if now is not value and getattr(now, "__module__", name) != getattr(value, "__module__", name):
                survey.add("patched", f"{name}.{key}", getattr(now, "__module__", ""))
    for name in list(sys.modules):
        survey.add("loaded", name)
    _ask_again(survey, set(known.split()))
    return "\n".join(survey.lines)


def _roots(kind, name):
    """The imports that the program begins with: module, names and level of each."""
    roots = []
    if kind == "module":
        parent = name.rpartition(".")[0]
        if parent:
            roots.append((parent, None, 0))
        code = _code_of(name)
    else:
        path = f"{_ROOT}/{name}" + ("/__main__.py" if kind == "directory" else "")
        code = _fastice.code(path)
        # Console scripts are no modules: CPython compiles them when it runs them.
        source = None if code else _fastice.contents(path)
        if source is not None:
            code = compile(source, path, "exec", dont_inherit=True)
    return roots if code is None else roots + list(_first_imports(code))


def _code_of(name):
    """The code object of a module, without importing its package, which may be a native library: it can be imported once only."""
    from importlib.machinery import PathFinder

    path = spec = None
    full = ""
    for part in name.split("."):
        full = f"{full}.{part}" if full else part
        spec = PathFinder.find_spec(full, path)
        if spec is None:
            return None
        path = spec.submodule_search_locations
    return spec.loader.get_code(name) if hasattr(spec.loader, "get_code") else None


def _first_imports(code):
    """The imports at the beginning of a code object, up to the first thing that is called or decided."""
    import dis

    constant = []
    for instruction in dis.get_instructions(code):
        match instruction.opname:
            case "LOAD_CONST":
                constant.append(instruction.argval)
            case "IMPORT_NAME":
                level, attributes = constant[-2:]
                yield instruction.argval, attributes, level
            case name if name.startswith(("CALL", "POP_JUMP", "JUMP_BACKWARD", "RETURN", "RAISE", "FOR_ITER", "STORE_ATTR", "STORE_SUBSCR", "DELETE", "SEND", "BEFORE_WITH")):
                return


def _ask_again(survey, known):
    """Statements that ask, of which the answer is a global variable that nobody looked at before the import was over: each process
    can execute them once more."""
    import ast

    # By name: which functions that were called, and which modules, use a name.
    users = {}
    for code in survey.executed:
        for name in code.co_names:
            users.setdefault(name, set()).add(code.co_filename)
    for name, lines in survey.lines_of.items():
        module = sys.modules.get(name)
        loader = getattr(module, "__loader__", None)
        try:
            source = loader.get_source(name)
            tree = ast.parse(source)
        except Exception:
            continue
        statements = {}
        for line in lines:
            statement = next((node for node in tree.body if node.lineno <= line <= node.end_lineno), None)
            if statement is not None:
                statements[statement] = statements.get(statement, []) + [line]
        for statement, lines in statements.items():
            names = _targets(ast, statement)
            if names and not any(
                f"{name}.{key}" not in known and _is_used(ast, survey, tree, statement, module, key, users) for key in names
            ):
                text = "\\n".join(source.splitlines()[statement.lineno - 1 : statement.end_lineno])
                if "\\" not in text.replace("\\n", "") and "\t" not in text:
                    for line in lines:
                        survey.add("again", name, line, statement.lineno, ",".join(names), text)


def _targets(ast, statement):
    """The global variables that a statement sets, if that is all it does besides asking."""
    match statement:
        case ast.Assign(targets=targets):
            pass
        case ast.AnnAssign(target=target, value=value) if value is not None:
            targets = [target]
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=[]):
            parts = body + orelse + [part for handler in handlers for part in handler.body]
            return _targets_of_all(ast, parts)
        case ast.If(body=body, orelse=orelse):
            return _targets_of_all(ast, body + orelse)
        case _:
            return []
    return [target.id for target in targets] if all(isinstance(target, ast.Name) for target in targets) else []


def _targets_of_all(ast, statements):
    """The same for several, which may also do nothing."""
    names = []
    for statement in statements:
        if not isinstance(statement, ast.Pass):
            more = _targets(ast, statement)
            if not more:
                return []
            names += more
    return list(dict.fromkeys(names))


def _is_used(ast, survey, tree, statement, module, name, users):
    """Did anybody look at the variable while modules were imported?"""
    own = module.__spec__.origin
    for file in users.get(name, ()):
        if file != own:
            return True
    for code in survey.executed:
        if code.co_filename == own and code.co_name != "<module>" and name in code.co_names:
            return True
    # At the module's top level, besides the statement itself.
    waiting = [node for node in tree.body if node is not statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and node.id == name:
            return True
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            waiting += [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif isinstance(node, ast.Lambda):
            waiting += [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        else:
            waiting += ast.iter_child_nodes(node)
    return False
