//! Libraries that native code needs of the machine: what the builder takes in, what it reports, and which copy is loaded.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use fastice_sandbox::EmptyRoot;
use serde_json::Value;
use support::{Workspace, stderr, stdout};

/// Where the tests' own library lies in a root.
const SYSTEM: &str = "lib/x86_64-linux-gnu";

/// A library with one function, and versions of its symbols.
const GREET: &str = "const char *greet(void) { return TEXT; }\n";

/// The program: loads a library of its own, which needs the other.
const PROGRAM: &str = r#"
import ctypes
import os

library = ctypes.CDLL(os.path.join(os.path.dirname(__file__), "libuser.so"))
library.use.restype = ctypes.c_char_p
print(library.use().decode())
"#;

/// Runs gcc in the workspace.
fn compile(workspace: &Workspace, arguments: &[&str]) {
    let output = Command::new("gcc")
        .current_dir(workspace.path("."))
        .args(["-shared", "-fPIC"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

/// Compiles `DIRECTORY/libgreet.so.1`, which says its directory's name and has symbols of `versions`.
fn greet(workspace: &Workspace, directory: &str, versions: &[&str]) {
    let mut script = String::new();
    let mut before = "";
    for version in versions {
        let symbols = if before.is_empty() {
            "global: greet;"
        } else {
            ""
        };
        writeln!(script, "{version} {{ {symbols} }} {before};").unwrap();
        before = version;
    }
    workspace.file("greet.c", GREET).file("greet.map", &script);
    let library = format!("{directory}/libgreet.so.1");
    fs_err::create_dir_all(workspace.path(directory)).unwrap();
    let text = format!("-DTEXT=\"{directory}\"");
    compile(
        workspace,
        &[
            "greet.c",
            &text,
            "-Wl,-soname,libgreet.so.1",
            "-Wl,--version-script=greet.map",
            "-o",
            &library,
        ],
    );
}

/// A workspace with the program in `app`, and `build/libgreet.so.1`.
fn workspace() -> Workspace {
    let workspace = Workspace::new();
    greet(&workspace, "build", &["GREET_1", "GREET_2"]);
    workspace.file("app/__main__.py", PROGRAM).file(
        "user.c",
        "const char *greet(void); const char *use(void) { return greet(); }\n",
    );
    compile(
        &workspace,
        &["user.c", "build/libgreet.so.1", "-o", "app/libuser.so"],
    );
    workspace
}

/// Builds `app` with the libraries in `build` on the search path; the summary and what was said.
fn build(workspace: &Workspace, arguments: &[&str]) -> (Value, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_fastice"))
        .current_dir(workspace.path("."))
        .env("LD_LIBRARY_PATH", workspace.path("build"))
        .args([
            "build",
            "app",
            "--output",
            "program",
            "--output-format",
            "json",
        ])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    (
        serde_json::from_slice(&output.stdout).unwrap(),
        stderr(&output),
    )
}

/// Runs the program in a root with the C library, and `libgreet` from `directory` if one is named.
fn run(workspace: &Workspace, directory: Option<&str>) -> Output {
    let root = EmptyRoot::new().unwrap();
    root.add(&workspace.path("program"), "app").unwrap();
    if let Some(directory) = directory {
        let library = workspace.path(directory).join("libgreet.so.1");
        root.add(&library, &format!("{SYSTEM}/libgreet.so.1"))
            .unwrap();
    }
    let mut command = root.command("/app");
    command.env("FASTICE_TRACE", "native");
    command.output().unwrap()
}

#[test]
fn the_newer_of_two_libraries_is_loaded() {
    fastice_sandbox::permitted().unwrap();
    let workspace = workspace();
    let (summary, _) = build(&workspace, &[]);
    assert_eq!(summary["native"]["bundled"][0]["name"], "libgreet.so.1");
    assert_eq!(summary["native"]["missing"], serde_json::json!([]));

    greet(&workspace, "older", &["GREET_1"]);
    greet(&workspace, "newer", &["GREET_1", "GREET_2", "GREET_3"]);
    for (machine, expected) in [
        (None, "build\n"),
        (Some("older"), "build\n"),
        (Some("build"), "build\n"),
        (Some("newer"), "newer\n"),
    ] {
        let output = run(&workspace, machine);
        assert_eq!(
            stdout(&output),
            expected,
            "{machine:?}: {}",
            stderr(&output)
        );
        let of_machine = stderr(&output).contains("is new enough");
        assert_eq!(
            of_machine,
            matches!(machine, Some("build" | "newer")),
            "{machine:?}"
        );
    }
}

#[test]
fn libraries_that_are_left_out_must_be_there() {
    fastice_sandbox::permitted().unwrap();
    let workspace = workspace();
    let (summary, said) = build(&workspace, &["--no-system-libraries"]);
    assert_eq!(summary["native"]["bundled"], serde_json::json!([]));
    let missing = &summary["native"]["missing"][0];
    assert_eq!(missing["name"], "libgreet.so.1");
    assert_eq!(missing["needed_by"][0], "app/libuser.so");
    assert!(said.contains("warning[W0005]: nothing provides the library `libgreet.so.1`, which app/libuser.so needs\n"), "{said}");
    let output = run(&workspace, None);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("libgreet.so.1: cannot open shared object file"));
    assert_eq!(stdout(&run(&workspace, Some("build"))), "build\n");
}

#[test]
fn libraries_are_included_by_name_and_loaded_by_name() {
    fastice_sandbox::permitted().unwrap();
    let workspace = workspace();
    workspace.file(
        "app/__main__.py",
        "import ctypes, ctypes.util\n\
         library = ctypes.CDLL(ctypes.util.find_library('greet'))\n\
         library.greet.restype = ctypes.c_char_p\n\
         print(library.greet().decode())\n",
    );
    fs_err::remove_file(workspace.path("app/libuser.so")).unwrap();
    build(&workspace, &["--include-library", "libgreet.so.1"]);
    let output = run(&workspace, None);
    assert_eq!(stdout(&output), "build\n", "{}", stderr(&output));

    let output = Command::new(env!("CARGO_BIN_EXE_fastice"))
        .current_dir(workspace.path("."))
        .args(["build", "app", "--include-library", "libnothing.so.7"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("error[E0028]: this machine has no library `libnothing.so.7`\n")
    );
}

#[test]
fn the_audit_says_what_a_machine_must_have() {
    let workspace = workspace();
    // A function that glibc has since 2.36.
    workspace.file(
        "new.c",
        "#include <stdlib.h>\nunsigned use2(void) { return arc4random(); }\n",
    );
    compile(&workspace, &["new.c", "-o", "app/libnew.so"]);
    fs_err::copy(
        workspace.path("app/libuser.so"),
        workspace.path("app/fast.cpython-312-x86_64-linux-gnu.so"),
    )
    .unwrap();
    fs_err::create_dir(workspace.path("app/other")).unwrap();
    fs_err::copy(
        workspace.path("app/libuser.so"),
        workspace.path("app/other/libuser-0a1b2c3d.so.1"),
    )
    .unwrap();
    let (summary, said) = build(&workspace, &[]);
    let native = &summary["native"];
    assert_eq!(native["glibc"]["version"], "2.36");
    assert_eq!(native["glibc"]["set_by"], "app/libnew.so");
    assert_eq!(native["duplicates"][0]["name"], "libuser");
    assert_eq!(native["unfit"][0]["made_for"], "CPython 3.12");
    assert!(
        said.contains(
            "warning[W0006]: app/fast.cpython-312-x86_64-linux-gnu.so is for CPython 3.12\n"
        ),
        "{said}"
    );

    let inspect = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_fastice"))
            .current_dir(workspace.path("."))
            .args(["inspect", "program"])
            .args(arguments)
            .output()
            .unwrap();
        stdout(&output)
    };
    let mut expected = native.clone();
    for library in expected["bundled"].as_array_mut().unwrap() {
        // Where it came from is not written down: an image knows no paths of the machine that made it.
        library["source"] = Value::Null;
    }
    let document: Value = serde_json::from_str(&inspect(&["--output-format", "json"])).unwrap();
    assert_eq!(document["native"], expected);
    let text = inspect(&[]);
    for line in [
        "needs     glibc 2.36 or newer (app/libnew.so)",
        "taken     libgreet.so.1",
        "copies    libuser (app/libuser.so, app/other/libuser-0a1b2c3d.so.1)",
        "unfit     app/fast.cpython-312-x86_64-linux-gnu.so is for CPython 3.12",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}

/// CPython ends daemon threads with a function that unwinds them, and the C library has no unwinder of its own.
#[test]
fn daemon_threads_end_with_the_process_in_an_empty_root() {
    fastice_sandbox::permitted().unwrap();
    let workspace = Workspace::new();
    workspace.file(
        "app.py",
        "import threading, time\n\
         def work():\n\
         \x20   while True: time.sleep(0.001)\n\
         for _ in range(5): threading.Thread(target=work, daemon=True).start()\n\
         time.sleep(0.05)\n\
         print('done')\n",
    );
    let program = workspace.freeze(&["app.py"]);
    let root = EmptyRoot::new().unwrap();
    root.add(&program, "app").unwrap();
    for with_unwinder in [false, true] {
        if with_unwinder {
            let library = format!("{SYSTEM}/libgcc_s.so.1");
            root.add(&Path::new("/").join(&library), &library).unwrap();
        }
        let output = root.command("/app").output().unwrap();
        assert_eq!(
            (
                output.status.code(),
                stdout(&output).as_str(),
                stderr(&output).as_str()
            ),
            (Some(0), "done\n", "")
        );
    }
}

/// A library that throws, and has a variable for each thread.
const THROWS: &str = r#"
#include <stdexcept>
#include <string>
thread_local int count = 40;
int next() { return ++count; }
void fail(const char *why) { throw std::runtime_error(std::string("failed: ") + why); }
"#;

/// A library that catches what the other throws.
const CATCHES: &str = r#"
#include <cstring>
#include <stdexcept>
#include <thread>
int next();
void fail(const char *why);
extern "C" int caught(char *text) {
    try {
        fail("on purpose");
    } catch (const std::runtime_error &error) {
        strcpy(text, error.what());
    }
    next();
    int other = 0;
    std::thread([&other] { other = next(); }).join();
    return next() * 100 + other;
}
"#;

/// Says who caught what, and where `dladdr` sees the function.
const CALLS: &str = r#"
import ctypes, os

here = os.path.dirname(__file__)
library = ctypes.CDLL(f"{here}/libcatches.so")
text = ctypes.create_string_buffer(100)
print(library.caught(text), text.value.decode())


class Info(ctypes.Structure):
    _fields_ = [("file", ctypes.c_char_p), ("base", ctypes.c_void_p), ("name", ctypes.c_char_p), ("address", ctypes.c_void_p)]


info = Info()
ctypes.CDLL(None).dladdr(ctypes.cast(library.caught, ctypes.c_void_p), ctypes.byref(info))
print(info.file.decode(), info.name.decode())
# The other one is loaded, under its name.
print(ctypes.CDLL("libthrows.so")._handle == ctypes.CDLL(f"{here}/parts/libthrows.so")._handle)
"#;

/// Exceptions across libraries, thread-local storage and `dladdr` are as for files on the disk: in a root with the C library alone.
#[test]
fn cpp_libraries_work_together_in_an_empty_root() {
    fastice_sandbox::permitted().unwrap();
    let workspace = Workspace::new();
    workspace
        .file("app/__main__.py", CALLS)
        .file("throws.cpp", THROWS)
        .file("catches.cpp", CATCHES);
    fs_err::create_dir(workspace.path("app/parts")).unwrap();
    let throws = "app/parts/libthrows.so";
    let compile = |arguments: &[&str]| {
        let output = Command::new("g++")
            .current_dir(workspace.path("."))
            .args(["-shared", "-fPIC", "-O2"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
    };
    compile(&["throws.cpp", "-Wl,-soname,libthrows.so", "-o", throws]);
    compile(&[
        "catches.cpp",
        throws,
        "-Wl,-rpath,$ORIGIN/parts",
        "-o",
        "app/libcatches.so",
    ]);
    let program = workspace.freeze(&["app"]);
    let root = EmptyRoot::new().unwrap();
    root.add(&program, "app").unwrap();
    for tier in ["inplace", "memfd"] {
        let mut command = root.command("/app");
        command.env("FASTICE_NATIVE", tier);
        let output = command.output().unwrap();
        assert_eq!(
            (stdout(&output).as_str(), stderr(&output).as_str()),
            (
                "4241 failed: on purpose\n/fastice/app/libcatches.so caught\nTrue\n",
                ""
            ),
            "{tier}"
        );
    }
}
