//! Flavours of the runtime: which one a program gets, and what is in it. Only the runtime of a release has more than one.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fastice::runtime::Pack;
use support::{Workspace, stderr, stdout};

/// Has the runtime the flavour `name`?
fn has(name: &str) -> bool {
    let flavours = Pack::locate().unwrap().flavours().unwrap();
    flavours.contains_key(name)
}

fn build(workspace: &Workspace, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fastice"))
        .current_dir(workspace.path(""))
        .args(["build", "--no-check"])
        .args(arguments)
        .output()
        .unwrap()
}

/// The manifest inside an executable.
fn manifest(program: &Path) -> serde_json::Value {
    let output = Command::new(env!("CARGO_BIN_EXE_fastice"))
        .arg("cat")
        .arg(program)
        .arg("share/fastice/manifest.json")
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Freezes `source` and returns the executable, what is said meanwhile, and the flavour.
fn frozen(workspace: &Workspace, source: &str, options: &[&str]) -> (PathBuf, String, String) {
    workspace.file("program.py", source);
    let arguments = [&["program.py", "--output=program"], options].concat();
    let output = build(workspace, &arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    let program = workspace.path("program");
    let flavour = manifest(&program)["flavour"].as_str().unwrap().to_owned();
    (program, stderr(&output), flavour)
}

#[test]
fn a_flavour_that_is_not_there_is_refused() {
    let workspace = Workspace::new();
    workspace.file("program.py", "pass");
    let output = build(&workspace, &["program.py", "--runtime=nano"]);
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(
        text.contains("error[E0020]: the runtime has no flavour `nano`")
            && text.contains("hint: it has full"),
        "{text}"
    );
}

#[test]
fn a_program_gets_the_smallest_that_has_what_it_imports() {
    if !has("base") {
        return;
    }
    let workspace = Workspace::new();
    let source = "import json; print(json.dumps([1]))";
    let (program, _, flavour) = frozen(&workspace, source, &[]);
    assert_eq!(flavour, "base");
    let small = fs_err::metadata(&program).unwrap().len();
    let ran = workspace.command(&program).output().unwrap();
    assert_eq!(stdout(&ran), "[1]\n", "{}", stderr(&ran));
    let libraries = manifest(&program)["libraries"].to_string();
    assert!(!libraries.contains("libssl") && libraries.contains("zlib"));

    let (program, _, flavour) = frozen(&workspace, source, &["--runtime=full"]);
    assert_eq!(flavour, "full");
    assert!(fs_err::metadata(&program).unwrap().len() > small + 4_000_000);

    for module in ["ssl", "sqlite3", "curses", "hashlib", "readline"] {
        let source = format!("def later():\n    import {module}\nlater()\nprint('done')");
        let (program, _, flavour) = frozen(&workspace, &source, &[]);
        assert_eq!(flavour, "full", "{module}");
        let ran = workspace.command(&program).output().unwrap();
        assert_eq!(stdout(&ran), "done\n", "{module}: {}", stderr(&ran));
    }
}

#[test]
fn a_chosen_one_says_what_it_lacks() {
    if !has("base") {
        return;
    }
    let workspace = Workspace::new();
    let source = "import hashlib\nprint(hashlib.sha256(b'').hexdigest()[:8])\nimport sqlite3";
    let (program, said, flavour) = frozen(&workspace, source, &["--runtime=base"]);
    assert_eq!(flavour, "base");
    assert!(
        said.contains("warning[W0042]: the program may import `_hashlib`, `_sqlite3`"),
        "{said}"
    );
    let ran = workspace.command(&program).output().unwrap();
    assert_eq!(ran.status.code(), Some(1));
    assert_eq!(stdout(&ran), "e3b0c442\n");
    let text = stderr(&ran);
    assert!(
        text.contains("ModuleNotFoundError") && text.contains("_sqlite3"),
        "{text}"
    );
}

/// Extension modules bind to the same symbols, whichever of them a program has.
#[test]
fn all_export_the_same() {
    let exported = |program: &Path| {
        let output = Command::new("nm")
            .args(["--dynamic", "--defined-only", "--format=posix"])
            .arg(program)
            .output()
            .unwrap();
        let mut names: Vec<String> = stdout(&output)
            .lines()
            .filter_map(|line| line.split(' ').next())
            // Copies of the C library's variables.
            .filter(|name| !name.contains('@'))
            .map(str::to_owned)
            .collect();
        names.sort();
        names
    };
    let workspace = Workspace::new();
    let pack = Pack::locate().unwrap();
    let expected = exported(pack.python());
    assert!(expected.len() > 1000);
    for name in pack.flavours().unwrap().into_keys() {
        let option = format!("--runtime={name}");
        let (program, _, _) = frozen(&workspace, "pass", &[&option]);
        assert_eq!(exported(&program), expected, "{name}");
    }
}
