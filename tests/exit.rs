//! How a program ends, compared with plain Python: status, signal and what is on stdout and stderr.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use support::{Workspace, python, stderr, stdout};

/// The interpreter that is not frozen, if the tests were told of it; else that of the runtime.
fn plain() -> PathBuf {
    std::env::var_os("FASTICE_PLAIN_PYTHON").map_or_else(python, PathBuf::from)
}

/// One script with a case for each ending, so that one build serves all.
const CASES: &str = r#"
import atexit, faulthandler, os, signal, sys, threading, time
case = sys.argv[1]
class Odd:
    def __str__(self): return "an odd one"
class Sad:
    def __str__(self): raise ValueError("cannot say")
codes = {
    "none": None, "zero": 0, "seven": 7, "large": 256 + 3, "negative": -1, "huge": 1 << 70, "true": True, "false": False,
    "text": "a text", "bytes": b"bytes", "float": 1.5, "tuple": (1, 2), "object": Odd(), "sad": Sad(), "unicode": "h\xe9",
}
def say(*words): print(*words, flush=True)
if case in codes:
    sys.exit(codes[case])
elif case == "two arguments":
    raise SystemExit(1, 2)
elif case == "subclass":
    class Leave(SystemExit): pass
    raise Leave(5)
elif case == "in a function":
    def leave():
        try: sys.exit(4)
        finally: say("finally")
    leave()
elif case == "order":
    class Last:
        def __del__(self): say("deleted")
    last = Last()
    for number in range(3): atexit.register(say, "handler", number)
    threading.Thread(target=lambda: (time.sleep(0.1), say("thread"))).start()
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    say("end of main")
elif case == "atexit fails":
    atexit.register(lambda: 1 / 0)
    atexit.register(sys.exit, 9)
    sys.exit(2)
elif case == "exit in a thread":
    thread = threading.Thread(target=sys.exit, args=(8,))
    thread.start(); thread.join()
elif case == "error in a thread":
    thread = threading.Thread(target=lambda: 1 / 0, name="worker")
    thread.start(); thread.join()
elif case == "_exit":
    atexit.register(say, "never")
    sys.stdout.write("lost")
    os._exit(6)
elif case == "interrupt":
    atexit.register(say, "goodbye")
    os.kill(os.getpid(), signal.SIGINT); time.sleep(10)
elif case == "interrupt caught":
    try: os.kill(os.getpid(), signal.SIGINT); time.sleep(10)
    except KeyboardInterrupt: sys.exit("stopped")
elif case == "terminate":
    os.kill(os.getpid(), signal.SIGTERM); time.sleep(10)
elif case == "abort":
    os.abort()
elif case == "crash":
    faulthandler.enable()
    os.kill(os.getpid(), signal.SIGSEGV)
elif case == "full":
    sys.stdout = open("/dev/full", "w"); print("text")
elif case == "closed":
    os.close(1); print("text")
elif case == "flush fails":
    class Broken:
        closed = False
        def write(self, text): pass
        def flush(self): raise OSError("no flush")
    sys.stdout = Broken()
elif case == "pipe":
    for number in range(100000): print("line", number)
elif case == "hook":
    sys.excepthook = lambda kind, error, trace: say("hooked", kind.__name__, error)
    1 / 0
elif case == "hook exits":
    sys.excepthook = lambda kind, error, trace: sys.exit(11)
    1 / 0
elif case == "unraisable":
    class Bad:
        def __del__(self): raise ValueError("in __del__")
    Bad()
elif case == "error":
    raise ValueError("a message")
elif case == "group":
    raise ExceptionGroup("several", [ValueError(1), KeyError(2)])
elif case == "recursion":
    sys.setrecursionlimit(100)
    def deep(): deep()
    try: deep()
    except RecursionError as error: sys.exit(str(error))
elif case == "generator":
    def numbers():
        try: yield 1
        finally: say("closed")
    kept = numbers(); next(kept)
elif case == "stderr closed":
    os.close(2); raise ValueError("unheard")
else:
    raise NotImplementedError(case)
"#;

/// Every case of the script, read from it.
fn cases() -> Vec<&'static str> {
    let table = CASES
        .split_once("codes = {")
        .unwrap()
        .1
        .split_once('}')
        .unwrap()
        .0;
    let codes = table
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|word| table.contains(&format!("\"{word}\":")));
    let branches = CASES
        .split("case == \"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap());
    codes.chain(branches).collect()
}

/// Addresses differ in each process.
fn without_addresses(text: &str) -> String {
    let mut pieces = text.split(" at 0x");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| {
        let rest = piece.trim_start_matches(|letter: char| letter.is_ascii_hexdigit());
        text + " at ADDRESS" + rest
    })
}

fn seen(workspace: &Workspace, output: &Output) -> (Option<i32>, Option<i32>, String, String) {
    let app = workspace.path("app").display().to_string();
    // Where the standard library of a build tree lies.
    let library = plain().parent().unwrap().join("../source/Lib");
    let library =
        fs_err::canonicalize(library).unwrap_or_else(|_| PathBuf::from("/fastice/lib/python3.13"));
    // Threads have another number in each process.
    let text = without_addresses(&stderr(output).replace(&app, "/fastice/app"))
        .replace(&library.display().to_string(), "/fastice/lib/python3.13");
    let text: Vec<&str> = text
        .lines()
        .map(|line| {
            if line.contains("hread 0x") {
                "thread"
            } else {
                line
            }
        })
        .filter(|line| !line.starts_with("Extension modules:"))
        .collect();
    (
        output.status.code(),
        output.status.signal(),
        stdout(output),
        text.join("\n").trim_end().to_owned(),
    )
}

#[test]
fn every_ending_is_that_of_python() {
    let workspace = Workspace::new();
    workspace.file("app/script.py", CASES);
    let program = workspace.freeze(&["app/script.py"]);
    let script = workspace.path("app/script.py");
    let all = cases();
    assert!(all.len() > 40, "{all:?}");
    for case in all.into_iter().filter(|case| *case != "pipe") {
        let run = |command: &mut Command| command.arg(case).stdin(Stdio::null()).output().unwrap();
        let expected = run(workspace.command(&plain()).arg(&script));
        let actual = run(&mut workspace.command(&program));
        assert_eq!(
            seen(&workspace, &actual),
            seen(&workspace, &expected),
            "{case}"
        );
        assert!(!stderr(&actual).contains("NotImplementedError"), "{case}");
    }
}

/// `program | head -1`
#[test]
fn a_broken_pipe_ends_as_under_python() {
    let workspace = Workspace::new();
    workspace.file("app/script.py", CASES);
    let program = workspace.freeze(&["app/script.py"]);
    let script = workspace.path("app/script.py");
    let run = |command: &mut Command| {
        let mut child = command
            .arg("pipe")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Nobody reads.
        drop(child.stdout.take());
        child.wait_with_output().unwrap()
    };
    let expected = run(workspace.command(&plain()).arg(&script));
    let actual = run(&mut workspace.command(&program));
    assert_eq!(expected.status.code(), Some(1));
    assert_eq!(seen(&workspace, &actual), seen(&workspace, &expected));
}

/// 120 if what is buffered at the very end cannot be written.
#[test]
fn a_failed_flush_is_120() {
    let workspace = Workspace::new();
    workspace.file("app/script.py", "print('buffered')\n");
    let program = workspace.freeze(&["app/script.py"]);
    let full = || {
        fs_err::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    let run = |command: &mut Command| {
        command
            .stdout(full().into_parts().0)
            .stderr(Stdio::piped())
            .output()
            .unwrap()
    };
    let expected = run(workspace
        .command(&plain())
        .arg(workspace.path("app/script.py")));
    let actual = run(&mut workspace.command(&program));
    assert_eq!(actual.status.code(), Some(120));
    assert_eq!(seen(&workspace, &actual), seen(&workspace, &expected));
}
