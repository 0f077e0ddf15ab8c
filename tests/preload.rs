//! Programs whose own imports are in their start snapshot behave as those that have none.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::Path;
use std::process::{Command, Output};

use support::{Workspace, stderr, stdout};

/// Puts the programs of `tests/preload` into a workspace.
fn programs(workspace: &Workspace) {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/preload");
    for entry in walkdir::WalkDir::new(&programs) {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(&programs).unwrap();
        if name.extension().is_some_and(|extension| extension == "py") {
            let text = fs_err::read_to_string(entry.path()).unwrap();
            workspace.file(&format!("app/{}", name.display()), &text);
        }
    }
}

/// Builds with a snapshot of the program's imports, and returns what the builder said.
fn build(workspace: &Workspace, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_fastice"))
        .current_dir(workspace.path("."))
        .args([
            "build",
            "--snapshot",
            "app",
            "--no-check",
            "--output",
            "program",
        ])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    stderr(&output)
}

/// What a command line of the shell does, with the snapshot and without.
fn both(workspace: &Workspace, shell: &str) -> [Output; 2] {
    ["1", "0"].map(|switch| {
        workspace
            .command(Path::new("/bin/sh"))
            .args(["-c", shell])
            .env("FASTICE_SNAPSHOT", switch)
            .output()
            .unwrap()
    })
}

#[track_caller]
fn same(workspace: &Workspace, shell: &str) -> String {
    let [with, without] = both(workspace, shell);
    let seen = |output: &Output| (output.status.code(), stdout(output), stderr(output));
    assert_eq!(seen(&with), seen(&without), "{shell}");
    stdout(&with)
}

fn is_used(workspace: &Workspace, shell: &str) -> bool {
    let mut command = workspace.command(Path::new("/bin/sh"));
    let command = command.args(["-c", shell]).env("FASTICE_TRACE", "startup");
    stderr(&command.output().unwrap()).contains("snapshot mapped")
}

fn contents(workspace: &Workspace) -> serde_json::Value {
    let output = Command::new(env!("CARGO_BIN_EXE_fastice"))
        .args(["inspect", "--output-format", "json"])
        .arg(workspace.path("program"))
        .output()
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    document["snapshot_contents"].clone()
}

/// What modules ask and do when they are imported comes to the same.
#[test]
fn awkward_imports_behave_alike() {
    let workspace = Workspace::new();
    programs(&workspace);
    let said = build(&workspace, &["app/main.py"]);
    assert!(said.contains("warning[W0041]: "), "{said}");
    for shell in [
        "./program",
        "./program a 'b c'",
        "cd /; $OLDPWD/program",
        "HOME=/nowhere ./program",
        "env -i PATH=$PATH FASTICE_SNAPSHOT=$FASTICE_SNAPSHOT ./program",
        "./program < /dev/null 2>&1 | cat",
    ] {
        let out = same(&workspace, shell);
        assert!(
            out.contains("the end of") || out.contains("at the exit"),
            "{out}"
        );
    }
    assert!(is_used(&workspace, "./program"));
    let contents = contents(&workspace);
    let modules = contents["modules"].as_array().unwrap();
    for inside in ["json", "exits", "holders", "package"] {
        assert!(modules.iter().any(|name| name == inside), "{contents}");
    }
    for (outside, reason) in [
        ("threads", "starts a thread"),
        ("clock", "asks for the time"),
    ] {
        let left_out = contents["left_out"].as_array().unwrap();
        let one = left_out.iter().find(|one| one["module"] == outside);
        assert!(one.unwrap()["reason"].as_str().unwrap().starts_with(reason));
    }
    // A variable that a module in the snapshot has read is another one: an ordinary start.
    same(&workspace, "AWKWARD_QUIET=1 AWKWARD_LEVEL=7 ./program");
    // The same input gives the same bytes.
    let bytes = fs_err::read(workspace.path("program")).unwrap();
    build(&workspace, &["app/main.py"]);
    assert!(fs_err::read(workspace.path("program")).unwrap() == bytes);
}
