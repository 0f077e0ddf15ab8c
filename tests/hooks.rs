//! Hooks of the runtime see in a frozen program what they see in `python`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use support::{Workspace, python, stderr, stdout};

/// The program, frozen once for all tests, with coverage.py and a native hook.
struct Subject {
    workspace: Workspace,
    program: PathBuf,
}

static SUBJECT: LazyLock<Subject> = LazyLock::new(|| {
    let workspace = Workspace::new();
    workspace
        .file("app/program.py", include_str!("hooks/program.py"))
        .file("app/helper.py", include_str!("hooks/helper.py"))
        .file("evalframe.c", include_str!("hooks/evalframe.c"))
        .file("audit.c", include_str!("hooks/audit.c"))
        .file("venv/pyvenv.cfg", "home = /usr/bin\nversion = 3.13.5\n");
    for name in ["evalframe", "audit"] {
        run(Command::new("gcc")
            .args(["-shared", "-fPIC", "-o"])
            .arg(workspace.path(&format!("app/{name}.so")))
            .arg(workspace.path(&format!("{name}.c"))));
    }
    run(workspace
        .command(&python())
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--root-user-action=ignore",
        ])
        .arg("--target")
        .arg(workspace.path("venv/lib/python3.13/site-packages"))
        .arg("coverage==7.10.7"));
    let program = workspace.freeze(&[
        "app/program.py",
        "--config",
        "audit-hooks=['app/audit.so:hook']",
        "--site",
        "venv",
        "--include-module",
        "xmlrpc.client",
        "--include-module",
        "json.tool",
        "--include-module",
        "importlib.resources",
    ]);
    Subject { workspace, program }
});

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

impl Subject {
    /// What the frozen program prints for `case`.
    fn frozen(&self, case: &str) -> String {
        let output = self
            .workspace
            .command(&self.program)
            .arg(case)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    }

    /// What the same program prints under `python -I -S`, with places as in the frozen one.
    fn unfrozen(&self, case: &str) -> String {
        let app = self.workspace.path("app");
        let site = self.workspace.path("venv/lib/python3.13/site-packages");
        let output = self
            .workspace
            .command(&python())
            .arg("-S")
            .arg(app.join("program.py"))
            .arg(case)
            .env("PYTHONPATH", &site)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output).replace(app.to_str().unwrap(), "/fastice/app")
    }

    /// Wants the same from both, and that it is not nothing.
    #[track_caller]
    fn same(&self, case: &str) -> String {
        let frozen = self.frozen(case);
        assert_eq!(frozen, self.unfrozen(case));
        assert!(frozen.lines().count() > 1, "{frozen}");
        frozen
    }
}

#[test]
fn audit_hooks_see_imports_and_files() {
    assert_eq!(SUBJECT.frozen("audit"), "True True True\nTrue\n");
}

/// `audit-hooks` of the configuration.
#[test]
fn a_native_audit_hook_is_there_before_python() {
    assert_eq!(
        SUBJECT.frozen("native_audit"),
        "b'marshal.loads' True True\n"
    );
}

#[test]
fn an_audit_hook_that_is_not_there_is_an_error() {
    let workspace = Workspace::new();
    workspace
        .file("app.py", "print('runs')\n")
        .file("data.so", "no library");
    for (hook, message) in [
        (
            "app/none.so:hook",
            "error[E0062]: the program has no file `app/none.so` for the audit hook `app/none.so:hook`",
        ),
        (
            "app/none.so",
            "cannot hold `app/none.so`: a hook is `FILE:FUNCTION`",
        ),
    ] {
        let output = workspace
            .command(std::path::Path::new(env!("CARGO_BIN_EXE_fastice")))
            .args([
                "build",
                "app.py",
                "--config",
                &format!("audit-hooks=['{hook}']"),
            ])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
    }
    // One that exists and cannot be added: the program does not run without it.
    let output = workspace
        .command(&workspace.freeze(&["app.py", "--config", "audit-hooks=['app/app.py:hook']"]))
        .output()
        .unwrap();
    assert_eq!((output.status.code(), &*stdout(&output)), (Some(70), ""));
    let message = stderr(&output);
    assert!(
        message.contains("the audit hook app/app.py:hook cannot be added: "),
        "{message}"
    );
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn trace_functions_see_each_line() {
    SUBJECT.same("settrace");
}

#[test]
fn profile_functions_see_each_call() {
    SUBJECT.same("setprofile");
}

#[test]
fn monitoring_sees_each_event() {
    SUBJECT.same("monitoring");
}

#[test]
fn coverage_measures_the_right_lines_and_reports_them() {
    let report = SUBJECT.same("coverage");
    assert!(report.contains("helper.py"), "{report}");
}

#[test]
fn frames_can_be_evaluated_by_an_extension_module() {
    assert_eq!(SUBJECT.frozen("eval_frame"), SUBJECT.unfrozen("eval_frame"));
    assert_ne!(SUBJECT.frozen("eval_frame"), "0\n");
}

/// With a lock of their own and with the common one.
#[test]
fn sub_interpreters_import_from_the_image() {
    let output = SUBJECT.frozen("subinterpreters");
    let cases: Vec<&str> = output.split("isolated None\n").collect();
    let [isolated, legacy] = cases[..] else {
        panic!("{output}");
    };
    assert_eq!(Some(isolated), legacy.strip_suffix("legacy None\n"));
    let lines: Vec<&str> = isolated.lines().collect();
    assert_eq!(lines[0], "[-1, 4] True (1,)");
    assert_eq!(lines[1], "ImageSourceLoader Quitter 3");
    assert!(
        lines[2].starts_with("True sys.flags(") && lines[2].contains("isolated=1"),
        "{output}"
    );
    assert!(
        lines[2].contains("['/fastice/app', '/fastice/lib/python313.zip'"),
        "{output}"
    );
    assert_eq!(lines[3], "No module named 'no_such_module'");
}

#[test]
fn objects_can_be_frozen_for_the_collector() {
    assert_eq!(SUBJECT.frozen("gc_freeze"), "True True\n0\n");
}

/// In the interpreters that a program starts.
#[test]
fn options_of_the_interpreter_work() {
    assert_eq!(
        SUBJECT.frozen("options"),
        "0 ['         _json', '       json.scanner', '     json.decoder', '     json.encoder', '   json', ' json.decoder']\n\
         (0, \"True ['default'] True\\n\", '')\n\
         0 True\n\
         0 3\n \n"
    );
}

/// The memory allocator is one of the things that the environment of a frozen program does not decide.
#[test]
fn the_allocator_is_chosen_by_the_environment_where_that_is_permitted() {
    let subject = &*SUBJECT;
    let ask = |program: &std::path::Path, arguments: &[&str]| {
        let output = subject
            .workspace
            .command(program)
            .args(arguments)
            .arg("allocator")
            .env("PYTHONMALLOC", "malloc_debug")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    };
    assert_eq!(ask(&subject.program, &[]), "b'pymalloc'\n");
    let script = subject.workspace.path("app/program.py");
    let script = script.to_str().unwrap();
    assert_eq!(ask(&python(), &[script]), "b'malloc_debug'\n");
    assert_eq!(ask(&python(), &["-E", script]), "b'pymalloc'\n");
}

#[test]
fn perf_gets_the_names_of_functions() {
    let names = SUBJECT.frozen("perf");
    assert!(names.contains("py::branch:/helper.py\n"), "{names}");
    assert!(names.contains("py::call:/helper.py\n"), "{names}");
}
