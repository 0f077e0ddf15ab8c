//! What programs do every day with their files, modules and child processes: the same lines under plain Python and frozen.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use support::{Workspace, stderr, stdout};

/// `tests/everyday/pkg` has some 75 probes.
#[test]
fn probes_see_no_difference() {
    let workspace = Workspace::new();
    let source = "tests/everyday/pkg";
    for entry in walkdir::WalkDir::new(source) {
        let path = entry.unwrap().into_path();
        if path.is_file() {
            let name = path.strip_prefix("tests/everyday").unwrap();
            let target = workspace.path(name.to_str().unwrap());
            fs_err::create_dir_all(target.parent().unwrap()).unwrap();
            fs_err::copy(&path, target).unwrap();
        }
    }
    let program = workspace.freeze(&["-m", "pkg"]);
    let frozen = workspace.command(&program).arg("x").output().unwrap();
    let without = workspace
        .command(&program)
        .arg("x")
        .env("FASTICE_SNAPSHOT", "0")
        .output()
        .unwrap();
    let plain = workspace
        .command(&support::python())
        .args(["-P", "-B", "-m", "pkg", "x"])
        .env("PYTHONPATH", workspace.path("."))
        .output()
        .unwrap();
    for frozen in [&frozen, &without] {
        let (plain, frozen) = (stdout(&plain), stdout(frozen));
        let differences: Vec<(&str, &str)> = plain
            .lines()
            .zip(frozen.lines())
            .filter(|(plain, frozen)| plain != frozen)
            .collect();
        assert!(differences.is_empty(), "plain, frozen: {differences:#?}");
        assert_eq!(plain.lines().count(), frozen.lines().count());
        assert!(plain.lines().count() > 70, "{plain}");
    }
    assert_eq!(stderr(&frozen), stderr(&plain));
}
