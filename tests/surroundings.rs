//! Machines of other distributions than the one that the runtime was built on, and machines that lack things.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::{Path, PathBuf};

use fastice_sandbox::EmptyRoot;
use support::{Workspace, stderr, stdout};

fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/surroundings")
        .join(name)
}

/// A certificate of an authority that nobody trusts.
fn authority() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/surroundings/authority.pem")
}

const TRUSTED: &str = "[{'commonName': 'Authority of a test'}]";

#[test]
fn certificates_are_found_where_each_distribution_has_them() {
    let workspace = Workspace::new();
    let executable = workspace.freeze(&[program("certificates.py")]);
    let run = |paths: &[&str]| {
        let mut root = EmptyRoot::new().unwrap();
        root.bind(&executable, "/program");
        for path in paths {
            root.bind(&authority(), path);
        }
        let output = root.command("/program").output().unwrap();
        assert_eq!(stderr(&output), "");
        stdout(&output)
    };
    let found = |file: &str, directory: &str| {
        format!("{file} {directory} {file} {directory}\n{TRUSTED}\n[]\n[]\n")
    };
    // Fedora, RHEL and their relatives.
    assert_eq!(
        run(&["/etc/pki/tls/cert.pem", "/etc/pki/tls/certs/ca-bundle.crt"]),
        found("/etc/pki/tls/cert.pem", "/etc/pki/tls/certs")
    );
    assert_eq!(
        run(&["/etc/pki/tls/certs/ca-bundle.crt"]),
        found("/etc/pki/tls/certs/ca-bundle.crt", "/etc/pki/tls/certs")
    );
    // openSUSE.
    assert_eq!(
        run(&["/etc/ssl/ca-bundle.pem", "/etc/ssl/certs/other.pem"]),
        found("/etc/ssl/ca-bundle.pem", "/etc/ssl/certs")
    );
    // Debian with only the file, as in small containers.
    assert_eq!(
        run(&["/etc/ssl/certs/ca-certificates.crt"]),
        found("/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs")
    );
    // Debian's own configuration comes before all others.
    assert_eq!(
        run(&["/usr/lib/ssl/cert.pem", "/etc/pki/tls/cert.pem"]),
        format!(
            "/usr/lib/ssl/cert.pem None /usr/lib/ssl/cert.pem /usr/lib/ssl/certs\n{TRUSTED}\n[]\n[]\n"
        )
    );
    // Nothing anywhere: nothing is trusted.
    assert_eq!(
        run(&[]),
        "None None /usr/lib/ssl/cert.pem /usr/lib/ssl/certs\n[]\n[]\n[]\n"
    );
}

#[test]
fn a_program_is_no_interpreter_for_an_environment() {
    let workspace = Workspace::new();
    workspace.file(
        "environment.py",
        "import subprocess, sys, venv\n\
         status = subprocess.run([sys.executable, '-m', 'venv', 'one']).returncode\n\
         print(status, flush=True)\n\
         venv.create('two')\n",
    );
    let executable = workspace.freeze(&["environment.py"]);
    let output = workspace.command(&executable).output().unwrap();
    let reason = "a frozen program is no interpreter for a virtual environment; run an installed one: python3 -m venv";
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(1), "1\n".to_owned())
    );
    let text = stderr(&output);
    assert!(
        text.starts_with(&format!("Error: one: {reason}\n")),
        "{text}"
    );
    assert!(
        text.ends_with(&format!("RuntimeError: two: {reason}\n")),
        "{text}"
    );
    assert!(!workspace.path("one").exists() && !workspace.path("two").exists());
}
