//! Frozen programs on other systems: with older and newer C libraries, and with files in other places.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fastice::runtime::Pack;
use fastice_sandbox::EmptyRoot;
use support::{Workspace, python};

/// The certificates of this machine.
const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// What is seen of a program.
fn seen(output: &Output) -> (Option<i32>, [String; 2]) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        [text(&output.stdout), text(&output.stderr)],
    )
}

/// Does the runtime claim to run on glibc 2.17? Only a release does.
fn runs_everywhere() -> bool {
    let manifest = Pack::locate().unwrap().manifest().unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    manifest["glibc"] == "2.17"
}

/// Runs programs in a minimal Debian of the release `suite` as here.
fn runs_in(suite: &str) {
    if !runs_everywhere() {
        return;
    }
    fastice_sandbox::permitted().unwrap();
    let cache = fastice::cache::directory().unwrap().join("systems");
    let system = fastice_sandbox::debian(suite, &cache).unwrap();
    let scripts: [(&str, &[&str]); 2] = [
        ("examples/hello/hello.py", &["Ann", "Zoë"]),
        ("tests/systems/everything.py", &[]),
    ];
    for (script, arguments) in scripts {
        let script = source(script);
        let workspace = Workspace::new();
        let program = workspace.freeze(&[&script]);
        let mut root = EmptyRoot::of_system(&system).unwrap();
        root.furnish();
        root.bind(&program, "/program");
        let frozen = root.command("/program").args(arguments).output().unwrap();
        let plain = Command::new(python())
            .arg("-B")
            .arg(&script)
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .output()
            .unwrap();
        assert_eq!(plain.status.code(), Some(0), "{:?}", seen(&plain));
        assert_eq!(seen(&frozen), seen(&plain));
    }
}

#[test]
fn debian_11() {
    runs_in("bullseye");
}

#[test]
fn debian_13() {
    runs_in("trixie");
}

/// What `certificates.py` prints in a root where the certificates of this machine lie at `path`.
fn certificates(program: &Path, path: Option<&str>) -> Vec<String> {
    let root = EmptyRoot::new().unwrap();
    root.add(program, "program").unwrap();
    if let Some(path) = path {
        root.add(Path::new(CERTIFICATES), path).unwrap();
    }
    let output = root.command("/program").output().unwrap();
    assert!(output.status.success(), "{:?}", seen(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn certificates_are_found_where_the_system_has_them() {
    fastice_sandbox::permitted().unwrap();
    let workspace = Workspace::new();
    let program = workspace.freeze(&[source("tests/systems/certificates.py")]);
    let places = [
        // Debian's OpenSSL, that of RHEL, Debian and Alpine, openSUSE, Alpine.
        "usr/lib/ssl/cert.pem",
        "etc/pki/tls/cert.pem",
        "etc/ssl/certs/ca-certificates.crt",
        "etc/pki/tls/certs/ca-bundle.crt",
        "etc/ssl/ca-bundle.pem",
        "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "etc/ssl/cert.pem",
    ];
    for place in places {
        let lines = certificates(&program, Some(place));
        assert!(lines[0].starts_with(&format!("/{place} ")), "{lines:?}");
        assert_eq!(lines[1..], ["True", "[]"], "{place}");
    }
    let none = certificates(&program, None);
    assert_eq!(
        none,
        ["/usr/lib/ssl/cert.pem /usr/lib/ssl/certs", "False", "[]"]
    );
}
