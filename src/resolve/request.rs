//! What goes into the stage `resolve` and what comes out of it.

use std::path::PathBuf;

use super::installer::{LockMode, Locking, Tool};
use super::{Application, Entry, entry};
use crate::configure::{Bin, Configuration, Mode};
use crate::interrupt::TempDir;
use crate::runtime::{Pack, header_directory};
use crate::{Result, cli};

/// What the user named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A script, a project or a package on the disk.
    Path(PathBuf),
    /// A requirement for the installer, `httpie>=3`.
    Requirement(String),
    /// Nothing: the program is a command, or Python itself.
    Nothing,
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
    /// `--command CODE`.
    Command(String),
    /// `--mode stdin`.
    Stdin,
    /// `--mode interactive`.
    Interactive,
    /// `--interpreter`.
    Interpreter,
}

impl Choice {
    /// What runs, unless it takes console scripts to know it.
    ///
    /// # Errors
    /// [`Code::InvalidEntry`](crate::Code::InvalidEntry).
    pub(super) fn entry(&self) -> Result<Option<Entry>> {
        Ok(Some(match self {
            Self::Script(_) => return Ok(None),
            Self::Entry(text) => entry::parse(text)?,
            Self::Module(text) => entry::parse_module(text)?,
            Self::Command(code) => Entry::Command(code.clone()),
            Self::Stdin => Entry::Stdin,
            Self::Interactive => Entry::Interactive,
            Self::Interpreter => Entry::Interpreter,
        }))
    }

    /// As the command line says it.
    pub(super) fn flag(&self) -> &'static str {
        match self {
            Self::Script(_) => "--script",
            Self::Entry(_) => "--entry",
            Self::Module(_) => "--module",
            Self::Command(_) => "--command",
            Self::Stdin => "--mode stdin",
            Self::Interactive => "--mode interactive",
            Self::Interpreter => "--interpreter",
        }
    }

    /// Does it need no program at all?
    fn stands_alone(&self) -> bool {
        !matches!(self, Self::Script(_) | Self::Entry(_) | Self::Module(_))
    }
}

/// Everything the user said about the program and its dependencies.
#[derive(Debug, Clone)]
pub struct Request {
    /// What the program is.
    pub input: Input,
    /// What of it runs.
    pub choice: Option<Choice>,
    /// How it must run; nothing if the input decides.
    pub mode: Option<Mode>,
    /// What else of it runs.
    pub bins: Vec<Bin>,
    /// Name of the executable, if not derived.
    pub name: Option<String>,
    /// Requirements files.
    pub requirements: Vec<PathBuf>,
    /// Further requirements.
    pub with: Vec<String>,
    /// An installed tree or virtual environment to take instead of installing.
    pub site: Option<PathBuf>,
    /// Files that a traced run read: those beside a script are taken with it.
    pub traced: Vec<PathBuf>,
    /// What is said about lock files and the network.
    pub(super) locking: Locking,
    /// What installs; `None`: uv if there is one, else pip.
    pub tool: Option<Tool>,
}

impl Request {
    /// What the command line names, built as the configuration says.
    pub fn new(source: &cli::Source, configuration: &Configuration) -> Self {
        let mode = configuration.mode.filter(|mode| *mode != Mode::Auto);
        let by_mode = match mode {
            Some(Mode::Stdin) => Some(Choice::Stdin),
            Some(Mode::Interactive) => Some(Choice::Interactive),
            Some(Mode::Interpreter) => Some(Choice::Interpreter),
            _ => None,
        };
        let choice = (configuration.script.clone().map(Choice::Script))
            .or_else(|| configuration.entry.clone().map(Choice::Entry))
            .or_else(|| configuration.module.clone().map(Choice::Module))
            .or_else(|| configuration.command.clone().map(Choice::Command))
            .or(by_mode);
        let input = match (&source.from, &source.input) {
            (Some(requirement), _) => Input::Requirement(requirement.clone()),
            (None, Some(path)) => Input::Path(path.clone()),
            // Chosen on the command line, it is about no project.
            (None, None)
                if source.chooses() && choice.as_ref().is_some_and(Choice::stands_alone) =>
            {
                Input::Nothing
            }
            (None, None) => Input::Path(PathBuf::from(".")),
        };
        Self {
            input,
            choice,
            mode,
            bins: configuration.bin.clone(),
            name: configuration.name.clone(),
            requirements: configuration.requirements.clone(),
            with: configuration.with.clone(),
            site: configuration.site.clone(),
            traced: Vec::new(),
            locking: Locking {
                mode: match (source.locked, source.frozen) {
                    (true, _) => LockMode::Locked,
                    (_, true) => LockMode::Frozen,
                    _ => LockMode::Auto,
                },
                offline: source.offline,
            },
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
    /// Magic number of its `.pyc` files.
    pub magic: u32,
    /// Its C headers: a path that only it can see.
    pub headers: String,
}

impl Interpreter {
    /// The interpreter in a runtime pack.
    pub fn of(pack: &Pack) -> Self {
        Self {
            program: pack.python().to_owned(),
            version: pack.header().python.version.clone(),
            magic: pack.header().python.magic,
            headers: format!(
                "{}/{}",
                fastice_image::ROOT,
                header_directory(&pack.header().python)
            ),
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
