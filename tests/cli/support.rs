//! What the command-line tests share: a directory to write inputs in, the command, and whole outputs as text.

use std::env;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A temporary directory that holds a test's inputs and outputs.
pub(crate) struct Workspace {
    directory: tempfile::TempDir,
}

impl Workspace {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .expect("the directory for tests can be written");
        Self { directory }
    }
    /// The path of `name` in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
    /// Writes a file, with its parent directories.
    pub(crate) fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        let parent = path.parent().expect("a file has a directory");
        fs_err::create_dir_all(parent).expect("the directory can be made");
        fs_err::write(&path, contents).expect("the file can be written");
        path
    }
    /// Writes a ZIP archive of these names and texts.
    pub(crate) fn archive(&self, name: &str, files: &[(&str, &str)]) -> PathBuf {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            archive
                .start_file(*name, SimpleFileOptions::default())
                .and_then(|()| Ok(archive.write_all(text.as_bytes())?))
                .expect("memory can be written");
        }
        let bytes = archive
            .finish()
            .expect("memory can be written")
            .into_inner();
        // As `python -m zipapp -p` makes it.
        self.file(name, [b"#!/usr/bin/env python3\n", &bytes[..]].concat())
    }
    /// `fastice` with the workspace as working directory, no configuration of this machine's installers, and a cache that
    /// all tests share.
    pub(crate) fn fastice(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fastice"));
        command
            .current_dir(self.directory.path())
            .env("FASTICE_CACHE_DIR", cache())
            .env("PIP_NO_INDEX", "1")
            .env_remove("PIP_FIND_LINKS")
            .env_remove("VIRTUAL_ENV")
            .env_remove("CLICOLOR_FORCE");
        command
    }
    /// Runs `fastice` with arguments separated by blanks; exit status, stdout and stderr as one text.
    pub(crate) fn run(&self, arguments: &str) -> String {
        let output = self
            .fastice()
            .args(arguments.split(' '))
            .output()
            .expect("fastice starts");
        self.text(&output)
    }
    /// Status and whole output of a process, with the workspace's own path written as `[DIR]`.
    pub(crate) fn text(&self, output: &Output) -> String {
        let status = output
            .status
            .code()
            .map_or_else(|| output.status.to_string(), |code| format!("exit {code}"));
        let mut text = format!("{status}\n");
        for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            if !bytes.is_empty() {
                let _ = write!(text, "--- {name}\n{}", String::from_utf8_lossy(bytes));
            }
        }
        let text = text
            .replace(&*self.directory.path().to_string_lossy(), "[DIR]")
            .replace(&*cache().to_string_lossy(), "[CACHE]");
        without_random_names(&text)
    }
    /// The runtime pack that `fastice` uses: that of the environment, or the one it unpacked into the cache.
    pub(crate) fn runtime(&self) -> PathBuf {
        if let Some(pack) = env::var_os("FASTICE_RUNTIME") {
            return PathBuf::from(pack);
        }
        self.file("any.py", "");
        self.run("build -q any.py -o any");
        let unpacked = fs_err::read_dir(cache().join("runtime")).expect("the runtime was unpacked");
        let newest = unpacked.map(|entry| entry.expect("it can be listed").path().join("python"));
        newest
            .max_by_key(|path| {
                fs_err::metadata(path)
                    .and_then(|metadata| metadata.modified())
                    .ok()
            })
            .expect("the runtime was unpacked")
    }
    /// Everything in the workspace, sorted: to see that nothing is left behind.
    pub(crate) fn listing(&self) -> Vec<String> {
        let mut found: Vec<String> = walkdir::WalkDir::new(self.directory.path())
            .min_depth(1)
            .into_iter()
            .map(|entry| {
                let entry = entry.expect("the workspace can be listed");
                let path = entry
                    .path()
                    .strip_prefix(self.directory.path())
                    .expect("below it");
                path.to_string_lossy().into_owned()
            })
            .collect();
        found.sort();
        found
    }
}

/// The cache of all tests.
pub(crate) fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

/// Temporary names without the part that differs each time.
fn without_random_names(text: &str) -> String {
    const PREFIX: &str = ".fastice-";
    let mut pieces = text.split(PREFIX);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let random = piece.bytes().take_while(u8::is_ascii_alphanumeric).count();
        out.push_str(PREFIX);
        out.push_str("[RANDOM]");
        out.push_str(&piece[random..]);
    }
    out
}

/// Runs a shell script in a mount namespace of its own, where it may mount; `$0` is fastice.
pub(crate) fn in_namespace(workspace: &Workspace, script: &str) -> String {
    let fastice = workspace.fastice();
    let mut command = Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
        .arg(fastice.get_program())
        .current_dir(workspace.path(""))
        .envs(
            fastice
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
    workspace.text(&command.output().expect("unshare starts"))
}
