//! What a frozen program sees from its first line on, compared with what `python` shows it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::Output;

use rustix::io::Errno;
use support::{Workspace, feed, python, stderr, stdout};

/// Status, stdout and stderr, with the places that must differ made equal: `/fastice/app` is where `app` lies in the workspace.
fn seen(workspace: &Workspace, output: &Output) -> (Option<i32>, Option<i32>, String, String) {
    let app = workspace.path("app").display().to_string();
    let text = |text: String| text.replace(&app, "/fastice/app");
    (
        output.status.code(),
        output.status.signal(),
        text(stdout(output)),
        text(stderr(output)),
    )
}

/// Runs `python ARGUMENTS… case` and `program case` for each case, and wants the same from both.
#[track_caller]
fn same(workspace: &Workspace, program: &Path, python_arguments: &[&str], cases: &[&str]) {
    for case in cases {
        let input = "line one\nline two\n";
        let expected = feed(
            workspace
                .command(&python())
                .args(python_arguments)
                .arg(case)
                .env("PYTHONPATH", workspace.path("app"))
                .env("PYTHONSAFEPATH", "1"),
            input,
        );
        let actual = feed(workspace.command(program).arg(case), input);
        assert_eq!(
            seen(workspace, &actual),
            seen(workspace, &expected),
            "case {case}"
        );
    }
}

const CASES: &str = r#"
import os, signal, sys, time
case = sys.argv[1]
print(case, sys.argv[1:], __name__, __file__)
if case == "status":
    sys.exit(7)
elif case == "message":
    sys.exit("a last word")
elif case == "stdin":
    print(repr(sys.stdin.read()), sys.stdin.encoding)
elif case == "error":
    import helper
    helper.fail()
elif case == "syntax":
    exec("def f(:")
elif case == "missing":
    import no_such_module
elif case == "interrupt":
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(10)
elif case == "terminate":
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10)
elif case == "exit":
    exit(4)
elif case == "builtins":
    print(quit, copyright, license, help, sep="\n")
elif case == "source":
    import inspect, helper
    print(inspect.getsource(helper.fail))
elif case == "runpy":
    import runpy
    print(runpy.run_module("helper")["fail"].__name__)
elif case == "thread":
    import threading
    threading.Thread(target=lambda: print("in a thread")).start()
elif case == "atexit":
    import atexit
    atexit.register(print, "goodbye")
    raise KeyError("at the end")
"#;

const EVERY_CASE: &[&str] = &[
    "status",
    "message",
    "stdin",
    "error",
    "syntax",
    "missing",
    "interrupt",
    "terminate",
    "exit",
    "builtins",
    "source",
    "runpy",
    "thread",
    "atexit",
];

const HELPER: &str = r#"
def fail():
    values = {"a": 1}
    return values["a"] / (values["a"] - 1)
"#;

#[test]
fn a_script_runs_as_python_runs_it() {
    let workspace = Workspace::new();
    workspace
        .file("app/script.py", CASES)
        .file("app/helper.py", HELPER);
    let program = workspace.freeze(&["app/script.py"]);
    let script = workspace.path("app/script.py");
    same(
        &workspace,
        &program,
        &[script.to_str().unwrap()],
        EVERY_CASE,
    );
}

#[test]
fn a_package_runs_as_python_m_runs_it() {
    let workspace = Workspace::new();
    workspace
        .file("app/tool/__init__.py", "")
        .file("app/tool/__main__.py", CASES)
        .file("app/helper.py", HELPER);
    let program = workspace.freeze(&["-m", "tool", "app"]);
    same(&workspace, &program, &["-m", "tool"], EVERY_CASE);
}

#[test]
fn a_directory_runs_as_python_runs_it() {
    let workspace = Workspace::new();
    workspace
        .file("app/__main__.py", CASES)
        .file("app/helper.py", HELPER);
    let program = workspace.freeze(&["app"]);
    let directory = workspace.path("app");
    same(
        &workspace,
        &program,
        &[directory.to_str().unwrap()],
        EVERY_CASE,
    );
}

#[test]
fn a_module_keeps_the_name_it_was_called_by() {
    let workspace = Workspace::new();
    workspace
        .file("app/tool/__init__.py", "import sys\nearly = sys.argv[:]\n")
        .file("app/tool/values.py", "value = 42\n")
        .file(
            "app/tool/__main__.py",
            "import sys\n\
             from . import early\n\
             from .values import value\n\
             print(sys.argv, sys.orig_argv, early, value)\n\
             print(__package__, __spec__.name, __spec__.parent, type(__spec__).__name__)\n\
             assert __cached__ == __spec__.cached, (__cached__, __spec__.cached)\n",
        );
    let program = workspace.freeze(&["-m", "tool", "app"]);
    let output = workspace
        .command(&program)
        .arg0("another name")
        .arg("x")
        .output()
        .unwrap();
    assert_eq!(stderr(&output), "");
    assert_eq!(
        stdout(&output),
        "['another name', 'x'] ['another name', 'x'] ['another name', 'x'] 42\n\
         None tool.__main__ tool ModuleSpec\n"
    );
}

#[test]
fn nothing_outside_changes_how_a_program_starts() {
    let workspace = Workspace::new();
    workspace
        .file(
            "app/script.py",
            "import json, sys\n\
             print(json.__file__, sys.prefix, sys.exec_prefix, sys.base_prefix, hasattr(sys, 'frozen'))\n\
             print(sys.path)\n\
             print(sys.flags.isolated, sys.flags.no_site, sys.flags.optimize, sys.dont_write_bytecode)\n\
             print(sys.meta_path == [sys.modules['_frozen_importlib'].BuiltinImporter,\n\
                 sys.modules['_frozen_importlib'].FrozenImporter,\n\
                 sys.modules['_frozen_importlib_external'].PathFinder])\n\
             print(sys.executable, sys._base_executable, sep='\\n')\n",
        )
        .file("json.py", "raise SystemExit('the working directory was searched')")
        .file("pyvenv.cfg", "home = /nowhere\n");
    let program = workspace.freeze(&["app/script.py"]);
    let link = workspace.path("link");
    std::os::unix::fs::symlink(&program, &link).unwrap();
    let output = workspace
        .command(&link)
        .env("PYTHONPATH", workspace.path(""))
        .env("PYTHONHOME", "/nowhere")
        .env("PYTHONOPTIMIZE", "2")
        .env("PYTHONVERBOSE", "1")
        .env("PYTHONSTARTUP", "json.py")
        .output()
        .unwrap();
    assert_eq!(stderr(&output), "");
    let real = fs_err::canonicalize(&program).unwrap();
    let real = real.display();
    assert_eq!(
        stdout(&output),
        format!(
            "/fastice/lib/python3.13/json/__init__.py /fastice /fastice /fastice False\n\
             ['/fastice/app', '/fastice/lib/python313.zip', '/fastice/lib/python3.13', \
             '/fastice/lib/python3.13/lib-dynload', '/fastice/lib/python3.13/site-packages']\n\
             1 1 0 True\n\
             True\n\
             {real}\n{real}\n"
        )
    );
}

#[test]
fn a_deleted_executable_goes_on() {
    let workspace = Workspace::new();
    workspace.file(
        "app/script.py",
        "import os, sys\n\
         os.unlink(sys.executable)\n\
         import json, decimal\n\
         print(json.dumps([1]), open(__file__).read().count('\\n'))\n",
    );
    let program = workspace.freeze(&["app/script.py"]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(stderr(&output), "");
    assert_eq!(stdout(&output), "[1] 4\n");
}

#[test]
fn a_module_that_was_left_out_is_named_with_the_remedy() {
    let workspace = Workspace::new();
    workspace
        .file(
            "app/script.py",
            "import importlib.util, sys\n\
             print(importlib.util.find_spec('wave'))\n\
             try:\n    import wave\n\
             except ModuleNotFoundError as error:\n    print(error, error.name, error.__traceback__.tb_next)\n\
             sys.path.append(sys.argv[1])\n\
             import wave\n\
             print(wave.origin)\n",
        )
        .file("plugins/wave.py", "origin = 'a plugin'\n");
    let program = workspace.freeze(&["app/script.py", "--exclude-module", "wave"]);
    let output = workspace
        .command(&program)
        .arg(workspace.path("plugins"))
        .output()
        .unwrap();
    assert_eq!(stderr(&output), "");
    assert_eq!(
        stdout(&output),
        "None\n\
         No module named 'wave'; it was left out of this executable: rebuild with --include-module wave wave None\n\
         a plugin\n"
    );
}

#[test]
fn whatever_is_damaged_is_said_in_one_line() {
    let workspace = Workspace::new();
    workspace.file("app/script.py", "import json\nprint(json.dumps([1]))\n");
    let program = workspace.freeze(&["app/script.py"]);
    let sound = fs_err::read(&program).unwrap();
    let run = |bytes: &[u8]| {
        let damaged = workspace.executable("damaged", bytes);
        workspace.command(&damaged).output().unwrap()
    };
    // The image is the last part; flips are spread over it, and every byte of the footer is flipped.
    let image = sound.len() - sound.len() / 8;
    // A snapshot is mapped, not read: as for the stub itself, `fastice inspect` compares it with its checksum.
    let snapshot = fastice_image::Image::open(&sound).unwrap();
    let snapshot = snapshot
        .header()
        .snapshot
        .as_ref()
        .map_or(0..0, |snapshot| {
            let begin = usize::try_from(snapshot.data.offset).unwrap();
            begin..begin + usize::try_from(snapshot.data.len).unwrap()
        });
    let spread = (image..sound.len()).step_by((sound.len() - image) / 60);
    let footer = (sound.len() - 100..sound.len()).step_by(3);
    let mut found = 0;
    for position in spread.chain(footer).filter(|at| !snapshot.contains(at)) {
        let mut bytes = sound.clone();
        bytes[position] ^= 0x10;
        let output = run(&bytes);
        match output.status.code() {
            // What was not read is not looked at.
            Some(0) => assert_eq!(stdout(&output), "[1]\n", "byte {position}"),
            Some(70) => {
                let message = stderr(&output);
                assert_eq!(message.lines().count(), 1, "byte {position}: {message}");
                assert!(message.starts_with("damaged: "), "{message}");
                found += 1;
            }
            _ => panic!("byte {position}: {output:?}"),
        }
    }
    assert!(found >= 33, "only {found} flips were found");
    for length in [sound.len() - 1, sound.len() - 4096, image] {
        let output = run(&sound[..length]);
        assert_eq!(output.status.code(), Some(70), "{length} bytes");
        assert_eq!(stderr(&output).lines().count(), 1);
    }
}

/// The kernel maps a file that was cut off, and what is missing kills the process when it is touched: nothing that
/// is needed to say so may be missing.
#[test]
fn a_truncated_executable_does_not_crash() {
    let workspace = Workspace::new();
    workspace.file("script.py", "print('whole')\n");
    let program = workspace.freeze(&["script.py"]);
    let sound = fs_err::read(&program).unwrap();
    let refused = [Errno::NOEXEC, Errno::IO].map(Errno::raw_os_error);
    let mut told = 0;
    for length in (0..40).map(|part| 64 + part * sound.len() / 40) {
        let cut = workspace.executable("cut", &sound[..length]);
        match workspace.command(&cut).output() {
            Ok(output) => {
                assert_eq!(output.status.code(), Some(70), "{length} bytes: {output:?}");
                assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
                told += 1;
            }
            // The kernel misses the path of ld.so or the program headers.
            Err(error) => assert!(
                error
                    .raw_os_error()
                    .is_some_and(|code| refused.contains(&code)),
                "{length} bytes: {error}"
            ),
        }
    }
    assert!(told >= 35, "only {told} of 40 said what is wrong");
}

#[test]
fn the_runtime_is_a_complete_python() {
    let workspace = Workspace::new();
    workspace
        .file("script.py", "import sys; print(sys.argv, sys.path[0])")
        .file("package/__init__.py", "")
        .file("package/__main__.py", "print(__name__, __package__)")
        .file("path/only_here.py", "");
    let python = python();
    let run = |arguments: &[&str]| {
        let output = workspace.command(&python).args(arguments).output().unwrap();
        assert_eq!(stderr(&output), "", "{arguments:?}");
        stdout(&output)
    };
    let here = fs_err::canonicalize(workspace.path("")).unwrap();
    assert_eq!(run(&["-c", "print(1 + 1)"]), "2\n");
    assert_eq!(
        run(&["script.py", "a"]),
        format!("['script.py', 'a'] {}\n", here.display())
    );
    assert_eq!(run(&["-m", "package"]), "__main__ package\n");
    assert_eq!(
        run(&[
            "-I",
            "-O",
            "-c",
            "import sys; print(sys.flags.isolated, sys.flags.optimize)"
        ]),
        "1 1\n"
    );
    assert_eq!(run(&["-c", "import sys; print(sys.flags.no_site)"]), "0\n");
    // Options that CPython reads before all others are read once, whether or not there is a search path to read as well.
    let output = workspace
        .command(&python)
        .args([
            "-X",
            "warn_default_encoding",
            "-c",
            "import only_here, sys; print(sys.flags.warn_default_encoding)",
        ])
        .env("PYTHONPATH", workspace.path("path"))
        .output()
        .unwrap();
    assert_eq!((&*stdout(&output), &*stderr(&output)), ("1\n", ""));
    let output = workspace
        .command(&python)
        .args(["-E", "-c", "import only_here"])
        .env("PYTHONPATH", workspace.path("path"))
        .output()
        .unwrap();
    assert!(stderr(&output).ends_with("No module named 'only_here'\n"));
    // A child begins where its parent is, also in the tree.
    assert_eq!(
        run(&[
            "-c",
            "import os, subprocess, sys\n\
             os.chdir(os.path.dirname(os.__file__))\n\
             subprocess.run([sys.executable, '-c', 'import os; print(os.getcwd(), os.path.exists(\"os.py\"))'])",
        ]),
        "/fastice/lib/python3.13 True\n"
    );
    assert_eq!(
        run(&[
            "-c",
            "import os; library = os.path.dirname(os.__file__)\n\
             print(os.access(library + '/ctypes/macholib/fetch_macholib', os.X_OK), os.access(os.__file__, os.X_OK))",
        ]),
        "True False\n"
    );
    let output = workspace
        .command(&python)
        .args(["-X", "tracemalloc=1000000000", "-c", ""])
        .output()
        .unwrap();
    let message = stderr(&output);
    assert!(
        message
            .contains("can't start tracemalloc: ValueError: the number of frames must be in range"),
        "{message}"
    );
    run(&["-m", "venv", "--without-pip", "environment"]);
    let output = workspace
        .command(&workspace.path("environment/bin/python"))
        .args(["-c", "import sys; print(sys.executable, sys.prefix, sys.base_prefix, sys.path[-1], sep='\\n')"])
        .output()
        .unwrap();
    let environment = workspace.path("environment").display().to_string();
    assert_eq!(
        stdout(&output),
        format!(
            "{environment}/bin/python\n{environment}\n/fastice\n{environment}/lib/python3.13/site-packages\n"
        )
    );
}

#[test]
fn installed_distributions_are_found_by_whatever_looks_for_them() {
    let workspace = Workspace::new();
    let distribution = |name: &str, files: &[(&str, &str)]| {
        let mut record =
            format!("{name}-1.5.dist-info/METADATA,,\n{name}-1.5.dist-info/RECORD,,\n");
        for (path, text) in files {
            workspace.file(&format!("site/{path}"), text);
            record.extend([*path, ",,\n"]);
        }
        workspace
            .file(
                &format!("site/{name}-1.5.dist-info/METADATA"),
                &format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n"),
            )
            .file(&format!("site/{name}-1.5.dist-info/RECORD"), &record);
    };
    distribution(
        "sample",
        &[
            (
                "sample/__init__.py",
                "from .__init__ import __doc__ as same\n",
            ),
            ("sample/data/words.txt", "one two\n"),
            ("sample/sub/__init__.py", ""),
            ("shared/first.py", "name = 'first'\n"),
        ],
    );
    distribution("other", &[("shared/second.py", "name = 'second'\n")]);
    workspace.file(
        "app/script.py",
        "import importlib.metadata as metadata, importlib.resources as resources, pkgutil\n\
         import sample, shared.first, shared.second\n\
         print(metadata.version('sample'), sorted(d.name for d in metadata.distributions()))\n\
         print([str(path) for path in metadata.files('other') if path.suffix == '.py'])\n\
         print(resources.files('sample').joinpath('data/words.txt').read_text().split())\n\
         print(sorted(path.name for path in resources.files('sample').joinpath('data').iterdir()))\n\
         print(pkgutil.get_data('sample', 'data/words.txt'))\n\
         print([(m.name, m.ispkg) for m in pkgutil.iter_modules(sample.__path__)])\n\
         print(list(shared.__path__), shared.second.name, shared.__spec__.loader is not None)\n\
         print(sample.__spec__.has_location, sample.__file__, sample.__loader__.is_package('sample'))\n\
         print(sample.__loader__.get_source('sample').strip(), sample.__cached__ == sample.__spec__.cached)\n",
    );
    let program = workspace.freeze(&["--site", "site", "app/script.py"]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(stderr(&output), "");
    let site = "/fastice/lib/python3.13/site-packages";
    assert_eq!(
        stdout(&output),
        format!(
            "1.5 ['other', 'sample']\n\
             ['shared/second.py']\n\
             ['one', 'two']\n\
             ['words.txt']\n\
             b'one two\\n'\n\
             [('sub', True)]\n\
             ['{site}/shared'] second True\n\
             True {site}/sample/__init__.py True\n\
             from .__init__ import __doc__ as same True\n"
        )
    );
}
