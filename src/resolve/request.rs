//! What goes into the stage `resolve` and what comes out of it.

use std::path::PathBuf;

use super::Application;
use super::installer::Tool;
use crate::cli;
use crate::configure::Configuration;
use crate::interrupt::TempDir;
use crate::runtime::Pack;

/// What the user named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A script, a project or a package on the disk.
    Path(PathBuf),
    /// A requirement for the installer, `httpie>=3`.
    Requirement(String),
}

/// How the user chose what runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// `--script NAME`: a console script.
    Script(String),
    /// `--entry PKG.MOD:FUNC`.
    Entry(String),
    /// `--module PKG.MOD`.
    Module(String),
}

/// Everything the user said about the program and its dependencies.
#[derive(Debug, Clone)]
pub struct Request {
    /// What the program is.
    pub input: Input,
    /// What of it runs.
    pub choice: Option<Choice>,
    /// Name of the executable, if not derived.
    pub name: Option<String>,
    /// Requirements files.
    pub requirements: Vec<PathBuf>,
    /// Further requirements.
    pub with: Vec<String>,
    /// An installed tree or virtual environment to take instead of installing.
    pub site: Option<PathBuf>,
    /// What installs; `None`: uv if there is one, else pip.
    pub tool: Option<Tool>,
}

impl Request {
    /// What the command line names, built as the configuration says.
    pub fn new(source: &cli::Source, configuration: &Configuration) -> Self {
        let input = match (&source.from, &source.input) {
            (Some(requirement), _) => Input::Requirement(requirement.clone()),
            (None, Some(path)) => Input::Path(path.clone()),
            (None, None) => Input::Path(PathBuf::from(".")),
        };
        let choice = (configuration.script.clone().map(Choice::Script))
            .or_else(|| configuration.entry.clone().map(Choice::Entry))
            .or_else(|| configuration.module.clone().map(Choice::Module));
        Self {
            input,
            choice,
            name: configuration.name.clone(),
            requirements: configuration.requirements.clone(),
            with: configuration.with.clone(),
            site: configuration.site.clone(),
            tool: match configuration.installer.unwrap_or_default() {
                cli::Installer::Auto => None,
                cli::Installer::Uv => Some(Tool::Uv),
                cli::Installer::Pip => Some(Tool::Pip),
            },
        }
    }
}

/// The Python that the program will run on, as a program that can be run here.
#[derive(Debug, Clone)]
pub struct Interpreter {
    /// A complete `python`, with pip.
    pub program: PathBuf,
    /// `3.13.5`.
    pub version: String,
}

impl Interpreter {
    /// The interpreter in a runtime pack.
    pub fn of(pack: &Pack) -> Self {
        Self {
            program: pack.python().to_owned(),
            version: pack.header().python.version.clone(),
        }
    }
    /// `3.13`.
    pub(super) fn minor(&self) -> &str {
        self.version
            .rsplit_once('.')
            .map_or(&self.version, |(minor, _)| minor)
    }
}

/// An application, and the temporary trees in which parts of it lie until this value is dropped.
#[derive(Debug)]
pub struct Resolved {
    pub(super) application: Application,
    pub(super) _trees: Vec<TempDir>,
}

impl Resolved {
    /// What the rest of the pipeline freezes.
    pub fn application(&self) -> &Application {
        &self.application
    }
}
