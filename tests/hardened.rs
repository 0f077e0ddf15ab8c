//! Executables with the runtime that is hardened against exploits.
//!
//! `FASTICE_HARDENED_RUNTIME` names its pack (`cargo xtask runtime --hardened`), which `cargo xtask test` sets. Without it, what needs that
//! pack says so and is skipped.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::print_stderr,
    reason = "who runs a test is told that it was skipped"
)]

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Workspace, stderr, stdout};

/// The hardened runtime, if there is one.
fn hardened() -> Option<PathBuf> {
    let path = std::env::var_os("FASTICE_HARDENED_RUNTIME").map(PathBuf::from);
    if path.is_none() {
        eprintln!("skipped: FASTICE_HARDENED_RUNTIME is not set");
    }
    path
}

fn fastice(workspace: &Workspace, runtime: Option<&Path>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fastice"));
    command.current_dir(workspace.path(""));
    if let Some(runtime) = runtime {
        command.env("FASTICE_RUNTIME", runtime);
    }
    command
}

#[test]
fn the_usual_runtime_is_refused() {
    let workspace = Workspace::new();
    workspace.file("app.py", "");
    let output = fastice(&workspace, None)
        .args(["build", "app.py", "--hardened", "-o", "app"])
        .output()
        .unwrap();
    assert!(
        stderr(&output).contains("error[E0052]: this runtime is not hardened"),
        "{}",
        stderr(&output)
    );
    assert!(!workspace.path("app").exists());
}

/// Native code, files, children, threads and the exit: what the stub does with its own addresses.
const PROGRAM: &str = r#"
import importlib.resources, json, multiprocessing, os, sqlite3, ssl, subprocess, sys, threading
import markupsafe._speedups
print(markupsafe.escape("<a>"), markupsafe._speedups.__file__)
print(os.path.exists(json.__file__), len(open(json.__file__).read()) > 0)
print(subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True).stdout)
with multiprocessing.get_context("spawn").Pool(2) as pool: print(pool.map(abs, [-1, 2]))
thread = threading.Thread(target=print, args=("thread",)); thread.start(); thread.join()
print(sqlite3.connect(":memory:").execute("select 1").fetchall(), ssl.OPENSSL_VERSION_INFO[0])
print([line.split("-")[0] for line in open("/proc/self/maps") if sys.executable in line][0], file=sys.stderr)
sys.exit(7)
"#;

#[test]
fn programs_work_and_are_protected() {
    let Some(runtime) = hardened() else {
        return;
    };
    let workspace = Workspace::new();
    workspace.file(
        "app.py",
        &format!(
            "if __name__ == '__main__':\n{}",
            PROGRAM.replace('\n', "\n    ")
        ),
    );
    let output = fastice(&workspace, Some(&runtime))
        .args([
            "build",
            "app.py",
            "--hardened",
            "--with",
            "markupsafe",
            "-q",
            "-o",
            "app",
        ])
        .output()
        .unwrap();
    assert_eq!(stderr(&output), "");
    let mut bases = BTreeSet::new();
    for _ in 0..4 {
        let output = workspace.command(&workspace.path("app")).output().unwrap();
        assert_eq!(
            stdout(&output),
            "&lt;a&gt; /fastice/lib/python3.13/site-packages/markupsafe/_speedups.cpython-313-x86_64-linux-gnu.so\n\
             True True\n42\n\n[1, 2]\nthread\n[(1,)] 3\n"
        );
        assert_eq!(output.status.code(), Some(7));
        bases.insert(stderr(&output));
    }
    assert!(bases.len() > 1, "it lies at the same address: {bases:?}");

    let inspect = fastice(&workspace, None).args(["inspect", "app"]).output();
    let text = stdout(&inspect.unwrap());
    let row = "hardening PIE yes, RELRO full, NX yes, canary yes, fortify yes, CET ";
    assert!(text.contains(row), "{text}");
    assert!(text.contains("\nsnapshot  off\n"), "{text}");
}

#[test]
fn there_is_no_snapshot() {
    let Some(runtime) = hardened() else {
        return;
    };
    let workspace = Workspace::new();
    workspace.file("app.py", "");
    let build = |snapshot: &str| {
        let output = fastice(&workspace, Some(&runtime))
            .args(["build", "app.py", "-q", "-o", "app", "--snapshot", snapshot])
            .output();
        stderr(&output.unwrap())
    };
    assert!(build("base").contains("error[E0051]"));
    assert_eq!(build("off"), "");
    let output = fastice(&workspace, None).args(["snapshot", "app"]).output();
    assert!(stderr(&output.unwrap()).contains("error[E0051]"));
}
