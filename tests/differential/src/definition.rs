//! What an application is: read from `app.toml`, or from the inline metadata of a script.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fs_err as fs;
use miette::{IntoDiagnostic, WrapErr, bail, miette};
use regex::Regex;
use serde::Deserialize;

/// An application, and what is done with it.
#[derive(Debug)]
pub struct Application {
    /// Name of its directory or script.
    pub name: String,
    /// Where it lies; local requirements are relative to it.
    pub directory: PathBuf,
    /// What runs.
    pub(crate) program: Program,
    /// All distributions with their versions, as in a requirements file.
    pub(crate) requirements: Vec<String>,
    /// Names of the distributions that it uses itself.
    pub(crate) uses: Vec<String>,
    /// Everything else.
    pub(crate) definition: Definition,
    /// The parts of the output that differ between any two runs.
    pub(crate) varies: Vec<(Regex, String)>,
}

/// What runs.
#[derive(Debug)]
pub(crate) enum Program {
    /// A module of the application's, or of one of its distributions.
    Module(String),
    /// A script.
    Script(PathBuf),
}

/// The contents of `app.toml`, or of the table `[tool.application]` in a script's metadata.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Definition {
    /// What it does, for readers of the documentation.
    #[serde(default)]
    pub(crate) does: String,
    /// The module that runs, as with `python -m`.
    module: Option<String>,
    /// The script that runs.
    script: Option<PathBuf>,
    /// What else is in the root.
    #[serde(default)]
    pub(crate) root: Root,
    /// The command lines to compare; without any, one without arguments.
    #[serde(default, rename = "call")]
    pub(crate) calls: Vec<Call>,
    /// What is different in every run.
    #[serde(default)]
    varies: Vec<Varying>,
}

/// What the root has besides the C library, `/proc`, devices and a `/tmp` that cannot be used.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Root {
    /// Files and directories by their path in the root: of the application's directory, or of this machine if the path is absolute.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, PathBuf>,
    /// Directories that can be written.
    #[serde(default)]
    pub(crate) writable: Vec<String>,
}

/// One command line.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    /// Arguments.
    #[serde(default)]
    pub(crate) arguments: Vec<String>,
    /// Standard input.
    #[serde(default)]
    pub(crate) input: String,
    /// Environment variables.
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    /// The exit status that both must have.
    #[serde(default)]
    pub(crate) status: i32,
}

/// Output that is different in every run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Varying {
    /// A regular expression.
    pattern: String,
    /// What stands in its place; `$1` is a group.
    becomes: String,
}

/// The part of a `pyproject.toml` that is read here.
#[derive(Deserialize)]
struct Project {
    project: ProjectTable,
}

#[derive(Deserialize)]
struct ProjectTable {
    #[serde(default)]
    dependencies: Vec<String>,
}

/// The inline metadata of a script (PEP 723).
#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    dependencies: Vec<String>,
    #[serde(default)]
    tool: ToolTable,
}

#[derive(Default, Deserialize)]
struct ToolTable {
    #[serde(default)]
    application: Definition,
}

impl Application {
    /// All applications below `directory`, each a directory of its own, by name.
    ///
    /// # Errors
    /// When a definition is missing or wrong.
    pub fn all(directory: &Path) -> miette::Result<Vec<Self>> {
        let mut applications = Vec::new();
        for entry in fs::read_dir(directory).into_diagnostic()? {
            let path = entry.into_diagnostic()?.path();
            if path.is_dir() {
                applications.push(Self::read(&path)?);
            }
        }
        applications.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(applications)
    }

    /// The application in a directory: `app.toml`, `pyproject.toml` and, if it has dependencies, `requirements.txt` with all versions.
    ///
    /// # Errors
    /// When a definition is missing or wrong.
    pub fn read(directory: &Path) -> miette::Result<Self> {
        let definition: Definition = parse(&directory.join("app.toml"))?;
        let project: Project = parse(&directory.join("pyproject.toml"))?;
        let uses: Vec<String> = (project.project.dependencies.iter())
            .map(|requirement| distribution_name(requirement).to_owned())
            .collect();
        let requirements = if uses.is_empty() {
            Vec::new()
        } else {
            let text = fs::read_to_string(directory.join("requirements.txt")).into_diagnostic()?;
            requirements(&text)
        };
        Self::new(directory, definition, requirements, uses)
    }

    /// The application `name` that a script with inline metadata is. Its dependencies are those of the [lock](Self::lock), or
    /// without one, those of the metadata as they are.
    ///
    /// # Errors
    /// When there is none, or it is wrong.
    pub fn of_script(name: &str, script: &Path) -> miette::Result<Self> {
        let text = fs::read_to_string(script).into_diagnostic()?;
        let block = inline_metadata(&text)
            .ok_or_else(|| miette!("{} has no inline metadata", script.display()))?;
        let metadata: Metadata = toml::from_str(&block)
            .into_diagnostic()
            .wrap_err_with(|| format!("the metadata of {}", script.display()))?;
        let mut definition = metadata.tool.application;
        definition.script = Some(std::path::absolute(script).into_diagnostic()?);
        let uses = (metadata.dependencies.iter())
            .map(|requirement| distribution_name(requirement).to_owned())
            .collect();
        let directory = script.parent().unwrap_or(script);
        let lock = Self::lock(script);
        let requirements = if lock.is_file() {
            requirements(&fs::read_to_string(lock).into_diagnostic()?)
        } else {
            metadata.dependencies
        };
        let mut application = Self::new(directory, definition, requirements, uses)?;
        name.clone_into(&mut application.name);
        Ok(application)
    }

    /// The file beside a script with all distributions that it needs and their versions.
    pub fn lock(script: &Path) -> PathBuf {
        script.with_extension("txt")
    }

    fn new(
        directory: &Path,
        mut definition: Definition,
        requirements: Vec<String>,
        uses: Vec<String>,
    ) -> miette::Result<Self> {
        let directory = fs::canonicalize(directory).into_diagnostic()?;
        let program = match (definition.module.take(), definition.script.take()) {
            (Some(module), None) => Program::Module(module),
            (None, Some(script)) => {
                Program::Script(fs::canonicalize(directory.join(script)).into_diagnostic()?)
            }
            _ => bail!("{}: either `module` or `script`", directory.display()),
        };
        if definition.calls.is_empty() {
            definition.calls.push(Call::default());
        }
        let varies = std::mem::take(&mut definition.varies)
            .into_iter()
            .map(|Varying { pattern, becomes }| {
                Ok((Regex::new(&pattern).into_diagnostic()?, becomes))
            })
            .collect::<miette::Result<_>>()?;
        Ok(Self {
            name: directory
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            directory,
            program,
            requirements,
            uses,
            definition,
            varies,
        })
    }

    /// The directory that its modules are imported from.
    pub(crate) fn sources(&self) -> PathBuf {
        let src = self.directory.join("src");
        if src.is_dir() {
            src
        } else {
            self.directory.clone()
        }
    }

    /// The distributions that it uses itself, each with its version.
    pub(crate) fn distributions(&self) -> Vec<String> {
        let version = |name: &String| {
            self.requirements
                .iter()
                .filter_map(|requirement| requirement.split_once("=="))
                .find(|(other, _)| normalized(distribution_name(other)) == normalized(name))
                .map_or_else(|| name.clone(), |(_, version)| format!("{name} {version}"))
        };
        self.uses.iter().map(version).collect()
    }
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path) -> miette::Result<T> {
    let text = fs::read_to_string(path).into_diagnostic()?;
    toml::from_str(&text)
        .into_diagnostic()
        .wrap_err_with(|| path.display().to_string())
}

/// The requirements of a requirements file, without comments.
fn requirements(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| line.split(" #").next().unwrap_or(line).trim())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// The name that a requirement begins with.
fn distribution_name(requirement: &str) -> &str {
    requirement
        .split(|character: char| !(character.is_alphanumeric() || "-_.".contains(character)))
        .next()
        .unwrap_or(requirement)
}

/// A name as distributions are compared.
fn normalized(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

/// The `script` block of a script.
fn inline_metadata(text: &str) -> Option<String> {
    let mut lines = text.lines().skip_while(|line| *line != "# /// script");
    lines.next()?;
    let block: Vec<&str> = lines
        .take_while(|line| *line != "# ///")
        .map(|line| {
            line.strip_prefix("# ")
                .or_else(|| line.strip_prefix('#'))
                .unwrap_or(line)
        })
        .collect();
    Some(block.join("\n"))
}
