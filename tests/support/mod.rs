//! What the end-to-end tests share: a directory to write a program in, the real `fastice` to freeze it with, and the interpreter of
//! the same runtime to compare it with.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test file uses its own part")]

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use fastice::runtime::Pack;
use tempfile::TempDir;

/// A temporary directory with a program in it.
pub(crate) struct Workspace {
    directory: TempDir,
}

impl Workspace {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::Builder::new()
                .prefix("fastice-test-")
                .tempdir()
                .unwrap(),
        }
    }

    /// The absolute path of a file in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file, and its directories.
    pub(crate) fn file(&self, name: &str, text: &str) -> &Self {
        let path = self.path(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
        self
    }

    /// Writes an executable. Another process does it: while this one had the file open for writing, a child that another
    /// thread starts could hold it a moment longer, and the kernel executes no file that somebody writes to.
    pub(crate) fn executable(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        let mut install = Command::new("install")
            .args(["-m", "755", "/dev/stdin"])
            .arg(&path)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        install.stdin.take().unwrap().write_all(bytes).unwrap();
        assert!(install.wait().unwrap().success());
        path
    }

    /// Freezes what the arguments name into `program` and returns its path.
    pub(crate) fn freeze<S: AsRef<OsStr>>(&self, arguments: &[S]) -> PathBuf {
        let program = self.path("program");
        let output = Command::new(env!("CARGO_BIN_EXE_fastice"))
            .current_dir(self.directory.path())
            .args(["build", "--quiet", "--output"])
            .arg(&program)
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "fastice failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        program
    }

    /// A command that runs `program` in this directory, and is not changed by the variables of whoever runs the tests.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.directory.path());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PYTHON") {
                command.env_remove(name);
            }
        }
        command
    }
}

/// The interpreter of the runtime that the programs are frozen with.
pub(crate) fn python() -> PathBuf {
    Pack::locate()
        .unwrap_or_else(|error| panic!("{error}"))
        .python()
        .to_owned()
}

/// Runs a command with text on its standard input.
pub(crate) fn feed(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that ends without reading its input breaks the pipe.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// Standard output as text.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Standard error as text.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
