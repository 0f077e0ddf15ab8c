//! Programs that lie in the tree: executables that wheels bring, scripts, console scripts.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::Path;

use fastice_sandbox::EmptyRoot;
use support::{Workspace, stderr, stdout};

/// Starts programs in each way that Python has, and prints what comes of it.
const STARTS: &str = r#"
import os, subprocess, sys, sysconfig

HERE = os.path.dirname(__file__)
SCRIPTS = sysconfig.get_path("scripts")


def show(*command, **keywords):
    for close_fds in True, False:
        try:
            done = subprocess.run(command, stdout=-1, stderr=-1, text=True, close_fds=close_fds, **keywords)
            print(command[1:], done.returncode, done.stdout.strip(), done.stderr.strip())
        except OSError as error:
            print(command[1:], error.strerror)
    sys.stdout.flush()
    try:
        child = os.posix_spawn(command[0], command, keywords.get("env", os.environ))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    except OSError as error:
        print(command[1:], error.strerror)


"#;

/// Executables that the kernel can only get as memory files: where /proc is, and where it is not.
#[test]
fn executables_are_started_with_and_without_proc() {
    fastice_sandbox::permitted().unwrap();
    let workspace = Workspace::new();
    let program = r#"
os.environ["WORD"] = "kept"
show(HERE + "/tool", "a", "b c", cwd="/")
show(SCRIPTS + "/ruff", "--version", env={"LC_ALL": "C"})
show(HERE + "/env", env={"ONLY": "this"})
show(HERE + "/script", "x")
sys.stdout.flush()
os.execv(HERE + "/tool", ["tool", "the end"])
"#;
    workspace
        .file("app/__main__.py", &format!("{STARTS}{program}"))
        .executable("app/script", b"#!/bin/sh\necho script \"$@\"\n");
    for (name, file) in [("tool", "/bin/echo"), ("env", "/usr/bin/env")] {
        workspace.executable(&format!("app/{name}"), &fs_err::read(file).unwrap());
    }
    let program = workspace.freeze(&["app", "--with", "ruff==0.14.5"]);
    let mut root = EmptyRoot::new().unwrap();
    root.add(&program, "app").unwrap();
    root.add("/bin/dash".as_ref(), "bin/sh").unwrap();
    // ruff needs it, and is a process of its own.
    let library = "lib/x86_64-linux-gnu/libgcc_s.so.1";
    root.add(&Path::new("/").join(library), library).unwrap();
    // What a posix_spawn prints comes from itself.
    let binaries = "('a', 'b c') 0 a b c \n('a', 'b c') 0 a b c \na b c\n0\n\
                    ('--version',) 0 ruff 0.14.5 \n('--version',) 0 ruff 0.14.5 \nruff 0.14.5\n0\n\
                    () 0 ONLY=this \n() 0 ONLY=this \nONLY=this\n0\n";
    let missing = "('x',) No such file or directory\n";
    let output = root.command("/app").output().unwrap();
    let expected = format!("{binaries}{}the end\n", missing.repeat(3));
    assert_eq!(stdout(&output), expected, "{}", stderr(&output));
    let line = "fastice: /fastice/app/script: a script in the executable needs /proc: its interpreter could not open it\n";
    assert_eq!(stderr(&output), line.repeat(3));

    root.furnish();
    let output = root.command("/app").output().unwrap();
    let script = "('x',) 0 script x \n('x',) 0 script x \nscript x\n0\n";
    let expected = format!("{binaries}{script}the end\n");
    assert_eq!(
        (stdout(&output), stderr(&output)),
        (expected, String::new())
    );
}

/// Console scripts are found where `sysconfig` says, and in `PATH`; the executable itself is their interpreter.
#[test]
fn console_scripts_are_run_by_the_program_itself() {
    fastice_sandbox::permitted().unwrap();
    let workspace = Workspace::new();
    let program = r#"
script = SCRIPTS + "/tabulate"
show(script, "--help")
os.environ["PATH"] = SCRIPTS
print(subprocess.run(["tabulate", "-f", "plain"], input="a b\n", stdout=-1, text=True))
sys.stdout.flush()
if not os.fork():
    os.execvp("tabulate", ["tabulate", "--nothing"])
print(os.waitstatus_to_exitcode(os.wait()[1]))
"#;
    workspace.file("app.py", &format!("{STARTS}{program}"));
    let program = workspace.freeze(&["app.py", "--with", "tabulate==0.9.0"]);
    let root = EmptyRoot::new().unwrap();
    root.add(&program, "app").unwrap();
    for output in [
        workspace.command(&program).output().unwrap(),
        root.command("/app").output().unwrap(),
    ] {
        let printed = stdout(&output);
        // A wrong option prints it, too.
        let help = "Usage: tabulate [options] [FILE ...]";
        assert_eq!(printed.matches(help).count(), 4, "{printed}");
        let formatted = "returncode=0, stdout='a  b\\n')\noption --nothing not recognized\n";
        assert!(printed.contains(formatted), "{printed}");
        assert!(printed.ends_with("\n2\n"), "{printed}");
        assert_eq!(stderr(&output), "");
    }
}
