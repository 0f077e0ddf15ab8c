//! Lock files, with uv from PyPI.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::Workspace;

/// A project that depends on a distribution without dependencies, of which there are many versions.
const PROJECT: &str = "[project]\nname = \"locked\"\nversion = \"1\"\nrequires-python = \">=3.13\"\n\
    dependencies = [\"six\"]\n";
const PROGRAM: &str = "import six\nprint(six.__version__)\n";

/// What the lock is made for, so that it differs from the newest version.
const OLD: &str = "\"six==1.16.0\"";

/// The directory that holds `uv`.
fn uv_directory() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("uv");
    if !directory.join("bin/uv").is_file() {
        let fresh = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .expect("the directory for tests can be written");
        let status = Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--target"])
            .arg(fresh.path())
            .arg("uv==0.9.11")
            .stdout(Stdio::null())
            .status()
            .expect("it starts");
        assert!(status.success(), "uv cannot be installed");
        // Another test process may have been faster.
        let _ = fs_err::rename(fresh.path(), &directory);
    }
    directory.join("bin")
}

struct Locks {
    workspace: Workspace,
    path: OsString,
}

impl Locks {
    /// A workspace with the project, its lock file of an old version, and uv on `PATH`.
    fn new() -> Self {
        let workspace = Workspace::new();
        workspace.file("p/pyproject.toml", PROJECT.replace("\"six\"", OLD));
        workspace.file("p/__main__.py", PROGRAM);
        let uv = uv_directory();
        let rest = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([uv].into_iter().chain(env::split_paths(&rest)))
            .expect("there is no colon in it");
        Self { workspace, path }
    }

    fn uv(&self, arguments: &[&str]) {
        let runtime = fastice::runtime::Pack::locate().expect("the tests are given a runtime");
        let status = Command::new("uv")
            .args(arguments)
            .arg("--quiet")
            .arg("--python")
            .arg(runtime.python())
            .current_dir(self.workspace.path("p"))
            .env("PATH", &self.path)
            .stdout(Stdio::null())
            .status()
            .expect("it starts");
        assert!(status.success(), "uv {arguments:?}");
    }

    /// Builds with these arguments, and says how: status and words, or what the program says.
    fn build(&self, arguments: &str) -> String {
        let mut command = self.workspace.fastice();
        let output = command
            .args(["build", "--quiet", "--snapshot", "off", "-o", "program"])
            .args(arguments.split(' '))
            .env("PATH", &self.path)
            .env_remove("PIP_NO_INDEX")
            .output()
            .expect("it starts");
        if !output.status.success() {
            return self.workspace.text(&output);
        }
        let program = Command::new(self.workspace.path("program"))
            .output()
            .expect("it starts");
        String::from_utf8(program.stdout).expect("it is a version")
    }
}

#[test]
fn a_lock_decides_versions() {
    let locks = Locks::new();
    for flag in ["--locked", "--frozen"] {
        let said = locks.build(&format!("p {flag}"));
        assert!(said.starts_with("exit 1\n"), "{said}");
        assert!(
            said.contains("error[E0035]: there is no lock file for the project `p`"),
            "{said}"
        );
    }
    locks.uv(&["lock"]);
    assert_eq!(locks.build("p --locked"), "1.16.0\n");

    // Other versions are allowed now, but those in the lock still fit what uv knows of the project.
    locks.workspace.file("p/pyproject.toml", PROJECT);
    let said = locks.build("p --locked");
    assert!(
        said.contains("error[E0036]: `p/uv.lock` does not fit"),
        "{said}"
    );
    assert_eq!(locks.build("p --frozen"), "1.16.0\n");
    assert_ne!(locks.build("p"), "1.16.0\n");
    let output = locks
        .workspace
        .fastice()
        .args([
            "build",
            "p",
            "--snapshot",
            "off",
            "--no-check",
            "-o",
            "program",
        ])
        .env("PATH", &locks.path)
        .env_remove("PIP_NO_INDEX")
        .output()
        .expect("it starts");
    let said = locks.workspace.text(&output);
    assert!(
        said.starts_with("exit 0\n") && said.contains("warning[W0009]: `p/uv.lock` does not fit"),
        "{said}"
    );

    locks.uv(&["lock"]);
    assert_eq!(locks.build("p"), "1.16.0\n");
    // Everything is in uv's cache by now.
    assert_eq!(locks.build("p --locked --offline"), "1.16.0\n");

    locks.uv(&[
        "export",
        "--format",
        "pylock.toml",
        "--output-file",
        "pylock.toml",
    ]);
    fs_err::remove_file(locks.workspace.path("p/uv.lock")).expect("uv made it");
    assert_eq!(locks.build("p --locked"), "1.16.0\n");
}

#[test]
fn hashes_are_a_lock() {
    let locks = Locks::new();
    let workspace = &locks.workspace;
    workspace.file("program.py", PROGRAM);
    let build = "program.py --locked -r requirements.txt";

    workspace.file("requirements.txt", "six==1.16.0\n");
    let said = locks.build(build);
    assert!(
        said.contains("error[E0035]: not every requirement has a hash"),
        "{said}"
    );

    let file = "six==1.16.0 --hash=sha256:8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254\n";
    workspace.file("requirements.txt", file);
    assert_eq!(locks.build(build), "1.16.0\n");

    // The tree of exact versions was kept.
    let output = workspace
        .fastice()
        .args(["build", "-v", "--no-check", "-o", "program"])
        .args(build.split(' '))
        .env("PATH", &locks.path)
        .env_remove("PIP_NO_INDEX")
        .output()
        .expect("it starts");
    let said = workspace.text(&output);
    assert!(said.contains("installed already: "), "{said}");

    workspace.file("requirements.txt", file.replace("e0254", "e0255"));
    let said = locks.build(build);
    assert!(
        said.contains("error[E0015]: a download is not what its hash says"),
        "{said}"
    );
}

#[test]
fn pip_reads_no_locks_and_needs_the_network() {
    let locks = Locks::new();
    locks.uv(&["lock"]);
    let said = locks.build("p --locked --installer pip");
    assert!(
        said.contains("error[E0018]: only uv can read `p/uv.lock`"),
        "{said}"
    );
    let said = locks.build("p --offline --installer pip");
    assert!(
        said.contains("error[E0018]: pip cannot install from its cache alone"),
        "{said}"
    );
}
