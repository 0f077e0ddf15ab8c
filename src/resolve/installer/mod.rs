//! Installing what a program depends on, by `uv` or by the runtime's pip.
//!
//! Both get the runtime as the interpreter and install below a prefix of ours, so that every file lies where it will lie in
//! the frozen program: modules in `lib/python3.13/site-packages`, scripts in `bin`, data in `share`. The user's own
//! configuration of the tool (index, proxies, certificates; variables and files) holds.

mod headers;
mod kept;
mod lock;
mod messages;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::pyproject::ProjectFile;
use super::{Interpreter, tree};
use crate::interrupt::{ChildGroup, Litter, TempDir};
use crate::ui::Reporter;
use crate::{Code, Error, Result};

use lock::Lock;
pub(super) use lock::{Home, LockMode, Locking};

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
    /// What the program declares itself to require. A lock file stands for it.
    pub(super) declared: Vec<String>,
    /// What a lock file may belong to.
    pub(super) home: Option<Home>,
    /// Further requirements, as they would be written on the tool's command line.
    pub(super) requirements: Vec<String>,
    /// Requirements files.
    pub(super) files: Vec<PathBuf>,
}

impl Plan {
    /// Nothing is to be installed.
    pub(super) fn is_empty(&self) -> bool {
        self.project.is_none()
            && self.declared.is_empty()
            && self.requirements.is_empty()
            && self.files.is_empty()
    }

    /// Refuses what the tool would take for an option of its own, and files that are not there.
    fn check(&self) -> Result<()> {
        for requirement in self.declared.iter().chain(&self.requirements) {
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
}

/// An installed tree.
#[derive(Debug)]
pub(super) struct Installed {
    /// Holds everything, and goes away with this value; nothing if the tree stays in the cache.
    pub(super) tree: Option<TempDir>,
    /// The `site-packages` in it.
    pub(super) site: PathBuf,
}

/// With what, and how.
#[derive(Clone, Copy)]
pub(super) struct Installer<'a> {
    pub(super) tool: Tool,
    pub(super) locking: Locking,
    pub(super) interpreter: &'a Interpreter,
    pub(super) reporter: &'a dyn Reporter,
}

impl Installer<'_> {
    /// Installs a plan into a tree of its own, or finds it installed in the cache.
    ///
    /// # Errors
    /// When the tool fails: [`Code::Unresolvable`], [`Code::BuildFailed`], [`Code::UnfitWheel`], [`Code::Requirement`],
    /// else [`Code::Installer`]; the tool's own words are the cause. Those of lock files: [`lock::Search::run`].
    pub(super) fn install(&self, plan: &Plan) -> Result<Installed> {
        let Self {
            tool,
            locking,
            interpreter,
            reporter,
        } = *self;
        plan.check()?;
        if locking.offline && tool != Tool::Uv {
            return Err(Error::new(
                Code::Installer,
                "pip cannot install from its cache alone, as `--offline` asks",
            )
            .hint("install uv (`pip install uv`), or use `--site` with an installed tree"));
        }
        reporter.stage(&format!("Installing dependencies with {}", tool.name()));
        let tree = tree::temporary()?;
        // What the tool puts there goes away with the tree, even if the tool is killed.
        let temporary = tree.path().join("tmp");
        fs_err::create_dir(&temporary).map_err(Error::io)?;
        let steps = self.steps(plan, &temporary)?;

        let contents: Vec<Vec<u8>> = steps
            .iter()
            .flat_map(|step| &step.files)
            .map(|file| fs_err::read(file).map_err(Error::io))
            .collect::<Result<_>>()?;
        let pins = kept::pins(plan, &contents);
        let settings: Vec<String> = steps
            .iter()
            .flat_map(|step| step.settings.clone())
            .collect();
        let place = pins
            .as_ref()
            .and_then(|_| kept::Place::new(plan, &contents, &settings, tool, interpreter));
        let site_of =
            |prefix: &Path| prefix.join(format!("lib/python{}/site-packages", interpreter.minor()));
        if let Some(kept) = place.as_ref().and_then(kept::Place::find) {
            reporter.detail(&format!("installed already: {}", kept.display()));
            let site = site_of(&kept);
            return Ok(Installed { tree: None, site });
        }

        let prefix = tree.path().join("prefix");
        let _litter = plan
            .project
            .as_deref()
            .and_then(|project| Litter::expect(&project.join("build")));
        for step in &steps {
            let mut command = match tool {
                Tool::Uv => uv(interpreter, &prefix),
                Tool::Pip => pip(interpreter, &prefix),
            };
            if locking.offline {
                command.arg("--offline");
                if let Some(project) = &plan.project {
                    forget_wheel(project)?;
                }
            } else if tool == Tool::Uv && pins.is_none() {
                // uv takes a wheel that it once built of a directory for current until its pyproject.toml changes.
                command.arg("--refresh");
            }
            command.args(&step.settings);
            for file in &step.files {
                command.arg("--requirement").arg(file);
            }
            command.arg("--").args(&step.targets);
            self.run(command, &temporary)?;
        }
        let site = site_of(&prefix);
        if !site.is_dir() {
            // Requirements whose markers exclude this platform: nothing was to be installed.
            fs_err::create_dir_all(&site).map_err(Error::io)?;
        }
        if let (Some(place), Some(pins)) = (place, pins)
            && let Some(kept) = place.keep(&prefix, &site, &pins)
        {
            let site = site_of(&kept);
            return Ok(Installed { tree: None, site });
        }
        Ok(Installed {
            tree: Some(tree),
            site,
        })
    }

    /// The runs of the tool.
    fn steps(&self, plan: &Plan, temporary: &Path) -> Result<Vec<Step>> {
        let home = plan.home.as_ref();
        let found = match home {
            Some(home) => lock::Search {
                home,
                locking: self.locking,
                tool: self.tool,
                interpreter: self.interpreter,
                temporary,
                reporter: self.reporter,
            }
            .run()?,
            None => Lock::Absent,
        };
        let targets = plan.project.iter().map(OsString::from);
        let (pylocks, files) = plan
            .files
            .iter()
            .cloned()
            .partition(|file| lock::is_pylock(file));
        let mut step = Step {
            files,
            settings: Vec::new(),
            targets: targets
                .chain(plan.requirements.iter().map(OsString::from))
                .collect(),
        };
        let pylocks: Vec<PathBuf> = pylocks;
        let mut steps: Vec<Step> = pylocks.into_iter().map(Step::lone).collect();
        if !matches!(found, Lock::Absent) && plan.requirements.is_empty() && step.files.is_empty() {
            // Everything that the program needs is in the lock.
            step.settings.push("--no-deps".to_owned());
        }
        match found {
            Lock::Requirements(file) => step.files.push(file),
            Lock::Pylock(file) => steps.push(Step::lone(file)),
            Lock::Absent => {
                step.targets
                    .extend(plan.declared.iter().map(OsString::from));
                if self.locking.mode != LockMode::Auto && step.is_something() {
                    // Requirements with hashes are as good as a lock.
                    if step.files.is_empty() || !step.targets.is_empty() {
                        return Err(lock::missing(home));
                    }
                    step.settings.push("--require-hashes".to_owned());
                }
            }
        }
        if step.is_something() {
            steps.push(step);
        }
        Ok(steps)
    }

    fn run(&self, mut command: Command, temporary: &Path) -> Result<()> {
        command
            .env("TMPDIR", temporary)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        headers::show(self.interpreter, &mut command, self.reporter);
        keep_sources_clean(temporary, &mut command)?;
        self.reporter.detail(&format!("{command:?}"));
        let output = ChildGroup::spawn(&mut command)
            .and_then(ChildGroup::wait_with_output)
            .map_err(|error| {
                Error::new(
                    Code::Installer,
                    format!("{} cannot be started", self.tool.name()),
                )
                .caused_by(error)
            })?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() {
            return Err(messages::explain(
                self.tool,
                &said,
                &String::from_utf8_lossy(&output.stdout),
            ));
        }
        for line in said.lines().filter(|line| !line.trim().is_empty()) {
            self.reporter.detail(line);
        }
        Ok(())
    }
}

/// One run of the tool.
struct Step {
    /// Requirements files.
    files: Vec<PathBuf>,
    /// Options.
    settings: Vec<String>,
    /// Requirements and paths.
    targets: Vec<OsString>,
}

impl Step {
    /// A file that goes with no other.
    fn lone(file: PathBuf) -> Self {
        Self {
            files: vec![file],
            settings: Vec::new(),
            targets: Vec::new(),
        }
    }

    fn is_something(&self) -> bool {
        !self.files.is_empty() || !self.targets.is_empty()
    }
}

/// Has uv forget the wheel that it built of a project: without the network, it does not refresh what it knows.
fn forget_wheel(project: &Path) -> Result<()> {
    let file = ProjectFile::read(&project.join("pyproject.toml"))?;
    if let Some(name) = file.project.and_then(|table| table.name) {
        let mut command = Command::new("uv");
        command
            .args(["cache", "clean", "--quiet"])
            .arg(name)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // If nothing is known of it, that is an error to uv.
        ChildGroup::spawn(&mut command)
            .and_then(ChildGroup::wait)
            .map_err(|error| {
                Error::new(Code::Installer, "uv cannot be started").caused_by(error)
            })?;
    }
    Ok(())
}

/// setuptools builds in the source directory. What it leaves there goes elsewhere (`*.egg-info`); `build`, whose contents would get into
/// the next wheel, too, goes away when it is done.
fn keep_sources_clean(temporary: &Path, command: &mut Command) -> Result<()> {
    /// Names a further configuration file to setuptools.
    const CONFIGURATION: &str = "DIST_EXTRA_CONFIG";
    if env::var_os(CONFIGURATION).is_none() {
        let metadata = temporary.join("metadata");
        fs_err::create_dir_all(&metadata).map_err(Error::io)?;
        let configuration = temporary.join("setuptools.cfg");
        let text = format!("[egg_info]\negg_base = {}\n", metadata.display());
        fs_err::write(&configuration, text).map_err(Error::io)?;
        command.env(CONFIGURATION, configuration);
    }
    Ok(())
}

fn uv(interpreter: &Interpreter, prefix: &Path) -> Command {
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
