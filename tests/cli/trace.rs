//! `fastice trace`, and builds that take what it recorded.

use serde_json::Value;

use crate::support::Workspace;

/// Imports what a file names, and reads data beside it.
const PLUGINS: &str = "\
import importlib, os, sys
here = os.path.dirname(os.path.abspath(__file__))
for name in open(os.path.join(here, 'plugins.txt')):
    print(importlib.import_module(name.strip()).__name__)
sys.exit(3)
";

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.file("plugins.py", PLUGINS);
    workspace.file("plugins.txt", "wave\nhelper\n");
    workspace.file("helper.py", "import colorsys\n");
    workspace
}

#[test]
fn a_build_takes_what_a_traced_run_needed() {
    let workspace = workspace();
    let traced = workspace.run("trace -- plugins.py");
    assert!(
        traced.starts_with("exit 3\n--- stdout\nwave\nhelper\n--- stderr\nfastice-trace.json: "),
        "the command's own output and status: {traced}"
    );
    let text = fs_err::read_to_string(workspace.path("fastice-trace.json")).unwrap();
    let trace: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(trace["schema"], 1);
    assert!(
        trace["modules"]["helper"]
            .as_str()
            .unwrap()
            .ends_with("/helper.py"),
        "{trace}"
    );
    assert!(
        trace["files"][0]
            .as_str()
            .unwrap()
            .ends_with("/plugins.txt"),
        "{trace}"
    );

    workspace.run("build -q plugins.py -o without");
    let without = workspace.run("check without -- x");
    assert!(without.contains("FileNotFoundError"), "{without}");
    assert_eq!(
        workspace.run("build -q plugins.py -o with --trace fastice-trace.json"),
        "exit 0\n"
    );
    let mut command = workspace.fastice();
    let output = command
        .args(["check", "with", "--output-format", "json", "--", "x"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let run = &report["runs"][0];
    assert_eq!(
        (&run["status"], &run["stdout"]),
        (&3.into(), &"wave\nhelper\n".into()),
        "{run}"
    );
    assert!(
        workspace
            .run("why with wave")
            .contains("\n  a traced run imported it\n")
    );
}

#[test]
fn a_trace_knows_children_libraries_and_programs() {
    let workspace = Workspace::new();
    workspace.file(
        "parent.py",
        "import subprocess, sys, ctypes\nctypes.CDLL('libc.so.6')\nsubprocess.run([sys.executable, '-c', 'import cmath, calendar'])\n",
    );
    let traced = workspace.run("trace -o run.json parent.py");
    assert!(traced.starts_with("exit 0\n"), "{traced}");
    let text = fs_err::read_to_string(workspace.path("run.json")).unwrap();
    let trace: Value = serde_json::from_str(&text).expect("it is JSON");
    assert!(
        trace["modules"]["calendar"].is_string(),
        "the child imported it: {trace}"
    );
    assert!(
        trace["libraries"]
            .as_array()
            .unwrap()
            .contains(&"libc.so.6".into()),
        "{trace}"
    );
    assert_eq!(trace["programs"].as_array().unwrap().len(), 1, "{trace}");
    assert!(
        trace["modules"]
            .get("sitecustomize")
            .is_none_or(Value::is_null),
        "{trace}"
    );
}

#[test]
fn what_is_no_trace_is_refused() {
    let workspace = workspace();
    let missing = workspace.run("build plugins.py --trace run.json");
    assert!(
        missing.starts_with(
            "exit 1\n--- stderr\nerror[E0085]: the trace `run.json` cannot be read\n  cause: "
        ),
        "{missing}"
    );
    workspace.file(
        "run.json",
        "{\"schema\": 9, \"modules\": {}, \"files\": [], \"libraries\": [], \"programs\": []}",
    );
    assert!(
        workspace
            .run("build plugins.py --trace run.json")
            .contains("its schema is 9, not 1")
    );
    let nothing = workspace.run("trace -- true");
    assert!(
        nothing.contains("warning[W0023]: nothing was recorded into `fastice-trace.json`"),
        "{nothing}"
    );
    assert!(
        workspace
            .run("trace -- nosuchcommand")
            .contains("error[E0050]: nosuchcommand cannot be started")
    );
}
