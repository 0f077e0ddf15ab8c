//! Ctrl-C: the builder dies of the signal, its children with it, and nothing unfinished stays.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::Workspace;

/// A project whose build back end says who it is and then sleeps.
const PROJECT: &str = "[project]\nname = \"p\"\nversion = \"1\"\n[project.scripts]\np = \"p:main\"\n\
    [build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n";
const BACKEND: &str = "\
import os, time
def build_wheel(directory, settings=None, metadata=None):
    with open('started.part', 'w') as file:
        file.write(str(os.getpid()))
    os.rename('started.part', 'started')
    time.sleep(600)
prepare_metadata_for_build_wheel = build_wheel
";

/// How long something may take that takes a moment on an idle machine.
const LIMIT: Duration = Duration::from_mins(2);

/// Starts a build with a cache of its own, so that what it leaves there can be seen.
fn start(workspace: &Workspace, arguments: &[&str]) -> Child {
    let mut command: Command = workspace.fastice();
    command
        .args(arguments)
        .env("FASTICE_CACHE_DIR", workspace.path("cache"))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().expect("fastice starts")
}

fn interrupt(child: &Child) {
    let pid = Pid::from_child(child);
    kill_process(pid, Signal::INT).expect("the builder is there");
}

/// Waits until `condition` holds; the whole build would take far longer than this waits.
fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < LIMIT, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Temporary files and trees of ours anywhere in the workspace.
fn leftovers(workspace: &Workspace) -> Vec<String> {
    workspace
        .listing()
        .into_iter()
        .filter(|path| path.contains(".fastice-"))
        .collect()
}

#[test]
fn while_a_project_is_built() {
    let workspace = Workspace::new();
    workspace.file("p/pyproject.toml", PROJECT);
    workspace.file("p/backend.py", BACKEND);
    let mut child = start(&workspace, &["build", "p", "--installer", "pip"]);
    let started = workspace.path("p/started");
    wait_until("the back end runs", || {
        let ended = child.try_wait().expect("the builder can be asked");
        assert!(ended.is_none(), "the builder ended by itself: {ended:?}");
        started.exists()
    });
    let backend = fs_err::read_to_string(&started).expect("the back end wrote its process id");
    let process = Path::new("/proc").join(&backend);
    assert!(process.exists(), "the back end runs");

    interrupt(&child);
    let status = child.wait().expect("the builder can be waited for");

    assert_eq!(
        status.signal(),
        Some(2),
        "the builder dies of the signal: {status}"
    );
    wait_until("the back end is gone", || {
        let state = fs_err::read_to_string(process.join("stat")).unwrap_or_default();
        state.is_empty() || state.contains(") Z ")
    });
    assert!(
        leftovers(&workspace).is_empty(),
        "{:?}",
        leftovers(&workspace)
    );
    assert!(!workspace.path("dist").exists());
}

#[test]
fn at_any_moment_of_a_build() {
    for delay in [1, 30, 100, 200, 400, 600, 800, 1200] {
        let workspace = Workspace::new();
        workspace.file("script.py", "import json, sqlite3, email\nprint('whole')\n");
        let mut child = start(&workspace, &["build", "script.py"]);
        thread::sleep(Duration::from_millis(delay));
        // It may be done by then.
        let _ = kill_process(Pid::from_child(&child), Signal::INT);
        let status = child.wait().expect("the builder can be waited for");

        assert!(
            leftovers(&workspace).is_empty(),
            "after {delay} ms: {:?}",
            leftovers(&workspace)
        );
        let output = workspace.path("dist/script");
        if output.exists() {
            let output = Command::new(&output)
                .output()
                .expect("what is there is whole");
            assert_eq!(output.stdout, b"whole\n", "after {delay} ms");
        } else {
            assert_eq!(status.signal(), Some(2), "after {delay} ms: {status}");
            assert!(!workspace.path("dist").exists(), "after {delay} ms");
        }
    }
}
