//! Each way to run a program, compared with what plain Python shows in it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use support::{Workspace, feed, python, stderr, stdout};

/// The interpreter that is not frozen, if the tests were told of it; else that of the runtime.
fn plain() -> PathBuf {
    std::env::var_os("FASTICE_PLAIN_PYTHON").map_or_else(python, PathBuf::from)
}

/// Says what a program sees of the way it is run.
const PROBE: &str = r"
import sys
def classes(loader):
    own = getattr(loader, '__name__', '') if isinstance(loader, type) else ''
    return own or [c.__name__ for c in type(loader).__mro__ if 'fastice' not in c.__module__]
seen = globals()
print('name', __name__, 'doc', __doc__)
print('file', seen.get('__file__'), 'cached', seen.get('__cached__'))
print('loader', classes(seen.get('__loader__')))
spec = seen.get('__spec__')
print('spec', spec and (spec.name, spec.origin, spec.parent, spec.cached, spec.has_location))
print('builtins', type(__builtins__).__name__, 'main', sys.modules['__main__'].__dict__ is seen)
print('path', sys.path[0] if sys.path[0].startswith(('/fastice/app', APP)) else 'library')
print('argv[0]', sys.argv[0], 'package', __package__)
print('argv', sys.argv[1:], 'orig', sys.orig_argv[-2:])
";

fn probe(workspace: &Workspace) -> String {
    let app = workspace.path("app");
    PROBE.replace("APP", &format!("{:?}", app.display().to_string()))
}

/// Status and both outputs, with the workspace's `app` as it is called in a frozen program.
fn seen(workspace: &Workspace, output: &Output) -> String {
    let app = workspace.path("app").display().to_string();
    let text = format!("{:?}\n{}{}", output.status, stdout(output), stderr(output));
    text.replace(&app, "/fastice/app")
}

/// Without what is the name of the executable unless the configuration says otherwise; `__package__` tells click and
/// argparse whether that is so.
fn without_name(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("argv[0] "));
    lines.collect::<Vec<_>>().join("\n")
}

/// Freezes with `build` and wants from `program a b` what `python ARGUMENTS… a b` shows in `directory`: set up as `python`, and as by
/// default, with a start snapshot where there can be one.
#[track_caller]
fn same(workspace: &Workspace, build: &[&str], arguments: &[&str], directory: &str, input: &str) {
    let program = workspace.freeze(&[&["--config", "argv0=python"], build].concat());
    let expected = feed(
        workspace
            .command(&plain())
            .current_dir(workspace.path(directory))
            .args(["-B"])
            .args(arguments)
            .args(["a", "b"]),
        input,
    );
    let actual = feed(workspace.command(&program).args(["a", "b"]), input);
    assert_eq!(
        seen(workspace, &actual),
        seen(workspace, &expected),
        "{build:?}"
    );
    let program = workspace.freeze(build);
    for snapshot in ["1", "0"] {
        let mut command = workspace.command(&program);
        command.args(["a", "b"]).env("FASTICE_SNAPSHOT", snapshot);
        let actual = feed(&mut command, input);
        assert_eq!(
            without_name(&seen(workspace, &actual)),
            without_name(&seen(workspace, &expected)),
            "{build:?} with FASTICE_SNAPSHOT={snapshot}"
        );
    }
}

/// Plain Python makes a file of code or an archive.
fn make(workspace: &Workspace, arguments: &[&str]) {
    let output = workspace
        .command(&plain())
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn a_script() {
    let workspace = Workspace::new();
    workspace.file("app/script.py", &probe(&workspace));
    let script = workspace.path("app/script.py");
    same(
        &workspace,
        &["app/script.py"],
        &[script.to_str().unwrap()],
        "",
        "",
    );
}

#[test]
fn a_module_and_a_package() {
    let workspace = Workspace::new();
    workspace
        .file("app/tool.py", &probe(&workspace))
        .file("app/pack/__init__.py", "")
        .file("app/pack/__main__.py", &probe(&workspace))
        .file("app/pack/inner.py", &probe(&workspace));
    for module in ["tool", "pack", "pack.inner"] {
        same(
            &workspace,
            &["-m", module, "app"],
            &["-m", module],
            "app",
            "",
        );
    }
}

#[test]
fn compiled_code() {
    let workspace = Workspace::new();
    workspace
        .file("source.py", &probe(&workspace))
        .file("app/.keep", "");
    make(
        &workspace,
        &[
            "-c",
            "import py_compile; py_compile.compile('source.py', 'app/code.pyc')",
        ],
    );
    let code = workspace.path("app/code.pyc");
    same(
        &workspace,
        &["app/code.pyc"],
        &[code.to_str().unwrap()],
        "",
        "",
    );
}

#[test]
fn a_directory() {
    let workspace = Workspace::new();
    workspace.file("app/__main__.py", &probe(&workspace));
    let directory = workspace.path("app");
    same(&workspace, &["app"], &[directory.to_str().unwrap()], "", "");
}

#[test]
fn an_archive() {
    let workspace = Workspace::new();
    let source = format!(
        "{}\nimport helper.inner\nprint(helper.inner.__file__, helper.data())\n",
        probe(&workspace)
    );
    workspace
        .file("source/__main__.py", &source)
        .file(
            "source/helper/__init__.py",
            "import pkgutil\ndef data(): return pkgutil.get_data('helper', 'words.txt')\n",
        )
        .file("source/helper/inner.py", "import wave\n")
        .file("source/helper/words.txt", "one two\n")
        .file("app/.keep", "");
    for more in [&[][..], &["-c"][..]] {
        let shebang = [
            "-m",
            "zipapp",
            "source",
            "-o",
            "app/tool.pyz",
            "-p",
            "/usr/bin/env python3",
        ];
        make(&workspace, &[&shebang[..], more].concat());
        let archive = workspace.path("app/tool.pyz");
        same(
            &workspace,
            &["app/tool.pyz"],
            &[archive.to_str().unwrap()],
            "",
            "",
        );
        // Byte for byte.
        let output = workspace
            .command(Path::new(env!("CARGO_BIN_EXE_fastice")))
            .args(["cat", "program", "app/tool.pyz"])
            .output()
            .unwrap();
        assert_eq!(output.stdout, fs_err::read(&archive).unwrap());
    }
}

#[test]
fn a_command() {
    let workspace = Workspace::new();
    let code = probe(&workspace);
    same(&workspace, &["-c", &code], &["-I", "-c", &code], "", "");
    same(&workspace, &["-c", "1/0"], &["-I", "-c", "1/0"], "", "");
}

#[test]
fn standard_input() {
    let workspace = Workspace::new();
    let code = probe(&workspace);
    same(&workspace, &["--mode", "stdin"], &["-I", "-"], "", &code);
    let fails = "import sys\nsys.exit(7)\n";
    same(&workspace, &["--mode", "stdin"], &["-I", "-"], "", fails);
}

#[test]
fn the_prompt() {
    let workspace = Workspace::new();
    let lines =
        "import sys\nsys.flags.interactive, sys.flags.inspect, __name__\n1/0\nsys.exit(3)\n";
    let program = workspace.freeze(&["--mode", "interactive"]);
    let expected = feed(workspace.command(&plain()).args(["-I", "-i"]), lines);
    let actual = feed(&mut workspace.command(&program), lines);
    assert_eq!(actual.status.code(), Some(3));
    assert_eq!(stdout(&actual), stdout(&expected));
    // The first line names the build.
    let rest = |output: &Output| stderr(output).split_once('\n').unwrap().1.to_owned();
    assert_eq!(rest(&actual), rest(&expected));
}

#[test]
fn an_entry_point() {
    let workspace = Workspace::new();
    workspace.file(
        "app/tool.py",
        "import sys\nclass App:\n    def run():\n        print(sys.argv[1:], __name__)\n        return 'a last word'\n",
    );
    let program = workspace.freeze(&["-e", "tool:App.run", "app"]);
    let output = workspace.command(&program).args(["a"]).output().unwrap();
    assert_eq!(stdout(&output), "['a'] tool\n");
    assert_eq!(stderr(&output), "a last word\n");
    assert_eq!(output.status.code(), Some(1));
}

/// Isolated from everything outside, as `python -I -S -B`.
#[test]
fn the_flags_are_those_of_an_isolated_python() {
    let workspace = Workspace::new();
    let code =
        "import sys; print(sys.flags, sys.dont_write_bytecode, sys._xoptions, sys.warnoptions)";
    let program = workspace.freeze(&["-c", code]);
    let expected = workspace
        .command(&plain())
        .args(["-I", "-S", "-B", "-c", code])
        .output()
        .unwrap();
    let actual = workspace.command(&program).output().unwrap();
    assert_eq!(stdout(&actual), stdout(&expected));
}

/// A single file that takes every option of `python`.
#[test]
fn an_interpreter() {
    let workspace = Workspace::new();
    workspace
        .file(
            "script.py",
            "import sys; print(sys.argv, sys.path[0], __file__)",
        )
        .file("pack/__main__.py", "print(__name__, __spec__.name)");
    let program = workspace.freeze(&["--interpreter"]);
    let cases: [&[&str]; 12] = [
        &["script.py", "a"],
        &["-m", "pack"],
        &["pack"],
        &["-c", "import sys; print(sys.argv, sys.flags)", "-x", "a"],
        &["-I", "-O", "-c", "import sys; print(sys.flags)"],
        &[
            "-X",
            "dev",
            "-X",
            "own=1",
            "-c",
            "import sys; print(sys.flags, sys._xoptions, sys.warnoptions)",
        ],
        &["-W", "error", "-c", "import warnings; warnings.warn('x')"],
        &["-bb", "-c", "b'' == ''"],
        &["-u", "-c", "import sys; print(sys.stdout.write_through)"],
        &["-V"],
        &["-z"],
        &["-c", "import tkinter_no_such"],
    ];
    for case in cases {
        let expected = workspace.command(&plain()).args(case).output().unwrap();
        // Messages name what was called.
        let actual = workspace
            .command(&program)
            .arg0(plain())
            .args(case)
            .output()
            .unwrap();
        let text = |output: &Output| (output.status.code(), stdout(output), stderr(output));
        assert_eq!(text(&actual), text(&expected), "{case:?}");
    }
    for (name, value) in [
        ("PYTHONOPTIMIZE", "2"),
        ("PYTHONPATH", "pack"),
        ("PYTHONSAFEPATH", "1"),
    ] {
        let show = [
            "-c",
            "import os, sys; print(sys.flags, [p for p in sys.path if not p or p.startswith(os.getcwd())])",
        ];
        let expected = workspace
            .command(&plain())
            .env(name, value)
            .args(show)
            .output()
            .unwrap();
        let actual = workspace
            .command(&program)
            .env(name, value)
            .args(show)
            .output()
            .unwrap();
        assert_eq!(stdout(&actual), stdout(&expected), "{name}");
    }
    let output = feed(
        workspace
            .command(&program)
            .args(["-i", "-q", "-c", "x = 41"]),
        "x + 1\nimport readline, rlcompleter\nrlcompleter.Completer().complete('impor', 0)\n",
    );
    assert_eq!(stdout(&output), "42\n'import '\n");
    let output = workspace
        .command(&program)
        .args(["-m", "pip", "--version"])
        .output()
        .unwrap();
    assert!(stdout(&output).starts_with("pip "), "{}", stderr(&output));
    make_environment(&workspace, &program);
}

/// Completion and history, at the prompt that CPython draws itself and at that of readline.
#[test]
fn the_prompt_of_an_interpreter_on_a_terminal() {
    let workspace = Workspace::new();
    workspace.file("terminal.py", include_str!("modes/terminal.py"));
    let program = workspace.freeze(&["--interpreter"]);
    for terminal in ["xterm", "dumb"] {
        let home = workspace.path(terminal);
        fs_err::create_dir(&home).unwrap();
        let output = workspace
            .command(&program)
            .args(["terminal.py", "./program", terminal])
            .env("HOME", home)
            .output()
            .unwrap();
        assert_eq!(
            stdout(&output),
            "0\n0\nTrue\n",
            "{terminal}: {}",
            stderr(&output)
        );
    }
}

/// An environment with copies has an interpreter of its own, which knows the one that it was made with.
#[test]
fn an_interpreter_that_was_copied() {
    let workspace = Workspace::new();
    workspace.freeze(&["--interpreter"]);
    let show = [
        "-c",
        "import sys; print(sys._base_executable, sys.executable, sys.base_prefix)",
    ];
    for (name, base) in [("first", "program"), ("second", "first/bin/python")] {
        let output = workspace
            .command(&workspace.path(base))
            .args(["-m", "venv", "--copies", "--without-pip", name])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let own = workspace.path(name).join("bin/python");
        let output = workspace.command(&own).args(show).output().unwrap();
        assert_eq!(
            stdout(&output),
            format!(
                "{} {} /fastice\n",
                workspace.path(base).display(),
                own.display()
            ),
            "{}",
            stderr(&output)
        );
    }
}

/// `-m venv` makes an environment whose `python` is the file, and pip is in it.
fn make_environment(workspace: &Workspace, program: &Path) {
    let output = workspace
        .command(program)
        .args(["-m", "venv", "environment"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let output = workspace
        .command(&workspace.path("environment/bin/python"))
        .args(["-c", "import pip, sys; print(sys.prefix, pip.__file__)"])
        .output()
        .unwrap();
    let root = workspace.path("environment").display().to_string();
    assert_eq!(
        stdout(&output),
        format!("{root} {root}/lib/python3.13/site-packages/pip/__init__.py\n")
    );
}

#[test]
fn several_programs_in_one_file() {
    let workspace = Workspace::new();
    workspace
        .file(
            "app/fastice.toml",
            "name = \"box\"\n\
             [[bin]]\nname = \"greet\"\nentry = \"tools:greet\"\narguments = [\"--loud\"]\n\
             [[bin]]\nname = \"count\"\nmodule = \"counter\"\n\
             [[bin]]\nname = \"say\"\ncommand = \"import sys; print('said', sys.argv)\"\n",
        )
        .file(
            "app/tools.py",
            "import sys\ndef greet(): print('greet', sys.argv[1:])\n",
        )
        .file(
            "app/counter.py",
            "import subprocess, sys\n\
             print('count', sys.argv[1:], flush=True)\n\
             if len(sys.argv) > 1: subprocess.run([sys.executable, *sys.argv[2:]])\n",
        );
    let program = workspace.freeze(&["app"]);
    let run = |program: &Path, arguments: &[&str]| {
        let output = workspace.command(program).args(arguments).output().unwrap();
        format!(
            "{:?} {}{}",
            output.status.code(),
            stdout(&output),
            stderr(&output)
        )
    };
    assert_eq!(
        run(&program, &["greet", "x"]),
        "Some(0) greet ['--loud', 'x']\n"
    );
    assert_eq!(run(&program, &["say", "x"]), "Some(0) said ['say', 'x']\n");
    // It starts itself again, as what it is.
    assert_eq!(
        run(&program, &["count", "a"]),
        "Some(0) count ['a']\ncount []\n"
    );
    let message =
        "Some(2) program: say which program is to run, as the first argument: greet, count, say\n";
    assert_eq!(run(&program, &[]), message);
    assert_eq!(run(&program, &["none"]), message);
    let link = workspace.path("greet");
    std::os::unix::fs::symlink(&program, &link).unwrap();
    assert_eq!(run(&link, &["say"]), "Some(0) greet ['--loud', 'say']\n");
    // With a main program, that runs unless another is named.
    let program = workspace.freeze(&["app", "-e", "tools:greet"]);
    assert_eq!(run(&program, &["none"]), "Some(0) greet ['none']\n");
    assert_eq!(run(&program, &["say"]), "Some(0) said ['say']\n");
}

/// A further program is set up as it says, and as the main program otherwise.
#[test]
fn programs_that_are_set_up_differently() {
    let workspace = Workspace::new();
    workspace
        .file(
            "app/fastice.toml",
            "entry = \"tools:show\"\n\
             [python]\ncpu_count = 5\n\
             [[bin]]\nname = \"same\"\nentry = \"tools:show\"\n\
             [[bin]]\nname = \"other\"\nentry = \"tools:show\"\n\
             python = { dev_mode = true, verbose = 0, safe_path = false, isolated = false, xoptions = [\"own\"] }\n",
        )
        .file(
            "app/tools.py",
            "import os, subprocess, sys\n\
             def show():\n    \
             print(os.cpu_count(), sys.flags.dev_mode, sys.flags.isolated, sys._xoptions, flush=True)\n    \
             if 'again' in sys.argv: subprocess.run([sys.executable, '-c', 'import tools; tools.show()'])\n",
        );
    let program = workspace.freeze(&["app"]);
    let run = |arguments: &[&str]| {
        let output = workspace
            .command(&program)
            .args(arguments)
            .output()
            .unwrap();
        stdout(&output) + &stderr(&output)
    };
    assert_eq!(run(&[]), "5 False 1 {}\n");
    assert_eq!(run(&["same"]), "5 False 1 {}\n");
    assert_eq!(
        run(&["other", "again"]),
        "5 True 0 {'own': True}\n5 True 0 {'own': True}\n"
    );
    let output = workspace
        .command(Path::new(env!("CARGO_BIN_EXE_fastice")))
        .args(["inspect", "program"])
        .output()
        .unwrap();
    let text = stdout(&output);
    let (main, other) = text.split_once("\nconfiguration of other\n").unwrap();
    assert!(
        !main.contains("dev_mode") && other.contains("  dev_mode = true\n"),
        "{text}"
    );
}

/// Every module is read through an `open` of its own; they are all of one memory file, with a position each.
#[test]
fn a_large_archive_is_copied_once() {
    let workspace = Workspace::new();
    workspace
        .file("source/first.py", "")
        .file("source/second.py", "")
        .file(
            "source/__main__.py",
            r#"
import first, os, sys
def facts(file):
    lines = open(f"/proc/self/fdinfo/{file.fileno()}").read().split()
    return dict(zip(lines[::2], lines[1::2]))
one, other = open(sys.argv[0], "rb"), open(sys.argv[0], "rb")
one.seek(7)
seen = facts(one), facts(other)
print([facts["pos:"] for facts in seen], len({facts["ino:"] for facts in seen}))
print(one.read(10) == other.read()[7:17])
# As a daemon does.
os.closerange(3, 2000)
taken = [os.open("/dev/null", os.O_RDONLY) for number in range(1100)]
os.closerange(3, 1000)
import second
print(second.__file__.endswith(".pyz/second.py"), os.fstat(1001).st_size)
"#,
        )
        .file("source/data", &"0123456789abcdef".repeat(10_000));
    make(&workspace, &["-m", "zipapp", "source", "-o", "large.pyz"]);
    let program = workspace.freeze(&["large.pyz"]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(
        stdout(&output),
        "['7', '0'] 1\nTrue\nTrue 0\n",
        "{}",
        stderr(&output)
    );
}

/// Archives that unpack themselves, native code included.
#[test]
fn archives_of_shiv_and_pex() {
    let workspace = Workspace::new();
    workspace
        .file(
            "project/tool.py",
            "import sys\nimport markupsafe._speedups\n\
             def main(): print(sys.argv[1:], markupsafe._speedups.__file__.endswith('.so'))\n",
        )
        .file(
            "project/setup.py",
            "from setuptools import setup\n\
             setup(name='tool', version='1', py_modules=['tool'], install_requires=['markupsafe'],\n\
             entry_points={'console_scripts': ['tool=tool:main']})\n",
        );
    let python = python();
    let run = |arguments: &[&str]| {
        let output = workspace
            .command(&python)
            .env("PYTHONPATH", workspace.path("tools"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            stderr(&output)
        );
    };
    run(&[
        "-m",
        "pip",
        "install",
        "-q",
        "--target",
        "tools",
        "shiv",
        "pex",
        "pip",
        "setuptools",
    ]);
    run(&[
        "-m",
        "shiv.cli",
        "./project",
        "-c",
        "tool",
        "-o",
        "app.shiv",
    ]);
    run(&["-m", "pex", "./project", "-c", "tool", "-o", "app.pex"]);
    for archive in ["app.shiv", "app.pex"] {
        let program = workspace.freeze(&[archive]);
        let output = workspace
            .command(&program)
            .args(["a", "b"])
            .env("HOME", workspace.path("home"))
            .output()
            .unwrap();
        assert_eq!(
            stdout(&output),
            "['a', 'b'] True\n",
            "{archive}: {}",
            stderr(&output)
        );
    }
}
