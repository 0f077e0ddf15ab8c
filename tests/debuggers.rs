//! What debuggers see of libraries that are mapped out of the executable.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::os::unix::fs::symlink;
use std::process::Command;

use support::{Workspace, stderr, stdout};

const LIBRARY: &str = "#include <signal.h>\n\
                       #include <unistd.h>\n\
                       void stop_here(void) { kill(getpid(), SIGTRAP); }\n";

/// gdb lists libraries by their paths in the tree; with the files beside it, as the documentation says, it knows their functions.
#[test]
fn gdb_names_libraries_and_functions() {
    let workspace = Workspace::new();
    workspace.file("steps.c", LIBRARY).file(
        "app/__main__.py",
        "import ctypes, os\n\
         ctypes.CDLL(os.path.dirname(__file__) + '/libsteps.so').stop_here()\n",
    );
    let compiled = Command::new("gcc")
        .current_dir(workspace.path("."))
        .args(["-shared", "-fPIC", "-g", "-o", "app/libsteps.so", "steps.c"])
        .output()
        .unwrap();
    assert!(compiled.status.success(), "{}", stderr(&compiled));
    let program = workspace.freeze(&["app"]);
    let root = workspace.path("sysroot");
    let extracted = Command::new(env!("CARGO_BIN_EXE_fastice"))
        .args(["extract", "--quiet"])
        .arg(&program)
        .arg("--output")
        .arg(root.join("fastice"))
        .output()
        .unwrap();
    assert!(extracted.status.success(), "{}", stderr(&extracted));
    for directory in ["lib", "lib64", "usr"] {
        symlink(format!("/{directory}"), root.join(directory)).unwrap();
    }
    let debug = |commands: &[&str]| {
        let mut gdb = Command::new("gdb");
        gdb.args(["-q", "-nx", "-batch"]);
        for command in
            commands
                .iter()
                .chain(&["run", "sharedlibrary", "backtrace", "info sharedlibrary"])
        {
            gdb.args(["-ex", command]);
        }
        let output = gdb.arg(&program).output().unwrap();
        stdout(&output) + &stderr(&output)
    };
    let seen = debug(&[]);
    assert!(seen.contains("/fastice/app/libsteps.so"), "{seen}");
    let seen = debug(&[&format!("set sysroot {}", root.display())]);
    assert!(seen.contains("stop_here () at steps.c:3"), "{seen}");
}
