//! Every example, frozen and run in a root that holds the C library and nothing else, does what plain Python does.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fastice_sandbox::EmptyRoot;
use support::{Workspace, feed, python, stderr};

/// One call of an example: its arguments, and what it reads.
struct Call {
    arguments: &'static [&'static str],
    input: &'static str,
}

/// A call that reads nothing.
const fn call(arguments: &'static [&'static str]) -> Call {
    Call {
        arguments,
        input: "",
    }
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name)
}

/// Runs a command with an environment of nothing but `PATH`.
fn output(mut command: Command, input: &str) -> Output {
    command
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    feed(&mut command, input)
}

/// Freezes `input` and compares each call of it in an empty root, where `files` lie, with the same call of `plain`.
fn compare(
    input: &Path,
    name: &str,
    files: &[PathBuf],
    plain: &dyn Fn() -> Command,
    calls: &[Call],
) {
    fastice_sandbox::permitted().unwrap();
    let workspace = Workspace::new();
    let program = workspace.freeze(&[input]);
    let root = EmptyRoot::new().unwrap();
    root.add(&program, name).unwrap();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        root.add(file, name).unwrap();
    }
    for Call { arguments, input } in calls {
        let mut frozen = root.command(format!("/{name}"));
        frozen.args(*arguments);
        let mut plain = plain();
        plain.args(*arguments);
        let (frozen, plain) = (output(frozen, input), output(plain, input));
        let seen = |output: &Output| {
            let text = [&output.stdout, &output.stderr]
                .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            (output.status.code(), text)
        };
        assert_eq!(seen(&frozen), seen(&plain), "{arguments:?}");
    }
}

#[test]
fn hello() {
    let script = example("hello/hello.py");
    let plain = || {
        let mut command = Command::new(python());
        command.arg(&script);
        command
    };
    let calls = [call(&[]), call(&["Ann", "Bob"]), call(&["Zoë"])];
    compare(&script, "hello", &[], &plain, &calls);
}

/// Nothing can be written in the empty root, so notes live as long as one call.
const MEMORY: &str = "--file=:memory:";

#[test]
fn notes() {
    let plain = || {
        let mut command = Command::new(python());
        command
            .args(["-B", "-m", "notes"])
            .current_dir(example("notes"));
        command
    };
    let calls = [
        call(&[MEMORY, "add", "buy bread", "--tag", "shop"]),
        call(&[MEMORY, "list"]),
        call(&[MEMORY, "export"]),
        call(&[MEMORY, "remove", "7"]),
    ];
    compare(&example("notes/notes"), "notes", &[], &plain, &calls);
}

#[test]
fn forecast() {
    // Plain Python: the project and its dependencies installed in a virtual environment.
    let workspace = Workspace::new();
    let venv = workspace.path("venv");
    let install = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
    };
    install(&python(), &["-m", "venv", venv.to_str().unwrap()]);
    let project = example("forecast");
    install(
        &venv.join("bin/python"),
        &["-m", "pip", "install", "--quiet", project.to_str().unwrap()],
    );
    let plain = || {
        let mut command = Command::new(venv.join("bin/forecast"));
        command.current_dir(&project);
        command
    };
    let calls = [
        call(&["--version"]),
        call(&["--help"]),
        call(&["tomorrow", "days.csv"]),
        call(&["table", "days.csv"]),
        Call {
            arguments: &["tomorrow", "-"],
            input: "2026-06-01,21.5,12.0,0.0\n",
        },
        Call {
            arguments: &["table", "-"],
            input: "no day\n",
        },
        call(&["tomorrow", "missing.csv"]),
        call(&["yesterday"]),
    ];
    let files = [project.join("days.csv")];
    compare(&project, "forecast", &files, &plain, &calls);
}
