//! Distributions that need more than their own files: `templates/rules`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::process::Command;

use fastice_sandbox::EmptyRoot;
use support::{Workspace, stderr, stdout};

/// Builds `app.py` with one requirement; what was said.
fn build(workspace: &Workspace, requirement: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_fastice"))
        .current_dir(workspace.path("."))
        .args([
            "build",
            "app.py",
            "--output",
            "program",
            "--with",
            requirement,
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    stderr(&output)
}

/// It loads a library by name, which only its source tells, and this one its database, which nothing tells.
#[test]
fn python_magic_brings_its_library_and_database() {
    fastice_sandbox::permitted().unwrap();
    let workspace = Workspace::new();
    workspace.file(
        "app.py",
        "import magic\nprint(magic.from_buffer(b'GIF89a', mime=True), magic.from_file(__file__, mime=True))\n",
    );
    let said = build(&workspace, "python-magic==0.4.27");
    assert!(said.contains("libmagic.so.1"), "{said}");
    let root = EmptyRoot::new().unwrap();
    root.add(&workspace.path("program"), "app").unwrap();
    let output = root.command("/app").output().unwrap();
    assert_eq!(
        (stdout(&output).as_str(), stderr(&output).as_str()),
        ("image/gif text/plain\n", "")
    );
}

/// Where the database is, on Debian.
const DATABASE: [&str; 2] = ["/usr/lib/file", "/usr/share/misc"];

#[test]
fn a_missing_data_file_is_told() {
    fastice_sandbox::permitted().unwrap();
    let workspace = Workspace::new();
    workspace.file("app.py", "import magic\n");
    // A machine without them: empty directories lie over those of this one.
    let hide: Vec<String> = DATABASE
        .iter()
        .filter(|path| std::path::Path::new(path).is_dir())
        .map(|path| format!("mount -t tmpfs none {path} && "))
        .collect();
    let output = Command::new("unshare")
        .current_dir(workspace.path("."))
        .args(["--mount", "--map-root-user", "sh", "-c"])
        .arg(hide.concat() + "exec \"$@\"")
        .arg("sh")
        .arg(env!("CARGO_BIN_EXE_fastice"))
        .args([
            "build",
            "app.py",
            "--with",
            "python-magic==0.4.27",
            "--output",
            "program",
        ])
        .output()
        .unwrap();
    let said = stderr(&output);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("warning[W0007]: python-magic needs a file that this machine does not have: /usr/lib/file/magic.mgc or "),
        "{said}"
    );
}

/// Its driver is run by node, which must be able to read it.
#[test]
fn playwright_gets_real_files_when_the_user_wants_it() {
    let workspace = Workspace::new();
    workspace.file(
        "app.py",
        "import subprocess\n\
         from playwright._impl._driver import compute_driver_executable\n\
         command = [*compute_driver_executable(), '--version']\n\
         result = subprocess.run(command, capture_output=True, text=True)\n\
         print(result.returncode, result.stdout, end='')\n",
    );
    let said = build(&workspace, "playwright==1.52.0");
    let variable = "FASTICE_EXTRACT=lib/python3.13/site-packages/playwright/driver";
    assert!(
        said.contains("warning[W0008]: playwright needs files on the disk")
            && said.contains(variable),
        "{said}"
    );
    let (name, value) = variable.split_once('=').unwrap();
    let output = workspace
        .command(&workspace.path("program"))
        .env("FASTICE_CACHE_DIR", workspace.path("cache"))
        .env(name, value)
        .output()
        .unwrap();
    assert_eq!(stdout(&output), "0 Version 1.52.0\n", "{}", stderr(&output));
}
