//! Imports, resources, metadata, sources: everything that finds or reads modules, against plain Python.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::Path;
use std::process::Output;

use support::{Workspace, stderr, stdout};

/// Runs `program` with these arguments, and expects it to succeed.
fn run(workspace: &Workspace, program: &Path, arguments: &[&str]) -> Output {
    let output = workspace.command(program).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    output
}

/// A virtual environment with modules of every kind, and the program beside its `lib`, as in the tree.
fn prepare() -> Workspace {
    let workspace = Workspace::new();
    let site = "t/lib/python3.13/site-packages";
    let program = fs_err::read_to_string("tests/imports/__main__.py").unwrap();
    let fill = fs_err::canonicalize("tests/imports/fill.py").unwrap();
    run(
        &workspace,
        &support::python(),
        &["-m", "venv", "--without-pip", "t"],
    );
    run(
        &workspace,
        &support::python(),
        &[fill.to_str().unwrap(), site],
    );
    workspace
        .file("t/app/__main__.py", &program)
        .file("plain/x", "")
        .file("frozen/x", "");
    workspace
}

/// Runs the program plain and as `frozen`, and expects the same lines but for `differences`: what only plain Python says.
fn compare(workspace: &Workspace, frozen: &Path, differences: &[&str]) {
    let lines = |output: Output| -> Vec<String> {
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output).lines().map(str::to_owned).collect()
    };
    let plain = workspace
        .command(&workspace.path("t/bin/python"))
        .current_dir(workspace.path("plain"))
        .arg("-P")
        .arg(workspace.path("t/app"))
        .output()
        .unwrap();
    let frozen = workspace
        .command(frozen)
        .current_dir(workspace.path("frozen"))
        .output()
        .unwrap();
    let (plain, frozen) = (lines(plain), lines(frozen));
    assert!(plain.len() > 250 && plain.len() == frozen.len());
    let different: Vec<(&String, &String)> = plain
        .iter()
        .zip(&frozen)
        .filter(|(plain, frozen)| plain != frozen)
        .filter(|(plain, _)| !differences.iter().any(|name| plain.starts_with(name)))
        .collect();
    assert!(different.is_empty(), "plain, frozen: {different:#?}");
}

#[test]
fn modules_are_found_and_read_as_by_plain_python() {
    let workspace = prepare();
    let program = workspace.freeze(&["t/app", "--site", "t"]);
    let python = workspace.path("t/bin/python");
    // What is left invalid on purpose does not compile.
    workspace
        .command(&python)
        .args(["-m", "compileall", "-q", "-s", "t", "-p", "/fastice"])
        .args(["t/lib", "t/app"])
        .output()
        .unwrap();
    compare(&workspace, &program, &[]);
}

#[test]
fn without_sources_modules_are_as_those_of_python_without_sources() {
    let workspace = prepare();
    let program = workspace.freeze(&["t/app", "--site", "t", "--no-source"]);
    let python = workspace.path("t/bin/python");
    workspace
        .command(&python)
        .args(["-m", "compileall", "-q", "-b", "-s", "t", "-p", "/fastice"])
        .args(["t/lib", "t/app"])
        .output()
        .unwrap();
    for entry in walkdir::WalkDir::new(workspace.path("t")) {
        let path = entry.unwrap().into_path();
        let has_code = path.with_extension("pyc").exists();
        if path.extension().is_some_and(|extension| extension == "py") && has_code {
            fs_err::remove_file(path).unwrap();
        }
    }
    // The standard library of the interpreter that runs plain has its sources.
    compare(&workspace, &program, &["iter all"]);
    let bytes = fs_err::read(&program).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let sources: Vec<String> = archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .filter(|name| Path::new(name).extension() == Some("py".as_ref()))
        .collect();
    assert_eq!(
        sources,
        ["lib/python3.13/site-packages/demo/broken.py", "startup.py"]
    );
    assert!(archive.by_name("app/__main__.pyc").is_ok());
}

#[test]
fn scripts_run_without_their_source() {
    let workspace = Workspace::new();
    workspace
        .file("tool.py", "import sys, beside\nprint(__file__, __name__, sys.argv[0] == sys.orig_argv[0], beside.f())\n1 / 0\n")
        .file("beside.py", "def f(): return __file__\n");
    let program = workspace.freeze(&["tool.py", "--no-source"]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(
        (stdout(&output).as_str(), output.status.code()),
        (
            "/fastice/app/tool.pyc __main__ True /fastice/app/beside.pyc\n",
            Some(1)
        )
    );
    assert_eq!(
        stderr(&output),
        "Traceback (most recent call last):\n  File \"/fastice/app/tool.py\", line 3, in <module>\nZeroDivisionError: division by zero\n"
    );
}

/// Finders answer as `zipimport.zipimporter` does for the same files.
#[test]
fn finders_have_the_interface_of_zipimporter() {
    let workspace = Workspace::new();
    workspace
        .file(
            "app/__main__.py",
            "import sys, pkgutil, warnings, zipimport\nwarnings.simplefilter('ignore')\n\
             here = pkgutil.get_importer('/fastice/app')\nzipped = zipimport.zipimporter(sys.executable + '/app')\n\
             public = {name for name in dir(zipped) if not name.startswith('_')} - {'create_module', 'exec_module'}\n\
             assert public <= set(dir(here)), public - set(dir(here))\n\
             def answer(function, *arguments):\n    try:\n        return function(*arguments)\n    except Exception as e:\n        return type(e)\n\
             for name in 'package', 'single', 'missing', 'data':\n    \
                 for method in 'get_source', 'is_package', 'get_filename', 'get_code', 'get_resource_reader':\n        \
                     a, b = answer(getattr(here, method), name), answer(getattr(zipped, method), name)\n        \
                     if method == 'get_filename' and isinstance(a, str):\n            \
                         a, b = a.removeprefix('/fastice'), b.removeprefix(sys.executable)\n        \
                     elif method == 'get_code' and not isinstance(a, type):\n            a, b = a.co_code, b.co_code\n        \
                     elif method == 'get_resource_reader':\n            a, b = hasattr(a, 'files'), hasattr(b, 'files') if b else False\n        \
                     print(name, method, a == b or (a, b))\n\
             print(here.archive, here.prefix, zipped.prefix, here.get_data(here.archive + '/' + here.prefix + 'data/x'))\n\
             print(answer(here.get_data, 'app/none'), here.get_data('app/data/x'), here.load_module('single').value)\n",
        )
        .file("app/package/__init__.py", "value = 1\n")
        .file("app/single.py", "value = 2\n")
        .file("app/data/x", "x");
    let program = workspace.freeze(&["app"]);
    let output = run(&workspace, &program, &[]);
    let text = stdout(&output);
    let different: Vec<&str> = text
        .lines()
        .take(20)
        .filter(|line| !line.ends_with(" True"))
        .collect();
    assert!(different.is_empty(), "{different:#?}");
    assert_eq!(
        text.lines().skip(20).collect::<Vec<_>>(),
        ["/fastice app/ app/ b'x'", "<class 'OSError'> b'x' 2"]
    );
}

/// The executable is an archive for Python as well.
#[test]
fn the_executable_is_imported_as_an_archive() {
    let workspace = Workspace::new();
    workspace
        .file("app/__main__.py", "import sys, zipfile, zipimport\nfrom pathlib import Path\n\
            me = zipfile.ZipFile(sys.executable)\nassert me.testzip() is None\nprint(me.read('app/data.txt'))\n\
            importer = zipimport.zipimporter(sys.executable + '/app')\nmodule = importer.load_module('inner')\n\
            print(module.value, module.__file__ == sys.executable + '/app/inner.py', importer.get_source('inner'))\n\
            sys.path.insert(0, sys.executable + '/app/package')\nimport deep\nprint(deep.value, deep.__loader__.archive == sys.executable)\n\
            print(zipfile.Path(sys.executable, 'app/').joinpath('data.txt').read_text())\n")
        .file("app/data.txt", "data")
        .file("app/inner.py", "value = 1\n")
        .file("app/package/deep.py", "value = 2\n");
    let program = workspace.freeze(&["app"]);
    let output = run(&workspace, &program, &["-W", "ignore"]);
    assert_eq!(
        stdout(&output),
        "b'data'\n1 True value = 1\n\n2 True\ndata\n"
    );
}
