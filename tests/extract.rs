//! Files of the executable on the disk, for those who need a real path.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use support::{Workspace, stderr, stdout};

/// A script that looks for a file beside itself.
const SCRIPT: &str = "#!/bin/sh\ncat \"$(dirname \"$0\")/words.txt\"\n";

/// A workspace with `app` and data in it, frozen.
fn freeze(main: &str) -> (Workspace, PathBuf) {
    let workspace = Workspace::new();
    workspace
        .file("app/__main__.py", main)
        .file("app/data/words.txt", "words\n")
        .file("app/data/show.sh", SCRIPT);
    let script = workspace.path("app/data/show.sh");
    fs_err::set_permissions(script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = workspace.freeze(&["app"]);
    (workspace, program)
}

/// Runs the program with a cache in the workspace.
fn run(workspace: &Workspace, program: &std::path::Path, extract: Option<&str>) -> Output {
    let mut command = workspace.command(program);
    command.env("FASTICE_CACHE_DIR", workspace.path("cache"));
    if let Some(extract) = extract {
        command.env("FASTICE_EXTRACT", extract);
    }
    command.output().unwrap()
}

/// Runs `fastice cache` with the cache in the workspace.
fn cache(workspace: &Workspace, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_fastice"))
        .env("FASTICE_CACHE_DIR", workspace.path("cache"))
        .arg("cache")
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output) + &stderr(&output)
}

/// The entries that executables have put into the cache.
fn entries(workspace: &Workspace) -> usize {
    fs_err::read_dir(workspace.path("cache/extracted")).map_or(0, Iterator::count)
}

#[test]
fn files_and_directories_are_extracted_once() {
    let (workspace, program) = freeze(
        r#"
import os
import subprocess
from fastice import extract

here = os.path.dirname(__file__)
directory = extract(f"{here}/data")
print(sorted(os.listdir(directory)), os.path.basename(directory))
print(subprocess.run([f"{directory}/show.sh"], capture_output=True, text=True).stdout, end="")
words = extract(os.path.join(here, "data", "words.txt"))
print(open(words).read(), end="")
os.chdir(f"{here}/data")
print(extract("words.txt") == words, oct(os.stat(words).st_mode & 0o777), extract("/etc/hostname"))
try:
    extract(f"{here}/nothing")
except FileNotFoundError as error:
    print(error)
"#,
    );
    let expected = "['show.sh', 'words.txt'] data\nwords\nwords\nTrue 0o444 /etc/hostname\n\
                    [Errno 2] No such file or directory: '/fastice/app/nothing'\n";
    for _ in 0..2 {
        let output = run(&workspace, &program, None);
        assert_eq!(
            (stdout(&output).as_str(), stderr(&output).as_str()),
            (expected, "")
        );
        assert_eq!(entries(&workspace), 2);
    }
    // What is no longer whole is made again.
    let damaged = glob(&workspace, "words.txt");
    for file in &damaged {
        fs_err::remove_file(file).unwrap();
    }
    assert_eq!(stdout(&run(&workspace, &program, None)), expected);
    assert_eq!(damaged.len(), 2);
    assert!(damaged.iter().all(|file| file.exists()));

    assert!(cache(&workspace, &["size"]).contains(" extracted (3 files)\n"));
    assert_eq!(
        cache(&workspace, &["dir"]).trim(),
        workspace.path("cache").to_string_lossy()
    );
    assert!(cache(&workspace, &["prune"]).starts_with("removed 0 files"));
    assert!(cache(&workspace, &["prune", "--all"]).starts_with("removed 3 files"));
    assert_eq!(entries(&workspace), 0);
}

/// The files of this name in the cache.
fn glob(workspace: &Workspace, name: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(workspace.path("cache/extracted")).unwrap() {
        let entry = entry.unwrap().path();
        for path in [entry.join(name), entry.join("data").join(name)] {
            if path.exists() {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn other_programs_get_real_paths_if_the_user_wants_it() {
    let (workspace, program) = freeze(
        r#"
import os
import subprocess

data = os.path.join(os.path.dirname(__file__), "data")
for command in ["cat", f"{data}/words.txt"], [f"{data}/show.sh"], ["sh", f"{data}/show.sh"]:
    # By posix_spawn(), and by fork() and execve().
    for options in {}, {"cwd": "/"}:
        result = subprocess.run(command, capture_output=True, text=True, **options)
        print(result.returncode, result.stdout, end="")
print(os.path.exists(f"{data}/words.txt"), data)
"#,
    );
    let output = run(&workspace, &program, Some("app/data"));
    let expected = "0 words\n".repeat(6) + "True /fastice/app/data\n";
    assert_eq!((stdout(&output), stderr(&output).as_str()), (expected, ""));
    assert_eq!(entries(&workspace), 1);
    // Without, nothing is written.
    cache(&workspace, &["prune", "--all"]);
    let output = run(&workspace, &program, None);
    assert!(stdout(&output).starts_with("1 1 "), "{}", stdout(&output));
    assert_eq!(entries(&workspace), 0);

    let output = run(&workspace, &program, Some("app/nothing"));
    assert_eq!(
        (output.status.code(), stderr(&output).as_str()),
        (
            Some(70),
            "program: FASTICE_EXTRACT: `app/nothing` cannot be extracted: No such file or directory (os error 2)\n"
        )
    );
}

#[test]
fn a_cache_that_others_can_write_to_is_not_used() {
    let (workspace, program) = freeze("import fastice\nprint(fastice.extract(__file__))\n");
    let directory = workspace.path("cache/extracted");
    fs_err::create_dir_all(&directory).unwrap();
    fs_err::set_permissions(&directory, std::fs::Permissions::from_mode(0o777)).unwrap();
    let output = run(&workspace, &program, None);
    assert!(
        stderr(&output).contains("is not a directory that only its user can write to"),
        "{}",
        stderr(&output)
    );
    assert_eq!(entries(&workspace), 0);
}

#[test]
fn a_module_of_the_same_name_is_the_programs() {
    let (workspace, program) = freeze("import fastice\nprint(fastice.__file__)\n");
    assert_eq!(
        stdout(&run(&workspace, &program, None)),
        "/fastice/lib/python3.13/fastice.py\n"
    );
    workspace.file("app/fastice.py", "");
    let program = workspace.freeze(&["app"]);
    assert_eq!(
        stdout(&run(&workspace, &program, None)),
        "/fastice/app/fastice.py\n"
    );
}
