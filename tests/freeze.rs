//! What goes into a frozen program, and that it works there.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::Path;

use support::{Workspace, python, stderr, stdout};

/// Writes an installed tree with one distribution, `demo`, as an installer leaves it in the virtual
/// environment `venv`.
fn install_demo(workspace: &Workspace, venv: &str) {
    let site = format!("{venv}/lib/python3.13/site-packages");
    let path = |name: &str| format!("{site}/{name}");
    let home = workspace.path(venv).display().to_string();
    workspace
        .file(&format!("{venv}/pyvenv.cfg"), "home = /usr/bin\nversion = 3.13.5\n")
        .file(&path("demo/__init__.py"), "from . import broken_later\nwhere = __file__\n")
        .file(&path("demo/broken_later.py"), "def why(): return 'fine'\n")
        .file(&path("demo/python2.py"), "print 'not Python 3'\n")
        .file(&path("demo/data/words.txt"), "one two\n")
        .file(&path("demo/other.cpython-312-x86_64-linux-gnu.so"), "not for this Python")
        .file(&path("copied_by_hand.py"), "value = 'copied'\n")
        .file(&path("vendor/hidden.py"), "value = 'hidden'\n")
        .file(&path("vendor.pth"), "# comment\nvendor\n")
        .file(&path("demo-1.0.dist-info/METADATA"), "Metadata-Version: 2.1\nName: Demo\nVersion: 1.0\n\nText\n")
        .file(&path("demo-1.0.dist-info/entry_points.txt"), "[console_scripts]\ndemo = demo.broken_later:why\n")
        .file(&path("demo-1.0.dist-info/INSTALLER"), &format!("installer of {venv}\n"))
        .file(&path("demo-1.0.dist-info/direct_url.json"), &format!("{{\"url\": \"file://{home}\"}}"))
        .file(&format!("{venv}/bin/demo"), &format!("#!{home}/bin/python\nimport demo\n"))
        .file(&format!("{venv}/bin/tool"), &format!("#!{home}/bin/python3.13\nprint('tool')\n"))
        .file(&format!("{venv}/share/demo/manual.txt"), "manual\n")
        .file(
            &path("demo-1.0.dist-info/RECORD"),
            &format!(
                "../../../bin/demo,sha256={venv},1\n../../../bin/tool,,\n../../../share/demo/manual.txt,,\n\
                 demo/__init__.py,,\ndemo/broken_later.py,,\ndemo/python2.py,,\ndemo/data/words.txt,,\n\
                 demo/other.cpython-312-x86_64-linux-gnu.so,,\n\
                 demo/__pycache__/__init__.cpython-313.pyc,,\n\
                 demo-1.0.dist-info/METADATA,,\ndemo-1.0.dist-info/entry_points.txt,,\n\
                 demo-1.0.dist-info/INSTALLER,,\ndemo-1.0.dist-info/direct_url.json,,\ndemo-1.0.dist-info/RECORD,,\n"
            ),
        );
}

/// Names in the archive that `program` is.
fn names(program: &Path) -> Vec<String> {
    let archive = zip::ZipArchive::new(fs_err::File::open(program).unwrap()).unwrap();
    let mut names: Vec<String> = archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    names.sort();
    names
}

/// The text of an entry of the archive.
fn entry(program: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(fs_err::File::open(program).unwrap()).unwrap();
    let mut entry = archive.by_name(name).unwrap();
    std::io::read_to_string(&mut entry).unwrap()
}

const SITE: &str = "lib/python3.13/site-packages";

#[test]
fn distributions_go_in_whole() {
    let workspace = Workspace::new();
    install_demo(&workspace, "venv");
    workspace.file(
        "app.py",
        "import demo, copied_by_hand, hidden\nprint(demo.where, demo.broken_later.why(), copied_by_hand.value, hidden.value)\n",
    );
    let program = workspace.freeze(&["app.py", "--site", "venv"]);
    let names = names(&program);
    for name in [
        "bin/demo",
        "bin/tool",
        "share/demo/manual.txt",
        &format!("{SITE}/demo/data/words.txt"),
        &format!("{SITE}/demo/python2.py"),
        &format!("{SITE}/demo/other.cpython-312-x86_64-linux-gnu.so"),
        &format!("{SITE}/demo/__pycache__/__init__.cpython-313.pyc"),
        &format!("{SITE}/demo-1.0.dist-info/METADATA"),
        &format!("{SITE}/vendor.pth"),
    ] {
        assert!(
            names.iter().any(|known| known == name),
            "{name} is not in {names:#?}"
        );
    }
    assert!(!names.iter().any(|name| name.ends_with("direct_url.json")));
    assert_eq!(
        entry(&program, "bin/tool"),
        "#!/fastice/bin/python\nprint('tool')\n"
    );
    let script = entry(&program, "bin/demo");
    assert!(
        script.contains("from demo.broken_later import why"),
        "{script}"
    );
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(
        stdout(&output),
        "/fastice/lib/python3.13/site-packages/demo/__init__.py fine copied hidden\n",
        "{}",
        stderr(&output)
    );
}

#[test]
fn pip_of_an_environment_goes_in_if_the_program_asks_for_it() {
    let workspace = Workspace::new();
    install_demo(&workspace, "venv");
    let metadata = format!("venv/{SITE}/pip-1.0.dist-info");
    workspace
        .file(&format!("venv/{SITE}/pip/__init__.py"), "name = 'pip'\n")
        .file(
            &format!("{metadata}/METADATA"),
            "Metadata-Version: 2.1\nName: pip\nVersion: 1.0\n",
        )
        .file(
            &format!("{metadata}/RECORD"),
            "pip/__init__.py,,\npip-1.0.dist-info/METADATA,,\npip-1.0.dist-info/RECORD,,\n",
        );
    let block = |dependencies: &str| {
        format!(
            "# /// script\n# dependencies = [{dependencies}]\n# ///\nimport importlib.util\nprint(importlib.util.find_spec('pip') is not None)\n"
        )
    };
    for (dependencies, expected) in [("", "False\n"), ("'Pip >= 1'", "True\n")] {
        workspace.file("app.py", &block(dependencies));
        let program = workspace.freeze(&["app.py", "--site", "venv"]);
        assert_eq!(
            stdout(&workspace.command(&program).output().unwrap()),
            expected,
            "{dependencies}"
        );
    }
}

#[test]
fn record_lists_what_is_there() {
    let workspace = Workspace::new();
    install_demo(&workspace, "venv");
    workspace.file("app.py", "import demo\n");
    let program = workspace.freeze(&["app.py", "--site", "venv"]);
    let names = names(&program);
    let record = entry(&program, &format!("{SITE}/demo-1.0.dist-info/RECORD"));
    for line in record.lines() {
        let path = line.split(',').next().unwrap();
        let path = match path.strip_prefix("../../../") {
            Some(outside) => outside.to_owned(),
            None => format!("{SITE}/{path}"),
        };
        assert!(names.contains(&path), "{path} is listed and not there");
    }
    // The SHA-256 of "one two\n".
    assert!(
        record.contains("\ndemo/data/words.txt,sha256=") && record.contains(",8\n"),
        "{record}"
    );
}

#[test]
fn two_directories_give_the_same_bytes() {
    let programs = ["here", "somewhere/else"].map(|directory| {
        let workspace = Workspace::new();
        let app = format!("{directory}/app.py");
        let venv = format!("{directory}/venv");
        install_demo(&workspace, &venv);
        workspace.file(
            &app,
            "import demo, json\nprint(json.dumps({'a': {1, 2} == {2, 1}}))\n",
        );
        let program = workspace.freeze(&[&app, "--site", &venv]);
        fs_err::read(program).unwrap()
    });
    assert_eq!(programs[0].len(), programs[1].len());
    assert!(
        programs[0] == programs[1],
        "the same input gave different bytes"
    );
}

#[test]
fn code_objects_are_those_of_python() {
    let workspace = Workspace::new();
    let helper = "\
def outer(x, *, y=(1, 2.5, -0.0, b'b', 'ü', None, ...)):
    class Inner:
        z = {'a', 'b', 'c'}
        def m(self): return x in {'p', 'q', 1 << 100, 2j}
    return Inner
";
    let app = "\
import helper, importlib.util
spec = importlib.util.find_spec('helper')
again = compile(spec.loader.get_source('helper'), helper.__file__, 'exec', dont_inherit=True)
print(spec.loader.get_code('helper') == again, helper.outer.__code__.co_filename == helper.__file__, helper.__cached__)
";
    workspace.file("app.py", app).file("helper.py", helper);
    let program = workspace.freeze(&["app.py"]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(
        stdout(&output),
        "True True /fastice/app/__pycache__/helper.cpython-313.pyc\n",
        "{}",
        stderr(&output)
    );
}

#[test]
fn the_standard_library_compiles_to_what_the_runtime_holds() {
    let workspace = Workspace::new();
    // Equality of code objects compares everything but the file name, which `replace` makes equal.
    workspace.file(
        "compare.py",
        "\
import sys, types, importlib.util
for name in ['json.decoder', 'typing', 'argparse', 'asyncio.events', 'datetime', 'email.message', 're._parser']:
    spec = importlib.util.find_spec(name)
    code = spec.loader.get_code(name)
    assert isinstance(code, types.CodeType)
    assert code.co_filename == spec.origin, (code.co_filename, spec.origin)
    assert code == compile(spec.loader.get_source(name), spec.origin, 'exec', dont_inherit=True), name
print('equal')
",
    );
    let output = workspace
        .command(&python())
        .args(["-I", "compare.py"])
        .output()
        .unwrap();
    assert_eq!(stdout(&output), "equal\n", "{}", stderr(&output));
}

#[test]
fn optimization_reaches_every_module() {
    let workspace = Workspace::new();
    let report = "'''doc'''\nassert print('assertions run') is None\nprint(__doc__, __debug__)\n";
    let app = format!(
        "import helper, json, sys\n{report}\
         print(sys.flags.optimize)\nprint(json.decoder.__doc__ is None)\n"
    );
    workspace.file("helper.py", report).file("app.py", &app);
    for (flags, expected) in [
        (
            &[][..],
            "assertions run\ndoc True\nassertions run\nNone True\n0\nFalse\n",
        ),
        (&["-O"][..], "doc False\nNone False\n1\nFalse\n"),
        (&["-OO"][..], "None False\nNone False\n2\nTrue\n"),
    ] {
        let program = workspace.freeze(&[&["app.py"], flags].concat());
        let output = workspace.command(&program).output().unwrap();
        assert_eq!(stdout(&output), expected, "{}", stderr(&output));
        fs_err::remove_file(program).unwrap();
    }
}

#[test]
fn standard_modules_are_chosen_by_imports_and_flags() {
    let workspace = Workspace::new();
    workspace.file(
        "app.py",
        "import importlib, sys\nimportlib.import_module(sys.argv[1])\nprint('ok')\n",
    );
    let program = workspace.freeze(&["app.py"]);
    let output = workspace.command(&program).arg("wave").output().unwrap();
    assert!(!output.status.success());
    assert!(
        stderr(&output).contains("--include-module wave"),
        "{}",
        stderr(&output)
    );
    fs_err::remove_file(&program).unwrap();
    let program = workspace.freeze(&[
        "app.py",
        "--include-module",
        "wave",
        "--include-module",
        "xml.*",
    ]);
    for module in ["wave", "xml.dom.minidom", "xml.etree.ElementTree"] {
        let output = workspace.command(&program).arg(module).output().unwrap();
        assert_eq!(stdout(&output), "ok\n", "{module}: {}", stderr(&output));
    }
}

/// What a module imports behind the back of its import statements is in the table; so importing it
/// alone works.
#[test]
fn modules_with_dynamic_imports_work_alone() {
    const MODULES: &[(&str, &str)] = &[
        ("time", "time.strptime('2020', '%Y')"),
        ("sysconfig", "sysconfig.get_config_vars()"),
        ("dbm", "dbm.whichdb('nothing')"),
        ("xml.sax", "xml.sax.make_parser()"),
        ("xml.dom", "xml.dom.getDOMImplementation('minidom')"),
        ("sqlite3", "list(sqlite3.connect(':memory:').iterdump())"),
        ("zoneinfo", "zoneinfo.TZPATH"),
        ("array", "array.array('i', [1]).__reduce_ex__(4)"),
        ("decimal", "decimal.Decimal(1).__format__('n')"),
        ("asyncio", "asyncio.run(asyncio.sleep(0))"),
        (
            "concurrent.futures",
            "concurrent.futures.ThreadPoolExecutor().submit(int).result()",
        ),
        (
            "importlib.metadata",
            "list(importlib.metadata.distributions())",
        ),
        ("ctypes", "ctypes.CDLL(None)"),
        ("curses", "curses.has_key"),
        ("builtins", "b'x'.decode('cp1252').encode('idna')"),
        ("builtins", "int('9' * 9000, 16) and str(10 ** 4000)"),
        ("logging", "logging.getLogger().warning('to stderr')"),
    ];
    let workspace = Workspace::new();
    for (number, (module, expression)) in MODULES.iter().enumerate() {
        let name = format!("case{number}.py");
        workspace.file(
            &name,
            &format!("import {module}\n{expression}\nprint('ok')\n"),
        );
        let program = workspace.freeze(&[&name]);
        let output = workspace.command(&program).output().unwrap();
        assert_eq!(stdout(&output), "ok\n", "{module}: {}", stderr(&output));
        fs_err::remove_file(program).unwrap();
    }
}

#[test]
fn output_is_never_written_over_a_strange_file() {
    let workspace = Workspace::new();
    workspace.file("app.py", "print('new')\n");
    let program = workspace.freeze(&["app.py"]);
    // Over its own, as often as one likes.
    workspace.freeze(&["app.py"]);
    fs_err::write(&program, "precious").unwrap();
    let build = |force: &[&str]| {
        workspace
            .command(Path::new(env!("CARGO_BIN_EXE_fastice")))
            .args(["build", "-q", "app.py", "-o", "program"])
            .args(force)
            .output()
            .unwrap()
    };
    assert_eq!(build(&[]).status.code(), Some(1));
    assert_eq!(fs_err::read_to_string(&program).unwrap(), "precious");
    assert!(build(&["--force"]).status.success());
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(stdout(&output), "new\n");
}

#[test]
fn only_what_is_imported_has_to_be_python() {
    let workspace = Workspace::new();
    workspace
        .file("proj/__main__.py", "import good\n")
        .file("proj/good.py", "print('runs')\n")
        .file("proj/template.py", "def {{ name }}(): pass\n");
    let program = workspace.freeze(&["proj"]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(stdout(&output), "runs\n", "{}", stderr(&output));
    workspace.file("proj/good.py", "import template\n");
    let output = workspace
        .command(Path::new(env!("CARGO_BIN_EXE_fastice")))
        .args(["build", "proj", "-o", "other"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("template.py"),
        "{}",
        stderr(&output)
    );
    assert!(!workspace.path("other").exists());
}

/// CPython refuses it with a `RecursionError`, and the scanner must not crash on it before.
#[test]
fn sources_nested_too_deeply_are_an_error() {
    let workspace = Workspace::new();
    let sum = vec!["'a'"; 30_000].join(" + ");
    workspace.file("app.py", &format!("x = {sum}\n"));
    let output = workspace
        .command(Path::new(env!("CARGO_BIN_EXE_fastice")))
        .args(["build", "app.py", "-o", "program"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("recursion"), "{}", stderr(&output));
}

#[test]
fn modules_for_other_platforms_do_not_stop_a_build() {
    let workspace = Workspace::new();
    workspace
        .file(
            "app.py",
            "import sys\nif sys.platform == 'win32':\n    import on_windows\nprint('runs')\n",
        )
        .file("on_windows.py", "import winreg\n");
    let program = workspace.freeze(&["app.py"]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(stdout(&output), "runs\n", "{}", stderr(&output));
    workspace.file("app.py", "import on_windows\n");
    let output = workspace
        .command(Path::new(env!("CARGO_BIN_EXE_fastice")))
        .args(["build", "app.py", "-o", "other"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("`winreg`"), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("on_windows.py:1:8"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn sources_beside_extension_modules_tell_what_these_import() {
    let workspace = Workspace::new();
    workspace
        .file(
            "app/__main__.py",
            "try:\n    import fast\nexcept ImportError:\n    pass\n\
             name = 'config' + 'parser'\nprint(__import__(name).__name__)\n",
        )
        .file("app/fast.py", "import configparser\n");
    let extension = workspace.path("app/fast.cpython-313-x86_64-linux-gnu.so");
    fs_err::copy("/lib/x86_64-linux-gnu/libm.so.6", extension).unwrap();
    let program = workspace.freeze(&["app"]);
    let output = workspace.command(&program).output().unwrap();
    assert_eq!(
        (stderr(&output), stdout(&output)),
        (String::new(), "configparser\n".to_owned())
    );
}
