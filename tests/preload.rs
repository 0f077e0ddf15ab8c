//! Programs whose own imports are in their start snapshot behave as those that have none.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::Path;
use std::process::{Command, Output};

use support::{Workspace, stderr, stdout};

/// Puts the programs of `tests/preload` into a workspace.
fn programs(workspace: &Workspace) {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/preload");
    for entry in walkdir::WalkDir::new(&programs) {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(&programs).unwrap();
        if name.extension().is_some_and(|extension| extension == "py") {
            let text = fs_err::read_to_string(entry.path()).unwrap();
            workspace.file(&format!("app/{}", name.display()), &text);
        }
    }
}

/// Builds with a snapshot of the program's imports, and returns what the builder said.
fn build(workspace: &Workspace, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_fastice"))
        .current_dir(workspace.path("."))
        .args([
            "build",
            "--snapshot",
            "app",
            "--no-check",
            "--output",
            "program",
        ])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    stderr(&output)
}

/// What a command line of the shell does, with the snapshot and without.
fn both(workspace: &Workspace, shell: &str) -> [Output; 2] {
    ["1", "0"].map(|switch| {
        workspace
            .command(Path::new("/bin/sh"))
            .args(["-c", shell])
            .env("FASTICE_SNAPSHOT", switch)
            .output()
            .unwrap()
    })
}

#[track_caller]
fn same(workspace: &Workspace, shell: &str) -> String {
    let [with, without] = both(workspace, shell);
    let seen = |output: &Output| (output.status.code(), stdout(output), stderr(output));
    assert_eq!(seen(&with), seen(&without), "{shell}");
    stdout(&with)
}

fn is_used(workspace: &Workspace, shell: &str) -> bool {
    let mut command = workspace.command(Path::new("/bin/sh"));
    let command = command.args(["-c", shell]).env("FASTICE_TRACE", "startup");
    stderr(&command.output().unwrap()).contains("snapshot mapped")
}

fn contents(workspace: &Workspace) -> serde_json::Value {
    let output = Command::new(env!("CARGO_BIN_EXE_fastice"))
        .args(["inspect", "--output-format", "json"])
        .arg(workspace.path("program"))
        .output()
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    document["snapshot_contents"].clone()
}

/// What modules ask and do when they are imported comes to the same.
#[test]
fn awkward_imports_behave_alike() {
    let workspace = Workspace::new();
    programs(&workspace);
    let said = build(&workspace, &["app/main.py"]);
    let mut warnings: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("warning[W0041]: "))
        .collect();
    let told = warnings.len();
    warnings.sort_unstable();
    warnings.dedup();
    assert!(told > 0 && warnings.len() == told, "{said}");
    for shell in [
        "./program",
        "./program a 'b c'",
        "cd /; $OLDPWD/program",
        "HOME=/nowhere ./program",
        "env -i PATH=$PATH FASTICE_SNAPSHOT=$FASTICE_SNAPSHOT ./program",
        "./program < /dev/null 2>&1 | cat",
    ] {
        let out = same(&workspace, shell);
        assert!(
            out.contains("the end of") || out.contains("at the exit"),
            "{out}"
        );
    }
    assert!(is_used(&workspace, "./program"));
    let contents = contents(&workspace);
    let modules = contents["modules"].as_array().unwrap();
    for inside in ["json", "holders", "patches", "package", "clock"] {
        assert!(modules.iter().any(|name| name == inside), "{contents}");
    }
    for (outside, reason) in [("threads", "starts a thread"), ("printing", "prints")] {
        let left_out = contents["left_out"].as_array().unwrap();
        let one = left_out.iter().find(|one| one["module"] == outside);
        assert!(one.unwrap()["reason"].as_str().unwrap().starts_with(reason));
    }
    // A variable that a module in the snapshot has read is another one: an ordinary start.
    same(&workspace, "AWKWARD_QUIET=1 AWKWARD_LEVEL=7 ./program");
    // The same input gives the same bytes.
    let bytes = fs_err::read(workspace.path("program")).unwrap();
    build(&workspace, &["app/main.py"]);
    assert!(fs_err::read(workspace.path("program")).unwrap() == bytes);
}

/// A variable that a module in the snapshot has read decides whether it is used.
#[test]
fn variables_that_were_read_are_compared() {
    let workspace = Workspace::new();
    workspace.file(
        "app/settings.py",
        "import os\nDEBUG = os.environ.get('APP_DEBUG')\nLEVEL = 10 if DEBUG else 20\n",
    );
    workspace.file("app/main.py", "import settings\nprint(settings.LEVEL)\n");
    build(&workspace, &["app/main.py"]);
    assert_eq!(same(&workspace, "./program"), "20\n");
    assert_eq!(same(&workspace, "APP_DEBUG=1 ./program"), "10\n");
    assert!(is_used(&workspace, "./program"));
    assert!(!is_used(&workspace, "APP_DEBUG=1 ./program"));
}

/// A snapshot with holes is not used, and `verify` tells.
#[test]
fn damaged_snapshots_are_not_used() {
    let workspace = Workspace::new();
    workspace.file("app/main.py", "import json\nprint(json.dumps([1]))\n");
    build(&workspace, &["app/main.py"]);
    let program = workspace.path("program");
    let bytes = fs_err::read(&program).unwrap();
    let image = fastice_image::Image::open(&bytes).unwrap();
    let data = image.header().snapshot.as_ref().unwrap().data;
    let begin = usize::try_from(data.offset).unwrap();
    let end = begin + usize::try_from(data.len).unwrap();
    for at in (begin..end - (128 << 10)).step_by(1 << 20) {
        let mut damaged = bytes.clone();
        damaged[at..at + (128 << 10)].fill(0);
        let program = workspace.executable("damaged", &damaged);
        let output = workspace.command(&program).output().unwrap();
        assert_eq!(stdout(&output), "[1]\n", "at {at}: {}", stderr(&output));
        assert!(output.status.success());
    }
    assert!(!is_used(&workspace, "./damaged"));
    let output = Command::new(env!("CARGO_BIN_EXE_fastice"))
        .arg("verify")
        .arg(workspace.path("damaged"))
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(stderr(&output).contains("snapshot"), "{}", stderr(&output));
}

/// What was asked for is there, with what it imports; a module that fails is the program's own matter.
#[test]
fn modules_can_be_named() {
    let workspace = Workspace::new();
    workspace.file(
        "app/late.py",
        "import decimal\nVALUE = decimal.Decimal(1)\n",
    );
    workspace.file(
        "app/fails.py",
        "import os\nHERE = os.listdir('/nowhere/at/all')\n",
    );
    workspace.file(
        "app/main.py",
        "# /// script\n\
         # [tool.fastice.snapshot]\n\
         # preload = ['late', 'fails']\n\
         # ///\n\
         def main():\n\
         \x20   import late\n\
         \x20   print(late.VALUE)\n\
         \x20   try:\n\
         \x20       import fails\n\
         \x20   except FileNotFoundError as error:\n\
         \x20       print(error)\n\
         main()\n",
    );
    build(&workspace, &["app/main.py"]);
    same(&workspace, "./program");
    let contents = contents(&workspace);
    let modules = contents["modules"].as_array().unwrap();
    let has = |wanted: &str| modules.iter().any(|name| name == wanted);
    assert!(has("late") && has("decimal") && !has("fails"), "{contents}");
}

#[test]
fn the_imports_of_a_console_script_are_in_the_snapshot() {
    let workspace = Workspace::new();
    workspace
        .file(
            "pyproject.toml",
            "[build-system]\nrequires = [\"setuptools==80.9.0\"]\nbuild-backend = \"setuptools.build_meta\"\n\
             [project]\nname = \"tool\"\nversion = \"1\"\nscripts.tool = \"tool.cli:main\"\n\
             [tool.setuptools]\npackages = [\"tool\"]\n",
        )
        .file("tool/__init__.py", "")
        .file(
            "tool/cli.py",
            "import csv, sys\n\ndef main():\n    print(csv.__name__, sys.argv[1:])\n    return 3\n",
        );
    build(&workspace, &["."]);
    let inside = contents(&workspace)["modules"].to_string();
    assert!(
        inside.contains("\"tool.cli\"") && inside.contains("\"csv\""),
        "{inside}"
    );
    assert!(is_used(&workspace, "./program"));
    assert_eq!(same(&workspace, "./program one"), "csv ['one']\n");
}

/// What a rule says of a random number of rich: it is another in each process, and the module is inside all the same.
#[test]
fn a_counter_that_begins_at_random_is_computed_anew() {
    let workspace = Workspace::new();
    workspace.file(
        "app/links.py",
        "# /// script\n# dependencies = [\"rich==15.0.0\"]\n# ///\n\
         from rich import style\nprint(style.Style(link='https://example.org').link_id)\n",
    );
    build(&workspace, &["app/links.py"]);
    assert!(
        contents(&workspace)["modules"]
            .to_string()
            .contains("\"rich.style\"")
    );
    assert!(is_used(&workspace, "./program"));
    let run = || {
        stdout(
            &workspace
                .command(&workspace.path("program"))
                .output()
                .unwrap(),
        )
    };
    assert_ne!(run(), run());
}
