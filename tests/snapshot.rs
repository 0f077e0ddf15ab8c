//! Programs that begin with a start snapshot behave as those that do not.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use support::{Workspace, stderr, stdout};

/// Puts one of the programs of `tests/snapshot` into a workspace and freezes it with a snapshot.
fn frozen(workspace: &Workspace, name: &str) -> PathBuf {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshot");
    let text = fs_err::read_to_string(programs.join(name)).unwrap();
    workspace.file(&format!("app/{name}"), &text);
    workspace.freeze(&[&format!("app/{name}"), "--snapshot", "base", "--no-check"])
}

/// Does a start of `program` by this command line begin with the snapshot?
fn is_used(workspace: &Workspace, shell: &str) -> bool {
    let mut command = workspace.command(Path::new("/bin/sh"));
    let output = command
        .args(["-c", shell])
        .env("FASTICE_TRACE", "startup")
        .output()
        .unwrap();
    (stderr(&output) + &stdout(&output)).contains("snapshot mapped")
}

/// What a command line of the shell does, with the snapshot and without.
fn both(workspace: &Workspace, shell: &str) -> [Output; 2] {
    ["1", "0"].map(|switch| {
        workspace
            .command(Path::new("/bin/sh"))
            .args(["-c", shell])
            .env("FASTICE_SNAPSHOT", switch)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    })
}

/// Status and outputs, without what differs between any two processes.
fn seen(output: &Output) -> (Option<i32>, Option<i32>, String, String) {
    let clean = |text: String| {
        text.replace("('FASTICE_SNAPSHOT', '1')", "('FASTICE_SNAPSHOT', '0')")
            .replace("b'FASTICE_SNAPSHOT', b'1'", "b'FASTICE_SNAPSHOT', b'0'")
            .lines()
            .map(without_addresses)
            .collect::<Vec<_>>()
            .join("\n")
    };
    (
        output.status.code(),
        output.status.signal(),
        clean(stdout(output)),
        clean(stderr(output)),
    )
}

/// A line with every hexadecimal number replaced.
fn without_addresses(line: &str) -> String {
    let mut parts = line.split("0x");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("0x…");
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    text
}

/// Wants the same from both, and that the snapshot is used or not.
#[track_caller]
fn same(workspace: &Workspace, shell: &str, used: bool) {
    let [with, without] = both(workspace, shell);
    assert_eq!(seen(&with), seen(&without), "{shell}");
    assert_eq!(is_used(workspace, shell), used, "{shell}");
}

#[test]
fn a_process_finds_itself_as_it_is() {
    let workspace = Workspace::new();
    frozen(&workspace, "state.py");
    workspace.file("input", "some text\nto read\n");
    for shell in [
        "./program",
        "./program a 'b c' '' -c -m ü",
        "env -i FASTICE_TRACE=$FASTICE_TRACE FASTICE_SNAPSHOT=$FASTICE_SNAPSHOT ./program",
        "LC_ALL=C ./program",
        "LC_ALL=POSIX ./program",
        "LC_ALL=C.UTF-8 ./program",
        "LC_ALL=nosuch ./program",
        "TZ=Asia/Kathmandu ./program",
        "TZ=XYZ3ABC ./program",
        "PYTHONUTF8=1 PYTHONHASHSEED=0 PYTHONPATH=/tmp ./program",
        "./program < input",
        "{ head -c 5 > /dev/null; ./program; } < input",
        "echo text | ./program | cat",
        "./program > out; cat out",
        "(trap '' INT HUP; ./program)",
        "(trap '' PIPE; ./program)",
        "nohup ./program 2>&1",
        "setarch -R ./program",
        "(ulimit -s unlimited; ./program)",
        "(umask 077; ./program)",
        "(exec -a 'another name' ./program x)",
    ] {
        // dash has no `exec -a`.
        let shell = shell
            .replace("(exec -a", "bash -c \"exec -a")
            .replace("program x)", "program x\"");
        let shell = shell.as_str();
        same(&workspace, shell, true);
    }
}

/// What a snapshot was not made for is an ordinary start.
#[test]
fn what_is_unusual_starts_without() {
    let workspace = Workspace::new();
    frozen(&workspace, "state.py");
    for shell in [
        "./program <&-",
        "./program >&-",
        "./program 2>&1 >&- | cat",
        "./program < /",
        "(ulimit -v 200000; ./program)",
    ] {
        let [with, without] = both(&workspace, shell);
        assert_eq!(seen(&with), seen(&without), "{shell}");
    }
    for shell in [
        "./program <&-",
        "./program >&-",
        "FASTICE_SNAPSHOT=0 ./program",
    ] {
        assert!(!is_used(&workspace, shell), "{shell}");
    }
}

const ENDS: &[&str] = &[
    "nothing",
    "print",
    "unflushed",
    "status",
    "message",
    "large status",
    "exception",
    "chained",
    "interrupt",
    "signal",
    "terminate",
    "_exit",
    "abort",
    "atexit",
    "atexit fails",
    "atexit exits",
    "object",
    "cycle",
    "object in a module",
    "object in builtins",
    "generator",
    "unstarted generator",
    "coroutine",
    "file",
    "closed stdout",
    "replaced stdout",
    "no stdout",
    "other stdout",
    "deleted stdout",
    "detached stdout",
    "written at exit",
    "finalize",
    "weak reference",
    "weak dictionary",
    "thread",
    "daemon",
    "busy daemon",
    "thread fails",
    "collector",
    "named file",
    "fork",
    "exec",
    "recursion",
    "pool",
    "loop",
    "subinterpreter",
    "profile",
    "monitoring",
    "trace",
    "tracemalloc",
    "faulthandler",
];

#[test]
fn programs_end_alike() {
    let workspace = Workspace::new();
    frozen(&workspace, "ends.py");
    for case in ENDS {
        let shell = format!(
            "./program '{case}' $PWD/written; status=$?; cat written 2>/dev/null; rm -f written; exit $status"
        );
        let [with, without] = both(&workspace, &shell);
        assert_eq!(seen(&with), seen(&without), "{case}");
    }
    // Where the output goes nowhere, or nobody reads it.
    for shell in [
        "./program print > /dev/full",
        "./program unflushed > /dev/full",
        "./program exception 2> /dev/full",
        "./program print | true",
    ] {
        let [with, without] = both(&workspace, shell);
        assert_eq!(seen(&with), seen(&without), "{shell}");
    }
}

#[test]
fn children_begin_with_the_snapshot_too() {
    let workspace = Workspace::new();
    workspace.file(
        "app/parent.py",
        "import subprocess, sys\n\
         for arguments in (['-c', 'import sys; print(sys.argv, sys.orig_argv[1:], __name__)', 'x', '-y'],\n\
         \x20       ['-I', '-S', '-c', 'import sys; print(sys.flags)'], ['-m', 'json.tool', '--help'],\n\
         \x20       ['-BIc', 'print(sorted(globals()))'], ['-O', '-c', 'import sys; print(sys.flags.optimize)']):\n\
         \x20   print(subprocess.run([sys.executable, *arguments], capture_output=True, text=True))\n",
    );
    workspace.freeze(&[
        "app/parent.py",
        "--snapshot",
        "base",
        "--include-module",
        "json.tool",
        "--no-check",
    ]);
    let [with, without] = both(&workspace, "./program");
    assert_eq!(seen(&with), seen(&without));
    let traced = workspace
        .command(&workspace.path("program"))
        .env("FASTICE_TRACE", "startup")
        .output()
        .unwrap();
    // Four of five children print it on their own standard error.
    assert_eq!(stdout(&traced).matches("snapshot mapped").count(), 4);
}

#[test]
fn a_snapshot_can_be_put_in_and_taken_out() {
    let workspace = Workspace::new();
    workspace.file("app/script.py", "print(hash('text'))\n");
    let program = workspace.freeze(&["app/script.py", "--snapshot", "off", "--no-check"]);
    let plain = fs_err::read(&program).unwrap();
    let fastice = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_fastice"))
            .arg("snapshot")
            .args(arguments)
            .arg(&program)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        fs_err::read(&program).unwrap()
    };
    let run = || stdout(&workspace.command(&program).output().unwrap());
    let first = fastice(&["--hash-seed", "7"]);
    let hash = run();
    assert_eq!(run(), hash, "the seed is part of the snapshot");
    assert!(fastice(&["--hash-seed", "8"]) != first);
    assert_ne!(run(), hash);
    assert!(
        fastice(&["--hash-seed", "7"]) == first,
        "the same input gives the same bytes"
    );
    fastice(&[]);
    assert_ne!(run(), hash, "by default the seed is a random number");
    assert!(fastice(&["--snapshot", "off"]) == plain);
    let built = workspace.freeze(&["app/script.py", "--snapshot", "base", "--no-check"]);
    let bytes = fs_err::read(&built).unwrap();
    workspace.freeze(&["app/script.py", "--snapshot", "base", "--no-check"]);
    assert!(
        fs_err::read(&built).unwrap() == bytes,
        "the same input gives the same bytes"
    );
}

/// One after the other and many at once; each of them says the same.
#[test]
fn no_start_is_different() {
    let workspace = Workspace::new();
    workspace.file(
        "app/script.py",
        "import sys\nprint(sys.argv[1:], hash('text'), {'a', 'b', 'c'})\n",
    );
    let program = workspace.freeze(&["app/script.py", "--snapshot", "base", "--no-check"]);
    let expected = stdout(&workspace.command(&program).arg("x").output().unwrap());
    for _ in 0..10 {
        let children: Vec<_> = (0..100)
            .map(|_| {
                workspace
                    .command(&program)
                    .arg("x")
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert_eq!(stderr(&output), "");
            assert_eq!(stdout(&output), expected);
            assert_eq!(output.status.code(), Some(0));
        }
    }
}
