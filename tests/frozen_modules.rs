//! `--freeze`: frozen modules, compared with the same modules unfrozen.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::process::Command;

use support::{Workspace, stderr, stdout};

/// A distribution with a package, a namespace package and a data file, and a program that shows what imports find.
fn workspace() -> Workspace {
    let workspace = Workspace::new();
    let site = "venv/lib/python3.13/site-packages";
    workspace
        .file("venv/pyvenv.cfg", "home = /usr/bin\nversion = 3.13.5\n")
        .file(
            &format!("{site}/demo/__init__.py"),
            "from .sub import inner\nname = __name__\n",
        )
        .file(&format!("{site}/demo/data.txt"), "data\n")
        .file(&format!("{site}/demo/sub/__init__.py"), "")
        .file(
            &format!("{site}/demo/sub/inner.py"),
            "def fail():\n    raise ValueError(__name__)  # here\n",
        )
        .file(&format!("{site}/space/part.py"), "value = 'part'\n")
        .file(
            &format!("{site}/json/tool.py"),
            "value = 'not the standard one'\n",
        )
        .file("app/helper.py", "def twice(n):\n    return 2 * n\n")
        .file("app/main.py", PROGRAM);
    workspace
}

const PROGRAM: &str = r#"
import _imp, importlib.resources, inspect, pkgutil, sys, traceback
import demo, helper, json.decoder, space.part
from demo.sub import inner

def frozen(*names):
    return [name for name in names if _imp.is_frozen(name)]

if sys.argv[1:] == ["frozen"]:
    print(frozen("demo", "demo.sub", "demo.sub.inner", "space.part", "helper", "json", "json.decoder", "json.tool", "main"))
    print(frozen("os", "encodings", "no.such"), _imp.is_frozen_package("demo"), _imp.is_frozen_package("json.decoder"))
    names = _imp._frozen_module_names()
    print(len(names) == len(set(names)), {"demo", "demo.sub.inner", "os"} <= set(names))
    for module in (demo, inner, json.decoder):
        print(module.__spec__.origin, module.__spec__.loader_state.origname, module.__loader__.__name__)
    sys.exit()

for module in (demo, demo.sub, inner, helper, json, json.decoder, space.part):
    print(module.__name__, module.__file__, getattr(module, "__path__", None), module.__package__)
print(importlib.resources.files("demo").joinpath("data.txt").read_text())
print(pkgutil.get_data("demo", "data.txt"), [m.name for m in pkgutil.walk_packages(demo.__path__, "demo.")])
print(inspect.getsource(helper.twice), helper.twice.__code__.co_filename, helper.__loader__.get_source("helper"))
print(pkgutil.resolve_name("json.tool:main").__name__)
try:
    inner.fail()
except ValueError:
    traceback.print_exc(file=sys.stdout)
"#;

fn run(workspace: &Workspace, arguments: &[&str], more: &[&str]) -> String {
    let program = workspace.freeze(&[&["app/main.py", "--site", "venv"], more].concat());
    let output = workspace
        .command(&program)
        .args(arguments)
        .output()
        .unwrap();
    assert_eq!(stderr(&output), "");
    assert!(output.status.success());
    stdout(&output)
}

#[test]
fn frozen_modules_differ_in_nothing_but_their_loader() {
    let workspace = workspace();
    let unfrozen = run(&workspace, &[], &["--include-module", "json.tool"]);
    assert!(
        unfrozen.contains("/fastice/lib/python3.13/site-packages/demo/sub/inner.py"),
        "{unfrozen}"
    );
    assert!(
        unfrozen.contains("raise ValueError(__name__)  # here"),
        "{unfrozen}"
    );
    for patterns in [
        &[
            "--freeze", "demo", "--freeze", "helper", "--freeze", "json", "--freeze", "space.*",
        ][..],
        &["--freeze", ":all:", "--include-module", "json.tool"],
        &["--freeze", ":stdlib:"],
    ] {
        assert_eq!(run(&workspace, &[], patterns), unfrozen, "{patterns:?}");
    }
}

#[test]
fn frozen_modules_are_known_to_the_import_system() {
    let workspace = workspace();
    let patterns = ["--freeze", "demo", "--freeze", "space", "--freeze", "json"];
    assert_eq!(
        run(&workspace, &["frozen"], &patterns),
        "['demo', 'demo.sub', 'demo.sub.inner', 'space.part', 'json', 'json.decoder', 'json.tool']\n\
         ['os', 'encodings'] True False\n\
         True True\n\
         frozen demo FrozenImporter\n\
         frozen demo.sub.inner FrozenImporter\n\
         frozen json.decoder FrozenImporter\n"
    );
}

/// The whole standard library: each module that can be imported as a file can be as a frozen one.
#[test]
fn the_whole_standard_library_can_be_frozen() {
    let workspace = Workspace::new();
    workspace.file(
        "app.py",
        r#"
import _imp, importlib, pkgutil, sys, warnings
warnings.simplefilter("ignore")
names = [m.name for m in pkgutil.iter_modules([sys._stdlib_dir])]
kinds = {}
for name in sorted(names):
    if name in ("_ios_support", "antigravity", "fastice", "this"):
        continue
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        print(name, error)
        continue
    if not _imp.is_frozen(name):
        print(name, "is not frozen")
    elif module.__file__ != importlib.util.find_spec(name).loader_state.filename:
        print(name, module.__file__)
print(len(names) > 150)
"#,
    );
    let program = workspace.freeze(&["app.py", "--freeze", ":stdlib:"]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(stderr(&output), "");
    assert_eq!(stdout(&output), "True\n");
}

/// The program itself stays a file: runpy would show that it is none.
#[test]
fn the_program_stays_what_it_is() {
    let workspace = Workspace::new();
    workspace
        .file("app/tool/__init__.py", "")
        .file("app/tool/__main__.py", "import _imp, sys, tool\nprint(__file__, __spec__.name, _imp.is_frozen('tool'), len(sys.argv))\n");
    let program = workspace.freeze(&["app", "-m", "tool", "--freeze", ":all:"]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(stderr(&output), "");
    assert_eq!(
        stdout(&output),
        "/fastice/app/tool/__main__.py tool.__main__ True 1\n"
    );
}

#[test]
fn a_pattern_that_means_nothing_is_an_error() {
    let workspace = Workspace::new();
    workspace.file("app.py", "print('hello')\n");
    for pattern in ["no_such_module", "math", "json.", "app.sub"] {
        let output = Command::new(env!("CARGO_BIN_EXE_fastice"))
            .current_dir(workspace.path(""))
            .args(["build", "app.py", "--freeze", pattern])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let message = stderr(&output);
        assert!(
            message.contains(&format!("error[E0008]: `--freeze {pattern}` means no module with Python code in this program")),
            "{message}"
        );
        assert!(
            message.contains("name a module or a package in full"),
            "{message}"
        );
        assert!(!workspace.path("dist").exists());
    }
}
