//! Installing what a program depends on, by `uv` or by the runtime's pip.
//!
//! Both get the runtime as the interpreter and install below a prefix of ours, so that every file lies where it will lie in
//! the frozen program: modules in `lib/python3.13/site-packages`, scripts in `bin`, data in `share`. The user's own
//! configuration of the tool (index, proxies, certificates; variables and files) holds.

mod headers;
mod messages;

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Interpreter, tree};
use crate::interrupt::{ChildGroup, Litter, TempDir};
use crate::metadata::names;
use crate::ui::Reporter;
use crate::{Code, Error, Result};

/// A tool that resolves and installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// `uv pip install`.
    Uv,
    /// `python -m pip install`.
    Pip,
}

impl Tool {
    /// Its name as people write it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Uv => "uv",
            Self::Pip => "pip",
        }
    }

    /// uv if it is on PATH, else pip.
    pub(super) fn choose() -> Self {
        let path = env::var_os("PATH").unwrap_or_default();
        let found = env::split_paths(&path).any(|directory| directory.join("uv").is_file());
        if found { Self::Uv } else { Self::Pip }
    }
}

/// What to install.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// A project on the disk, of which a wheel is made.
    pub(super) project: Option<PathBuf>,
    /// Requirements, as they would be written on the tool's command line.
    pub(super) requirements: Vec<String>,
    /// Requirements files.
    pub(super) files: Vec<PathBuf>,
}

impl Plan {
    /// Nothing is to be installed.
    pub(super) fn is_empty(&self) -> bool {
        self.project.is_none() && self.requirements.is_empty() && self.files.is_empty()
    }
    /// Refuses what the tool would take for an option of its own, and files that are not there.
    fn check(&self) -> Result<()> {
        for requirement in &self.requirements {
            if requirement.trim().is_empty() || requirement.trim_start().starts_with('-') {
                return Err(Error::new(
                    Code::Requirement,
                    format!("`{requirement}` is no requirement"),
                )
                .hint("write a name with an optional version, `rich>=13`, a path or an address"));
            }
        }
        for file in &self.files {
            if !file.is_file() {
                let name = file.display();
                return Err(Error::new(
                    Code::NoSuchPath,
                    format!("the requirements file `{name}` does not exist"),
                ));
            }
        }
        Ok(())
    }
    /// Something is built from sources on this disk, which may have changed since the tool built it last.
    fn has_local_sources(&self) -> bool {
        self.project.is_some()
            || !self.files.is_empty()
            || self
                .requirements
                .iter()
                .any(|text| names::of_requirement(text).is_none() || text.contains("file:"))
    }
}

/// An installed tree; it goes away with this value.
#[derive(Debug)]
pub(super) struct Installed {
    /// Holds everything.
    pub(super) tree: TempDir,
    /// The `site-packages` in it.
    pub(super) site: PathBuf,
}

/// Installs a plan into a tree of its own.
///
/// # Errors
/// When the tool fails: [`Code::Unresolvable`], [`Code::BuildFailed`], [`Code::UnfitWheel`], [`Code::Requirement`],
/// else [`Code::Installer`]; the tool's own words are the cause.
pub(super) fn install(
    plan: &Plan,
    tool: Tool,
    interpreter: &Interpreter,
    reporter: &dyn Reporter,
) -> Result<Installed> {
    plan.check()?;
    reporter.stage(&format!("Installing dependencies with {}", tool.name()));
    let tree = tree::temporary()?;
    let prefix = tree.path().join("prefix");
    // What the tool puts there goes away with the tree, even if the tool is killed.
    let temporary = tree.path().join("tmp");
    fs_err::create_dir(&temporary).map_err(Error::io)?;

    let mut command = match tool {
        Tool::Uv => uv(plan, interpreter, &prefix),
        Tool::Pip => pip(interpreter, &prefix),
    };
    for file in &plan.files {
        command.arg("--requirement").arg(file);
    }
    command
        .arg("--")
        .args(&plan.project)
        .args(&plan.requirements);
    command
        .env("TMPDIR", &temporary)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    headers::show(interpreter, &mut command, reporter);
    let _litter = keep_sources_clean(plan, &temporary, &mut command)?;
    reporter.detail(&format!("{command:?}"));
    let output = ChildGroup::spawn(&mut command)
        .and_then(ChildGroup::wait_with_output)
        .map_err(|error| {
            Error::new(
                Code::Installer,
                format!("{} cannot be started", tool.name()),
            )
            .caused_by(error)
        })?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(messages::explain(
            tool,
            &said,
            &String::from_utf8_lossy(&output.stdout),
        ));
    }
    for line in said.lines().filter(|line| !line.trim().is_empty()) {
        reporter.detail(line);
    }
    let site = prefix.join(format!("lib/python{}/site-packages", interpreter.minor()));
    if !site.is_dir() {
        // Requirements whose markers exclude this platform: nothing was to be installed.
        fs_err::create_dir_all(&site).map_err(Error::io)?;
    }
    Ok(Installed { tree, site })
}

/// setuptools builds in the source directory. What it leaves there goes elsewhere (`*.egg-info`) or goes away when it is done
/// (`build`, whose contents would get into the next wheel, too).
fn keep_sources_clean(
    plan: &Plan,
    temporary: &Path,
    command: &mut Command,
) -> Result<Option<Litter>> {
    /// Names a further configuration file to setuptools.
    const CONFIGURATION: &str = "DIST_EXTRA_CONFIG";
    if env::var_os(CONFIGURATION).is_none() {
        let metadata = temporary.join("metadata");
        fs_err::create_dir(&metadata).map_err(Error::io)?;
        let configuration = temporary.join("setuptools.cfg");
        let text = format!("[egg_info]\negg_base = {}\n", metadata.display());
        fs_err::write(&configuration, text).map_err(Error::io)?;
        command.env(CONFIGURATION, configuration);
    }
    let project = plan.project.as_deref();
    Ok(project.and_then(|project| Litter::expect(&project.join("build"))))
}

fn uv(plan: &Plan, interpreter: &Interpreter, prefix: &Path) -> Command {
    let mut command = Command::new("uv");
    command.args([
        "pip",
        "install",
        "--no-progress",
        "--color",
        "never",
        "--no-compile-bytecode",
    ]);
    command.arg("--python").arg(&interpreter.program);
    command.arg("--prefix").arg(prefix);
    if plan.has_local_sources() {
        // uv takes a wheel that it once built of a directory for current until its pyproject.toml changes.
        command.arg("--refresh");
    }
    // A virtual environment that happens to be active is not where this goes.
    command.env_remove("VIRTUAL_ENV").env_remove("CONDA_PREFIX");
    command
}

fn pip(interpreter: &Interpreter, prefix: &Path) -> Command {
    let mut command = Command::new(&interpreter.program);
    command.args([
        "-I",
        "-m",
        "pip",
        "install",
        "--no-compile",
        "--ignore-installed",
    ]);
    command.args([
        "--no-user",
        "--no-input",
        "--no-color",
        "--progress-bar",
        "off",
    ]);
    command.args([
        "--disable-pip-version-check",
        "--no-warn-script-location",
        "--root-user-action",
        "ignore",
    ]);
    command.arg("--prefix").arg(prefix);
    // Settings that fit installing into one's own Python and contradict a prefix.
    for name in [
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_ROOT",
        "PIP_USER",
        "PIP_REQUIRE_VIRTUALENV",
    ] {
        command.env_remove(name);
    }
    command.env("PIP_REQUIRE_VIRTUALENV", "0");
    command
}
