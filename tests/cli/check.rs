//! `fastice check`, and the check after a build: the program runs where there is nothing but it.

use serde_json::Value;

use crate::support::Workspace;

/// Tries everything that the sandbox keeps from a program, and prints what happens.
const CURIOUS: &str = "\
import os, socket, subprocess, sys
def attempt(what, *arguments):
    try:
        print(what(*arguments))
    except OSError as error:
        print(type(error).__name__)
attempt(lambda: open('/tmp/file', 'w').write('x'))
attempt(lambda: open('/file', 'w').write('x'))
attempt(lambda: socket.create_connection(('192.0.2.1', 80), 1))
attempt(lambda: subprocess.call(['python3', '--version']))
attempt(lambda: sorted(os.listdir('/')))
print(os.environ.get('HOME'), os.path.expanduser('~'), os.getpid())
sys.exit(len(sys.argv) - 1)
";

fn json(workspace: &Workspace, arguments: &str) -> (Option<i32>, Value) {
    let output = workspace
        .fastice()
        .args(arguments.split(' '))
        .output()
        .expect("fastice starts");
    let document = serde_json::from_slice(&output.stdout);
    (
        output.status.code(),
        document.expect("stdout is one JSON document"),
    )
}

#[test]
fn a_program_finds_nothing_but_itself() {
    let workspace = Workspace::new();
    workspace.file("curious.py", CURIOUS);
    workspace.run("build -q curious.py -o curious");
    let (status, report) = json(&workspace, "check curious --output-format json --");
    // Nothing is chosen to be run but the imports of the script.
    assert_eq!(
        (status, &report["runs"][0]["kind"]),
        (Some(0), &Value::from("import"))
    );
    let (status, report) = json(&workspace, "check curious --output-format json -- one");
    assert_eq!(status, Some(1));
    assert_eq!(report["schema"], 1);
    assert_eq!(report["passed"], false);
    assert_eq!(
        report["not_isolated"],
        Value::Null,
        "the tests need namespaces"
    );
    let run = &report["runs"][0];
    assert_eq!(
        (&run["status"], &run["kind"]),
        (&Value::from(1), &Value::from("given"))
    );
    assert_eq!(
        run["stdout"],
        "1\nOSError\nOSError\nFileNotFoundError\n['dev', 'etc', 'lib', 'lib64', 'opt', 'proc', 'tmp', 'usr']\nNone /nonexistent 1\n"
    );
    assert!(run["peak_memory"].as_u64() > Some(1_000_000), "{run}");
    assert!(run["wall_time"].as_f64() > Some(0.0), "{run}");
    let touched = run["touched"].as_array().expect("it was traced");
    let has = |path: &str, access: &str, error: Value| {
        let wanted = serde_json::json!({"path": path, "access": access, "error": error});
        assert!(touched.contains(&wanted), "{wanted} is not in {touched:#?}");
    };
    has("/tmp/file", "write", Value::Null);
    has("/file", "write", "EROFS".into());
    has("192.0.2.1:80", "connect", "ENETUNREACH".into());
    has("/usr/bin/python3", "execute", "ENOENT".into());
    let libraries = run["libraries"].as_array().expect("a list");
    assert!(
        libraries.iter().any(|path| path
            .as_str()
            .is_some_and(|path| path.ends_with("/libc.so.6"))),
        "{libraries:?}"
    );
}

#[test]
fn the_check_after_a_build_finds_what_is_missing() {
    let workspace = Workspace::new();
    workspace.file(
        "good.py",
        "import argparse\nargparse.ArgumentParser().parse_args()\n",
    );
    let good = workspace.run("build good.py");
    assert!(
        good.contains(
            "\nchecked in an empty root without network: `dist/good --help` ended with status 0 ("
        ),
        "{good}"
    );
    workspace.file(
        "bad.py",
        "import json, os\ndata = open('/data')\nif __name__ == '__main__':\n    print(data)\n",
    );
    let bad = workspace.run("build bad.py");
    assert!(
        bad.starts_with("exit 0\n"),
        "nobody asked for this check: {bad}"
    );
    assert!(
        bad.contains(
            "\nwarning[W0020]: `import of /fastice/app/bad.py` ended with status 1 in an empty root"
        ),
        "{bad}"
    );
    assert!(
        bad.contains("FileNotFoundError: [Errno 2] No such file or directory: '/data'"),
        "{bad}"
    );
    assert!(!workspace.run("build bad.py --no-check").contains("W0020"));
    let check = workspace.run("check dist/bad -- x");
    assert!(
        check.starts_with("exit 1\n--- stdout\nprogram x\n  ended with status 1 in an empty root"),
        "{check}"
    );
    assert!(check.contains("read /data (ENOENT)"), "{check}");
    assert!(
        check.contains("\nerror[E0080]: `dist/bad x` ended with status 1"),
        "{check}"
    );
}

#[test]
fn a_program_that_does_not_end_is_killed() {
    let workspace = Workspace::new();
    workspace.file("server.py", "import time\nwhile True:\n    time.sleep(1)\n");
    workspace.run("build -q server.py -o server");
    let (status, report) = json(
        &workspace,
        "check server --timeout 1 --output-format json -- x",
    );
    assert_eq!(
        (status, &report["runs"][0]["timed_out"]),
        (Some(1), &Value::from(true))
    );
}

#[test]
fn a_check_without_room_says_so() {
    let workspace = Workspace::new();
    workspace.file("any.py", "import sys\n");
    workspace.run("build -q any.py -o any");
    let mut command = workspace.fastice();
    command.args(["check", "any"]).env("TMPDIR", "/nonexistent");
    let answer = workspace.text(&command.output().expect("fastice starts"));
    assert!(
        answer.starts_with(
            "exit 2\n--- stderr\nChecking any\nerror[E0081]: `any` cannot be run apart\n"
        ),
        "{answer}"
    );
    let mut command = workspace.fastice();
    command
        .args(["build", "any.py"])
        .env("TMPDIR", "/nonexistent");
    let answer = workspace.text(&command.output().expect("fastice starts"));
    assert!(
        answer.starts_with("exit 0\n")
            && answer.contains("warning[W0021]: `dist/any` cannot be run apart"),
        "{answer}"
    );
}

/// A user who may make no namespaces: the limit of a user namespace around fastice is zero.
#[test]
fn where_namespaces_are_forbidden_the_check_says_so() {
    let workspace = Workspace::new();
    workspace.file("any.py", "import sys\n");
    workspace.run("build -q any.py -o any");
    let mut command = std::process::Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "sh", "-c", "echo 0 > /proc/sys/user/max_user_namespaces; echo 0 > /proc/sys/user/max_pid_namespaces; exec \"$0\" check any -- x"])
        .arg(env!("CARGO_BIN_EXE_fastice"))
        .current_dir(workspace.path(""));
    let answer = workspace.text(&command.output().expect("unshare starts"));
    assert!(answer.starts_with("exit 0\n--- stdout\nprogram x\n  ended with status 0 in this machine, for it could not be isolated\n"), "{answer}");
    assert!(
        answer.contains("\nwarning[W0021]: the program ran on this machine itself"),
        "{answer}"
    );
}

/// `fastice check` says whether a program does the same with its start snapshot, and if not, why.
#[test]
fn a_program_that_its_snapshot_changes_is_told_why() {
    let workspace = Workspace::new();
    // What the collector knows when the module is imported: in a snapshot, everything; in a process, everything but the snapshot.
    workspace.file(
        "project/counted.py",
        "import gc\nMANY = len(gc.get_objects()) > 3000\n",
    );
    workspace.file(
        "project/__main__.py",
        "import gc, os, sys, time\n\
         import counted\n\
         what = sys.argv[1]\n\
         if what == 'same': print(object(), os.environ)\n\
         if what == 'time': print(time.time_ns())\n\
         if what == 'order': print({str(number) for number in range(100)})\n\
         if what == 'list': print('one'); print(len(gc.get_objects()) > 3000)\n",
    );
    workspace.run("build -q --no-check project -o program");
    let check = |what: &str| {
        let arguments = format!("check program --output-format json -- {what}");
        let (status, report) = json(&workspace, &arguments);
        (status, report["runs"][0]["snapshot"].clone())
    };
    let (status, same) = check("same");
    assert_eq!((status, &same["same"]), (Some(0), &Value::from(true)));
    assert_eq!(same["reason"], Value::Null);
    for (what, reason) in [("time", "varies"), ("order", "hash-seed")] {
        let (status, found) = check(what);
        assert_eq!(
            (status, &found["reason"]),
            (Some(0), &Value::from(reason)),
            "{found}"
        );
        assert_eq!(found["differences"][0]["what"], "stdout");
    }
    let (status, found) = check("list");
    assert_eq!(
        (status, &found["reason"]),
        (Some(1), &Value::from("interpreter"))
    );
    assert_eq!(
        found["differences"],
        serde_json::json!([{ "what": "stdout", "line": 2, "with": "False", "without": "True" }])
    );
    let text = workspace.run("check program -- list");
    for part in [
        "error[E0053]: `program list` does not do the same with its start snapshot and without",
        "stdout, line 2: `False`, without `True`",
        "gc.get_objects() does not list them",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let text = workspace.run("check program -- same");
    assert!(
        text.contains("does the same without its start snapshot"),
        "{text}"
    );
}
