//! Lock files: `uv.lock` of a project, `SCRIPT.lock` of a script, `pylock.toml` (PEP 751). uv itself reads them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Tool, messages};
use crate::interrupt::ChildGroup;
use crate::resolve::Interpreter;
use crate::ui::{Reporter, format};
use crate::{Code, Error, Result};

/// What the user said about lock files and the network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::resolve) struct Locking {
    /// How lock files are used.
    pub(in crate::resolve) mode: LockMode,
    /// Nothing is downloaded.
    pub(in crate::resolve) offline: bool,
}

/// How lock files are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::resolve) enum LockMode {
    /// If there is one that fits.
    #[default]
    Auto,
    /// There must be one, and it must fit.
    Locked,
    /// There must be one; whether it fits is not looked at.
    Frozen,
}

/// What a lock file may belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::resolve) enum Home {
    /// A directory with a `pyproject.toml`.
    Project(PathBuf),
    /// A script with its dependencies inside (PEP 723).
    Script(PathBuf),
}

/// What was found.
#[derive(Debug)]
pub(super) enum Lock {
    /// None.
    Absent,
    /// Requirements with hashes.
    Requirements(PathBuf),
    /// A `pylock.toml`.
    Pylock(PathBuf),
}

/// Uses of the lock of `home`. What is made of it goes into the directory `temporary`.
pub(super) struct Search<'a> {
    pub(super) home: &'a Home,
    pub(super) locking: Locking,
    pub(super) tool: Tool,
    pub(super) interpreter: &'a Interpreter,
    pub(super) temporary: &'a Path,
    pub(super) reporter: &'a dyn Reporter,
}

impl Search<'_> {
    /// Finds the lock, and lets uv say what is in it.
    ///
    /// # Errors
    /// [`Code::LockMissing`], [`Code::LockOutdated`]; [`Code::Installer`] without uv, or when it fails.
    pub(super) fn run(&self) -> Result<Lock> {
        let Some(file) = self.file() else {
            return Ok(Lock::Absent);
        };
        let name = format::path(&file);
        if self.tool != Tool::Uv {
            if self.locking.mode == LockMode::Auto {
                self.reporter
                    .detail(&format!("{name} is not used: there is no uv to read it"));
                return Ok(Lock::Absent);
            }
            return Err(Error::new(
                Code::Installer,
                format!("only uv can read `{name}`, and pip installs"),
            )
            .hint("install uv (`pip install uv`), or leave the flag away"));
        }
        if file.file_name().is_some_and(|name| name == PYLOCK) {
            return Ok(Lock::Pylock(file));
        }
        let requirements = self.temporary.join("locked.txt");
        let mut command = self.export(&requirements);
        self.reporter.detail(&format!("{command:?}"));
        let output = ChildGroup::spawn(&mut command)
            .and_then(ChildGroup::wait_with_output)
            .map_err(|error| {
                Error::new(Code::Installer, "uv cannot be started").caused_by(error)
            })?;
        if output.status.success() {
            return Ok(Lock::Requirements(requirements));
        }
        let said = String::from_utf8_lossy(&output.stderr);
        if !said.contains("needs to be updated") {
            return Err(messages::explain(self.tool, &said, ""));
        }
        let outdated = |code| Error::new(code, format!("`{name}` does not fit what it locks"));
        let update = match self.home {
            Home::Project(_) => "`uv lock`".to_owned(),
            Home::Script(script) => format!("`uv lock --script {}`", format::path(script)),
        };
        if self.locking.mode == LockMode::Auto {
            self.reporter
                .warn(&outdated(Code::LockIgnored).hint(format!(
                    "bring it up to date with {update}; until then the newest versions are taken"
                )));
            return Ok(Lock::Absent);
        }
        Err(outdated(Code::LockOutdated).hint(format!(
            "bring it up to date with {update}, or take it as it is with `--frozen`"
        )))
    }

    /// The lock file.
    fn file(&self) -> Option<PathBuf> {
        match self.home {
            Home::Script(script) => {
                let mut name = script.as_os_str().to_owned();
                name.push(".lock");
                Some(PathBuf::from(name)).filter(|file| file.is_file())
            }
            Home::Project(directory) => {
                let here = [UV_LOCK, PYLOCK].map(|name| directory.join(name));
                here.into_iter()
                    .find(|file| file.is_file())
                    .or_else(|| of_workspace(directory))
            }
        }
    }

    /// `uv export`: requirements with hashes, without the project itself and what only its development needs.
    fn export(&self, requirements: &Path) -> Command {
        let mut command = Command::new("uv");
        command.args(["export", "--quiet", "--color", "never", "--no-progress"]);
        command.args([
            "--format",
            "requirements-txt",
            "--no-header",
            "--no-annotate",
        ]);
        command.args(["--no-default-groups", "--no-editable"]);
        match self.home {
            Home::Project(directory) => command
                .arg("--no-emit-project")
                .arg("--project")
                .arg(directory),
            Home::Script(script) => command.arg("--script").arg(script),
        };
        command.arg(match self.locking.mode {
            LockMode::Frozen => "--frozen",
            _ => "--locked",
        });
        if self.locking.offline {
            command.arg("--offline");
        }
        command.arg("--python").arg(&self.interpreter.program);
        command.arg("--output-file").arg(requirements);
        command.env_remove("VIRTUAL_ENV").env_remove("CONDA_PREFIX");
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }
}

const UV_LOCK: &str = "uv.lock";
const PYLOCK: &str = "pylock.toml";

/// Is it a lock file (PEP 751: `pylock.toml`, `pylock.NAME.toml`)?
pub(super) fn is_pylock(file: &Path) -> bool {
    let starts = |name: &str| name == PYLOCK || name.starts_with("pylock.");
    file.extension().is_some_and(|end| end == "toml")
        && file
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(starts)
}

/// The lock of the workspace that the project in `directory` is a member of.
fn of_workspace(directory: &Path) -> Option<PathBuf> {
    directory.ancestors().skip(1).find_map(|above| {
        let text = fs_err::read_to_string(above.join("pyproject.toml")).ok()?;
        let lock = above.join(UV_LOCK);
        (text.contains("[tool.uv.workspace]") && lock.is_file()).then_some(lock)
    })
}

/// The error for a program without a lock file.
pub(super) fn missing(home: Option<&Home>) -> Error {
    let (whose, hint) = match home {
        Some(Home::Project(directory)) => (
            format!("the project `{}`", format::path(directory)),
            "make one with `uv lock`".to_owned(),
        ),
        Some(Home::Script(script)) => (
            format!("the script `{}`", format::path(script)),
            format!("make one with `uv lock --script {}`", format::path(script)),
        ),
        None => (
            "what is to be installed".to_owned(),
            "name requirements with hashes: `-r FILE`, as `uv pip compile --generate-hashes` or `pip-compile --generate-hashes` writes them"
                .to_owned(),
        ),
    };
    Error::new(
        Code::LockMissing,
        format!("there is no lock file for {whose}"),
    )
    .hint(hint)
}
