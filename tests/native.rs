//! Extension modules and libraries of real wheels, loaded out of the executable.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::PathBuf;

use support::{Workspace, stderr, stdout};

/// Wheels with native code of every kind: C, Cython, Rust, C++ with a library of its own beside it.
const REQUIREMENTS: [&str; 5] = [
    "markupsafe==3.0.2",
    "orjson==3.10.18",
    "pydantic==2.11.5",
    "lxml==5.4.0",
    "numpy==2.2.6",
];

/// Uses each of them, and says where a library of the executable is mapped from.
const PROGRAM: &str = r#"
import ctypes, os, sys, threading

import markupsafe._speedups
import lxml.etree
import numpy
import orjson
import pydantic

print(markupsafe.escape("<a>"), orjson.dumps({"a": [1]}), lxml.etree.fromstring("<a><b/></a>")[0].tag)


class Point(pydantic.BaseModel):
    x: int


print(Point(x="7"), numpy.linalg.solve(numpy.eye(2) * 2, [4, 6]))
thread = threading.Thread(target=lambda: print(numpy.ones(5).sum()))
thread.start()
thread.join()

libraries = os.path.dirname(numpy.__file__) + ".libs"
name = next(name for name in sorted(os.listdir(libraries)) if "openblas" in name)
library = ctypes.CDLL(f"{libraries}/{name}")


class Info(ctypes.Structure):
    _fields_ = [("file", ctypes.c_char_p), ("base", ctypes.c_void_p), ("name", ctypes.c_char_p), ("address", ctypes.c_void_p)]


info = Info()
function = ctypes.cast(library.scipy_openblas_get_config64_, ctypes.c_void_p)
ctypes.CDLL(None).dladdr(function, ctypes.byref(info))
print(info.file.decode() == f"{libraries}/{name}")

for path in "/fastice/missing.so", __file__:
    try:
        ctypes.CDLL(path)
    except OSError as error:
        print(error)
sys.stdout.flush()
if os.fork() == 0:
    print(numpy.dot(numpy.ones((50, 50)), numpy.ones((50, 50)))[0][0], flush=True)
    os._exit(0)
os.wait()
start = next(line for line in open("/proc/self/maps") if int(line.split("-")[0], 16) == info.base)
print("executable" if start.split()[-1] == os.path.realpath(sys.executable) else "memory", file=sys.stderr)
"#;

/// What it prints to standard output in every tier.
const EXPECTED: &str = "&lt;a&gt; b'{\"a\":[1]}' b
x=7 [2. 3.]
5.0
True
/fastice/missing.so: cannot open shared object file: No such file or directory
/fastice/app/app.py: no ELF header
50.0
";

fn freeze(workspace: &Workspace) -> PathBuf {
    workspace.file("app.py", PROGRAM);
    let mut arguments = vec!["app.py"];
    for requirement in &REQUIREMENTS {
        arguments.extend(["--with", requirement]);
    }
    workspace.freeze(&arguments)
}

#[test]
fn wheels_work_in_every_tier() {
    let workspace = Workspace::new();
    let program = freeze(&workspace);
    for (tier, mapped_from) in [
        (None, "executable\n"),
        (Some("inplace"), "executable\n"),
        (Some("memfd"), "memory\n"),
        (Some("cache,inplace"), "memory\n"),
    ] {
        let mut command = workspace.command(&program);
        command.env("FASTICE_CACHE_DIR", workspace.path("cache"));
        if let Some(tier) = tier {
            command.env("FASTICE_NATIVE", tier);
        }
        let output = command.output().unwrap();
        assert_eq!(
            (
                output.status.code(),
                stdout(&output).as_str(),
                stderr(&output).as_str()
            ),
            (Some(0), EXPECTED, mapped_from),
            "{tier:?}"
        );
        // Nothing is written unless the user asks for it.
        let written = workspace.path("cache").exists();
        assert_eq!(written, tier.is_some_and(|tier| tier.contains("cache")));
    }
    let output = workspace
        .command(&program)
        .env("FASTICE_NATIVE", "swap,inplace")
        .env("FASTICE_TRACE", "native")
        .output()
        .unwrap();
    assert_eq!(stdout(&output), EXPECTED, "{}", stderr(&output));
    assert!(stderr(&output).contains("inplace"));
}

/// This wheel's only source is `from .orjson import *`. Its machine code imports `uuid`, `enum` and more, and crashes without them.
#[test]
fn standard_modules_that_only_machine_code_names_are_there() {
    let workspace = Workspace::new();
    workspace.file("app.py", "import orjson\nprint(orjson.dumps([1]))\n");
    let program = workspace.freeze(&["app.py", "--with", "orjson==3.13.0"]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(
        (stdout(&output).as_str(), stderr(&output).as_str()),
        ("b'[1]'\n", "")
    );
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_fastice"))
        .args(["why".as_ref(), program.as_os_str(), "uuid".as_ref()])
        .output()
        .unwrap();
    let why = stdout(&output);
    assert!(
        why.contains("/orjson.cpython-313-x86_64-linux-gnu.so  imports uuid\n"),
        "{why}"
    );
}

/// What the user names that does not exist is said when nothing else helps.
#[test]
fn tiers_that_do_not_exist_are_named() {
    let workspace = Workspace::new();
    workspace.file("app.py", "import markupsafe._speedups\n");
    let program = workspace.freeze(&["app.py", "--with", REQUIREMENTS[0]]);
    let output = workspace
        .command(&program)
        .env("FASTICE_NATIVE", "swap")
        .output()
        .unwrap();
    let said = stderr(&output);
    assert!(
        said.contains("(FASTICE_NATIVE: `swap` is none of inplace, memfd, cache)"),
        "{said}"
    );
}

/// The first failure of a process is told as each other is, in the C library's words. Extensions such as cffi rely on there
/// being some.
#[test]
fn the_first_failure_is_told() {
    let workspace = Workspace::new();
    workspace.file(
        "app.py",
        "import ctypes, sys\n\
         c = ctypes.PyDLL(None)\n\
         c.dlopen.restype = c.dlsym.restype = ctypes.c_void_p\n\
         c.dlerror.restype = ctypes.c_char_p\n\
         def missing_library(): c.dlopen(b'libnothing.so.1', 2)\n\
         def missing_symbol(): c.dlsym(ctypes.c_void_p(c.dlopen(b'libm.so.6', 2)), b'nothing')\n\
         globals()[sys.argv[1]]()\n\
         print(c.dlerror(), c.dlerror())\n",
    );
    let program = workspace.freeze(&["app.py"]);
    for failure in ["missing_library", "missing_symbol"] {
        let frozen = workspace.command(&program).arg(failure).output().unwrap();
        let plain = workspace
            .command(&support::python())
            .args(["app.py", failure])
            .output()
            .unwrap();
        let said = stdout(&frozen);
        assert!(
            said.contains("nothing") && said.ends_with("' None\n"),
            "{said}{}",
            stderr(&frozen)
        );
        assert_eq!(said, stdout(&plain));
    }
}

/// Two font libraries in this wheel need each other.
#[test]
fn libraries_that_need_each_other_are_loaded_at_once() {
    let workspace = Workspace::new();
    workspace.file(
        "app.py",
        "from PIL import Image, ImageDraw, ImageFont, features\n\
         image = Image.new('L', (50, 50))\n\
         ImageDraw.Draw(image).text((2, 2), 'Hi', font=ImageFont.load_default(30), fill=255)\n\
         print(max(image.tobytes()), features.check('raqm'))\n",
    );
    let program = workspace.freeze(&["app.py", "--with", "pillow==13.0.0"]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(
        (stdout(&output).as_str(), stderr(&output).as_str()),
        ("255 True\n", "")
    );
}

#[test]
fn threads_get_the_same_library() {
    let workspace = Workspace::new();
    workspace.file(
        "app.py",
        "import ctypes, os, threading\n\
         import markupsafe\n\
         directory = os.path.dirname(markupsafe.__file__)\n\
         path = next(entry.path for entry in os.scandir(directory) if entry.name.endswith('.so'))\n\
         handles = []\n\
         start = threading.Barrier(16)\n\
         def load():\n\
         \x20   start.wait()\n\
         \x20   handles.append(ctypes.CDLL(path)._handle)\n\
         threads = [threading.Thread(target=load) for _ in range(16)]\n\
         for thread in threads: thread.start()\n\
         for thread in threads: thread.join()\n\
         print(len(handles), len(set(handles)))\n",
    );
    let program = workspace.freeze(&["app.py", "--with", REQUIREMENTS[0]]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(
        (stdout(&output).as_str(), stderr(&output).as_str()),
        ("16 1\n", "")
    );
}

#[test]
fn wheels_work_in_an_empty_root() {
    fastice_sandbox::permitted().unwrap();
    let workspace = Workspace::new();
    workspace.file(
        "app.py",
        "import os\nimport markupsafe._speedups\nprint(markupsafe.escape('<a>'), os.path.exists('/proc'))\n",
    );
    let program = workspace.freeze(&["app.py", "--with", REQUIREMENTS[0]]);
    let root = fastice_sandbox::EmptyRoot::new().unwrap();
    root.add(&program, "app").unwrap();
    for tier in ["inplace", "memfd"] {
        // `env` is not there: the variable is the caller's.
        let mut command = root.command("/app");
        command.env("FASTICE_NATIVE", tier);
        command.env("FASTICE_TRACE", "native");
        let output = command.output().unwrap();
        let trace = stderr(&output);
        assert_eq!(stdout(&output), "&lt;a&gt; False\n", "{trace}");
        assert!(trace.contains(&format!("loaded by {tier}\n")), "{trace}");
    }
}

/// A project with an extension module of its own, which the installer compiles with the headers of the runtime.
#[test]
fn an_extension_of_the_project_is_compiled() {
    let workspace = Workspace::new();
    workspace
        .file(
            "pyproject.toml",
            "[build-system]\nrequires = [\"setuptools==80.9.0\"]\nbuild-backend = \"setuptools.build_meta\"\n\
             [project]\nname = \"twice\"\nversion = \"1\"\n[project.scripts]\ntwice = \"twice:main\"\n\
             [tool.setuptools]\npackages = [\"twice\"]\n\
             ext-modules = [{name = \"twice._twice\", sources = [\"twice/_twice.c\"]}]\n",
        )
        .file(
            "twice/__init__.py",
            "from twice._twice import twice\ndef main():\n    print(twice(21), twice('ab'))\n",
        )
        .file(
            "twice/_twice.c",
            "#include <Python.h>\n\
             static PyObject *twice(PyObject *module, PyObject *x) { return PyNumber_Add(x, x); }\n\
             static PyMethodDef methods[] = {{\"twice\", twice, METH_O, \"\"}, {NULL}};\n\
             static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, \"_twice\", NULL, 0, methods};\n\
             PyMODINIT_FUNC PyInit__twice(void) { return PyModule_Create(&module); }\n",
        );
    let program = workspace.freeze(&["."]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(
        (stdout(&output).as_str(), stderr(&output).as_str()),
        ("42 abab\n", "")
    );
}

/// For a check they are the program's own, whatever descriptor they are opened through.
#[test]
fn libraries_of_the_executable_are_nothing_of_the_machine() {
    let workspace = Workspace::new();
    workspace.file("safe.py", "import markupsafe._speedups\n");
    let program = workspace.freeze(&["safe.py", "--no-check", "--with", REQUIREMENTS[0]]);
    let output = workspace
        .command(env!("CARGO_BIN_EXE_fastice").as_ref())
        .arg("check")
        .arg(program)
        .output()
        .unwrap();
    let text = stdout(&output);
    for part in [
        "loaded 1 library of its own",
        "touched nothing else of the machine",
    ] {
        assert!(text.contains(part), "{part}: {text}{}", stderr(&output));
    }
}
