//! What a frozen program starts with `sys.executable`, and what its user starts, compared with `python`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use support::{Workspace, python, stderr, stdout};

/// Much longer than any of these programs needs; what runs longer hangs.
const TIMEOUT: Duration = Duration::from_mins(2);

/// A workspace with the files of `tests/processes` in `app`.
fn workspace() -> Workspace {
    let workspace = Workspace::new();
    let apps = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/processes");
    for entry in walkdir::WalkDir::new(&apps) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(&apps).unwrap();
            let text = fs_err::read_to_string(entry.path()).unwrap();
            workspace.file(Path::new("app").join(path).to_str().unwrap(), &text);
        }
    }
    workspace
}

/// Runs a command in the directory `app` of the workspace. One that does not end is killed, and fails the test.
fn run(command: &mut Command) -> Output {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read_out = thread::spawn(move || read(&mut out));
    let read_err = thread::spawn(move || read(&mut err));
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begin.elapsed() > TIMEOUT {
            child.kill().unwrap();
            panic!("{command:?} does not end");
        }
        thread::sleep(Duration::from_millis(5));
    };
    Output {
        status,
        stdout: read_out.join().unwrap(),
        stderr: read_err.join().unwrap(),
    }
}

fn read(stream: &mut impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    bytes
}

/// `program ARGUMENTS…` in the directory `app`.
fn command(workspace: &Workspace, program: &Path, arguments: &[&str]) -> Command {
    let mut command = workspace.command(program);
    command
        .current_dir(workspace.path("app"))
        .args(arguments)
        .env_remove("FASTICE_RUNTIME")
        .env_remove("FASTICE_PLAIN_PYTHON")
        .env_remove("FASTICE_HARDENED_RUNTIME");
    command
}

/// Status and both outputs, with the places that must differ made equal.
fn seen(workspace: &Workspace, program: &Path, output: &Output) -> (Option<i32>, String, String) {
    let (app, program) = (workspace.path("app"), program.display().to_string());
    let text = |text: String| {
        text.replace(&program, "python")
            .replace(&app.display().to_string(), "/fastice/app")
    };
    (
        output.status.code(),
        text(stdout(output)),
        text(stderr(output)),
    )
}

/// Wants the same from `program ARGUMENTS…` and from `python PYTHON_ARGUMENTS… ARGUMENTS…`.
#[track_caller]
fn same(workspace: &Workspace, program: &Path, python_arguments: &[&str], arguments: &[&str]) {
    let python = fs_err::canonicalize(python()).unwrap();
    let mut expected = command(workspace, &python, python_arguments);
    let expected = run(expected.args(arguments).env("PYTHONDONTWRITEBYTECODE", "1"));
    let actual = run(&mut command(workspace, program, arguments));
    assert_eq!(
        seen(workspace, program, &actual),
        seen(workspace, &python, &expected)
    );
}

/// Freezes one of the programs.
fn freeze(workspace: &Workspace, arguments: &[&str]) -> PathBuf {
    fs_err::canonicalize(workspace.freeze(arguments)).unwrap()
}

#[test]
fn workers_start_by_every_method() {
    let workspace = workspace();
    let program = freeze(&workspace, &["app/workers.py"]);
    same(
        &workspace,
        &program,
        &["workers.py"],
        &["fork", "spawn", "forkserver"],
    );
}

#[test]
fn workers_of_a_package_import_it_by_name() {
    let workspace = workspace();
    let text = fs_err::read_to_string(workspace.path("app/workers.py")).unwrap();
    workspace
        .file("app/package/__init__.py", "")
        .file("app/package/workers.py", &text);
    let program = freeze(&workspace, &["-m", "package.workers", "app"]);
    same(&workspace, &program, &["-m", "package.workers"], &["spawn"]);
}

#[test]
fn workers_of_a_console_script_find_it() {
    let workspace = workspace();
    let program = freeze(&workspace, &["--entry", "workers:main", "app"]);
    // As pip writes it.
    workspace.file(
        "bin/program",
        "import sys\nfrom workers import main\nif __name__ == '__main__':\n    sys.exit(main())\n",
    );
    let script = workspace.path("bin/program");
    let python = python();
    let mut expected = command(&workspace, &python, &[script.to_str().unwrap(), "spawn"]);
    let expected = run(expected
        .env("PYTHONPATH", workspace.path("app"))
        .env("PYTHONDONTWRITEBYTECODE", "1"));
    let actual = run(&mut command(&workspace, &program, &["spawn"]));
    assert_eq!(
        seen(&workspace, &program, &actual),
        seen(&workspace, &python, &expected)
    );
}

#[test]
fn a_program_that_means_python_gets_python() {
    let workspace = workspace();
    let program = freeze(
        &workspace,
        &["app/commands.py", "--include-module", "json.tool"],
    );
    same(&workspace, &program, &["-u", "commands.py"], &[]);
}

#[test]
fn a_program_without_a_module_says_so() {
    let workspace = workspace();
    workspace.file(
        "app/module.py",
        "import subprocess, sys\n\
         sys.exit(subprocess.run([sys.executable, '-m', sys.argv[1], '--version']).returncode)\n",
    );
    let program = freeze(&workspace, &["app/module.py", "--exclude-module", "pdb"]);
    // As python says it.
    let missing = "No module named pip";
    // With the remedy, if there is one.
    let left_out = "Error while finding module specification for 'pdb' (ModuleNotFoundError: No module named 'pdb'; \
                    it was left out of this executable: rebuild with --include-module pdb)";
    for (module, message) in [("pip", missing), ("pdb", left_out)] {
        let output = run(&mut command(&workspace, &program, &[module]));
        assert_eq!(
            (output.status.code(), stderr(&output)),
            (Some(1), format!("{}: {message}\n", program.display()))
        );
    }
}

#[test]
fn workers_of_an_unguarded_script_fail_as_in_python() {
    let workspace = workspace();
    workspace.file(
        "app/unguarded.py",
        "import multiprocessing\n\
         process = multiprocessing.get_context('spawn').Process(target=print)\n\
         process.start()\n\
         process.join()\n\
         print(process.exitcode)\n",
    );
    let program = freeze(&workspace, &["app/unguarded.py"]);
    same(&workspace, &program, &["unguarded.py"], &[]);
}

#[test]
fn the_arguments_of_a_program_are_its_own() {
    let workspace = workspace();
    let program = freeze(&workspace, &["app/arguments.py"]);
    let other = workspace.path("other");
    fs_err::rename(&program, &other).unwrap();
    let elsewhere = freeze(&workspace, &["app/elsewhere.py"]);
    let cases: [&[&str]; 6] = [
        &["-c", "code"],
        &["-m", "pip"],
        &["-I", "script.py"],
        &["script.py"],
        &["-"],
        &["--multiprocessing-fork", "tracker_fd=8", "pipe_handle=10"],
    ];
    for case in cases {
        let line = format!("{case:?} []\n").replace('"', "'");
        let output = run(&mut command(&workspace, &other, case));
        assert_eq!(
            (stdout(&output), stderr(&output)),
            (line.clone(), String::new())
        );
        // A marker that stems from anywhere else counts for nothing, and is not passed on.
        for marker in ["1:2:3:0:no", "1:2:40:0:program", "", "nonsense"] {
            let output = run(command(&workspace, &other, case).env("FASTICE_CHILD", marker));
            assert_eq!(
                (stdout(&output), stderr(&output)),
                (line.clone(), String::new())
            );
        }
        // Another frozen program starts it, directly and by shells.
        let output = run(command(&workspace, &elsewhere, &[other.to_str().unwrap()]).args(case));
        let lines = stdout(&output);
        assert_eq!(stderr(&output), "");
        assert_eq!(lines, line.repeat(4));
    }
}

#[test]
fn a_program_that_means_itself_gets_itself() {
    let workspace = workspace();
    let program = freeze(&workspace, &["app/restarts.py"]);
    let directory = program.parent().unwrap();
    for way in ["script", "options", "path", "arguments"] {
        for called in ["./program", program.to_str().unwrap(), "program"] {
            let output = run(workspace
                .command(Path::new(called))
                .current_dir(directory)
                .env("PATH", directory)
                .args(["2", way, "-c", "x"]));
            assert_eq!(stderr(&output), "", "{way} {called}");
            assert_eq!(
                stdout(&output),
                format!("program 2 {way} -c x\nprogram 1 {way} -c x\nprogram 0 {way} -c x\n"),
                "{way} {called}"
            );
        }
    }
    let output = run(&mut command(&workspace, &program, &["-c", "x"]));
    assert_eq!(
        (stdout(&output), stderr(&output)),
        ("-c x\n-c x\n".into(), String::new())
    );
}

#[test]
fn a_program_that_starts_itself_without_end_is_stopped() {
    let workspace = workspace();
    let program = freeze(&workspace, &["app/restarts.py"]);
    let output = run(&mut command(&workspace, &program, &["1000", "arguments"]));
    assert_eq!(output.status.code(), Some(70));
    assert_eq!(
        stderr(&output),
        "program: stopped: this program has started itself from itself, 32 processes deep\n"
    );
    // One process that becomes itself is not many.
    let output = run(&mut command(&workspace, &program, &["50", "script"]));
    assert_eq!(
        (stderr(&output), stdout(&output).lines().count()),
        (String::new(), 51)
    );
}

#[test]
fn a_program_whose_file_is_gone_starts_workers() {
    let workspace = workspace();
    for how in ["renamed", "deleted"] {
        let program = freeze(&workspace, &["app/missing.py"]);
        let output = run(&mut command(&workspace, &program, &[how]));
        assert_eq!(
            (stdout(&output), stderr(&output)),
            ("[1, 4, 9]\n['-c']\n".into(), String::new())
        );
    }
}

#[test]
fn an_interpreter_in_a_program_is_isolated_as_it_is() {
    let workspace = workspace();
    workspace
        .file(
            "app/isolation.py",
            "import subprocess, sys\n\
             def run(*arguments):\n    subprocess.run([sys.executable, *arguments], check=True)\n\
             print(sys.path, flush=True)\n\
             run('-c', 'import sys; print(sys.path); print(sys.prefix, sys.flags.isolated, exit)')\n\
             run('-c', 'import sys, inside; print(inside.__file__, sys.executable == sys._base_executable)')\n\
             run('-m', 'inside')\n",
        )
        .file("app/inside.py", "if __name__ == '__main__': print(__file__, __spec__.name)\n")
        .file("elsewhere/sitecustomize.py", "print('sitecustomize')")
        .file("elsewhere/inside.py", "print('from outside')");
    let program = freeze(&workspace, &["-m", "isolation", "app"]);
    let output = run(command(&workspace, &program, &[])
        .current_dir(workspace.path("elsewhere"))
        .env("PYTHONPATH", workspace.path("elsewhere"))
        .env("PYTHONVERBOSE", "1")
        .env("PYTHONSTARTUP", "inside.py"));
    assert_eq!(stderr(&output), "");
    let text = stdout(&output);
    let (path, rest) = text.split_once('\n').unwrap();
    assert_eq!(
        rest,
        format!(
            "{path}\n/fastice 1 Use exit() or Ctrl-D (i.e. EOF) to exit\n\
             /fastice/app/inside.py True\n/fastice/app/inside.py inside\n"
        )
    );
}

#[test]
fn signals_do_what_they_do_to_python() {
    let workspace = workspace();
    workspace.file(
        "app/signals.py",
        "import os, signal, subprocess, sys, time\n\
         if sys.argv[1] == 'pipe':\n    \
             print('first', flush=True)\n    \
             time.sleep(0.3)\n    \
             print('second', flush=True)\n\
         child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n\
         child.send_signal(int(sys.argv[1]))\n\
         print(child.wait(), flush=True)\n\
         os.kill(os.getpid(), int(sys.argv[1]))\n\
         time.sleep(60)\n",
    );
    let program = freeze(&workspace, &["app/signals.py"]);
    let python = fs_err::canonicalize(python()).unwrap();
    for signal in [15, 9, 10] {
        let number = signal.to_string();
        let expected = run(&mut command(&workspace, &python, &["signals.py", &number]));
        let actual = run(&mut command(&workspace, &program, &[&number]));
        assert_eq!(actual.status.signal(), Some(signal));
        assert_eq!(expected.status, actual.status);
        assert_eq!(
            seen(&workspace, &program, &actual),
            seen(&workspace, &python, &expected)
        );
    }
    // A reader that goes away.
    let mut ends = [
        (&python, vec!["signals.py", "pipe"]),
        (&program, vec!["pipe"]),
    ]
    .into_iter()
    .map(|(file, arguments)| {
        let mut child = command(&workspace, file, &arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 6];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        seen(&workspace, file, &output)
    });
    let (expected, actual) = (ends.next().unwrap(), ends.next().unwrap());
    assert_eq!(actual.0, expected.0);
    assert!(actual.2.contains("BrokenPipeError"), "{}", actual.2);
    assert_eq!(actual.2, expected.2);
}
