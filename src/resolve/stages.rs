//! The stage itself: which kind of input it is, what must be installed for it, and what then runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use pep440_rs::{Version, VersionSpecifiers};

use super::distribution::{self, Distribution};
use super::installer::{self, Installed, Plan, Tool};
use super::project::{self, ProjectFile};
use super::request::{Choice, Input, Interpreter, Request, Resolved};
use super::site::Site;
use super::{AppTree, Application, Entry, entry, script, siblings, site, tree};
use crate::metadata::names;
use crate::ui::{Reporter, format};
use crate::{Code, Error, Result};

/// Checks what can be checked without a runtime: that the input exists and the name can be one.
///
/// # Errors
/// [`Code::NoSuchPath`], [`Code::InvalidName`].
pub fn check(request: &Request) -> Result<()> {
    if let Some(name) = request
        .name
        .as_deref()
        .filter(|name| !names::is_file_name(name))
    {
        return Err(Error::new(
            Code::InvalidName,
            format!("`{name}` cannot name an executable"),
        )
        .hint("a name has no `/`; the directory goes to `-o`"));
    }
    if let Input::Path(path) = &request.input {
        existing(path)?;
    }
    Ok(())
}

/// Finds out what the user's input is, installs what it depends on, and decides what runs.
///
/// # Errors
/// When the input is no program, its entry cannot be decided, or its dependencies cannot be installed.
pub fn resolve(
    request: &Request,
    interpreter: &Interpreter,
    reporter: &dyn Reporter,
) -> Result<Resolved> {
    check(request)?;
    let context = Context {
        request,
        interpreter,
        reporter,
    };
    match &request.input {
        Input::Requirement(requirement) => context.requirement(requirement),
        Input::Path(path) => {
            let path = existing(path)?;
            if path.is_dir() {
                context.directory(&path)
            } else {
                context.script(&path)
            }
        }
    }
}

/// The absolute path of an input that exists.
fn existing(path: &Path) -> Result<PathBuf> {
    if fs_err::metadata(path).is_ok() {
        return tree::absolute(path);
    }
    let error = Error::new(
        Code::NoSuchPath,
        format!("`{}` does not exist", format::path(path)),
    );
    let text = path.to_string_lossy();
    Err(match names::of_requirement(&text) {
        Some(_) if !text.ends_with(".py") => error.hint(format!(
            "to freeze a program from the package index use `--from {text}`"
        )),
        _ => error.hint("name a script, or a directory with a pyproject.toml or a __main__.py"),
    })
}

struct Context<'a> {
    request: &'a Request,
    interpreter: &'a Interpreter,
    reporter: &'a dyn Reporter,
}

/// Where dependencies lie.
struct Dependencies {
    /// The tree that was installed now.
    installed: Option<Installed>,
    /// The tree that the user brought.
    site: Option<Site>,
}

impl Dependencies {
    fn directory(&self) -> Option<&Path> {
        let installed = self
            .installed
            .as_ref()
            .map(|installed| installed.site.as_path());
        installed.or_else(|| self.site.as_ref().map(|site| site.directory.as_path()))
    }

    /// Puts the parts together.
    fn resolved(
        self,
        name: String,
        entry: Entry,
        app: Option<AppTree>,
        own_distributions: Vec<String>,
    ) -> Resolved {
        let site = self.directory().map(Path::to_owned);
        Resolved {
            application: Application {
                name,
                entry,
                app,
                site,
                own_distributions,
                left_out_distributions: self.site.map(|site| site.left_out).unwrap_or_default(),
            },
            _tree: self.installed.map(|installed| installed.tree),
        }
    }
}

impl Context<'_> {
    /// `fastice build script.py`.
    fn script(&self, path: &Path) -> Result<Resolved> {
        if let Some(choice) = &self.request.choice {
            let flag = match choice {
                Choice::Script(_) => "--script",
                Choice::Entry(_) => "--entry",
                Choice::Module(_) => "--module",
            };
            return Err(Error::new(
                Code::InvalidEntry,
                format!(
                    "`{flag}` chooses within a project, and `{}` is a script",
                    format::path(path)
                ),
            )
            .hint("leave the flag away, or name the project's directory"));
        }
        let source = fs_err::read(path).map_err(Error::io)?;
        if source.contains(&0) {
            return Err(Error::new(
                Code::NotAProgram,
                format!("`{}` is not a Python script", format::path(path)),
            )
            .hint("name a script, or a directory with a pyproject.toml or a __main__.py"));
        }
        let text = String::from_utf8_lossy(&source);
        let metadata = script::metadata(path, &text)?;
        self.check_python(metadata.requires_python.as_deref(), path)?;
        let dependencies = self.dependencies(None, None, metadata.dependencies)?;
        let (root, file) = split(path)?;
        let app = siblings::collect(&root, &file)?;
        let stem = path
            .file_stem()
            .unwrap_or(path.as_os_str())
            .to_string_lossy();
        let name = self.name(&stem);
        Ok(dependencies.resolved(name, Entry::Script(file), Some(app), Vec::new()))
    }

    /// `fastice build DIR`.
    fn directory(&self, directory: &Path) -> Result<Resolved> {
        let file = directory.join("pyproject.toml");
        if file.is_file() {
            let project = ProjectFile::read(&file)?;
            let requires = project
                .project
                .as_ref()
                .and_then(|table| table.requires_python.as_deref());
            self.check_python(requires, &file)?;
            if project.is_package(directory) && self.request.site.is_none() {
                return self.package(directory, project.scripts().as_ref());
            }
            return self.unpackaged(directory, &project);
        }
        if project::is_setuptools_project(directory) && self.request.site.is_none() {
            return self.package(directory, None);
        }
        self.plain(directory)
    }

    /// A project of which a wheel is made. `scripts`: its console scripts, when they are known beforehand.
    fn package(
        &self,
        directory: &Path,
        scripts: Option<&BTreeMap<String, String>>,
    ) -> Result<Resolved> {
        let whose = format!("the project `{}`", format::path(directory));
        // What can be found wrong at once is not found after minutes of installing.
        if let Some(scripts) = scripts {
            self.choose(scripts, &whose)
                .map_err(|error| suggest_modules(error, &project::source_root(directory)))?;
        }
        let dependencies = self.dependencies(Some(directory), None, Vec::new())?;
        let site = dependencies.directory().unwrap_or(directory).to_owned();
        let own = own_distribution(&site, directory)?;
        let (name, entry) = match self.choose(&own.scripts(), &whose)? {
            (Some(name), entry) => (name, entry),
            (None, entry) => (own.name.clone(), entry),
        };
        entry::check(&entry, &[&site])?;
        Ok(dependencies.resolved(self.name(&name), entry, None, vec![own.name]))
    }

    /// A project that is taken as it lies, with its dependencies.
    fn unpackaged(&self, directory: &Path, project: &ProjectFile) -> Result<Resolved> {
        let whose = format!("the project `{}`", format::path(directory));
        let table = project.project.as_ref();
        let requirements = table
            .map(|table| table.dependencies.clone())
            .unwrap_or_default();
        let scripts = project.scripts().unwrap_or_default();
        let root = project::source_root(directory);
        let is_directory_program = scripts.is_empty()
            && self.request.choice.is_none()
            && root.join("__main__.py").is_file();
        let (script, entry) = if is_directory_program {
            (None, Entry::Directory)
        } else {
            self.choose(&scripts, &whose)
                .map_err(|error| suggest_modules(error, &root))?
        };
        let dependencies = self.dependencies(None, Some(directory), requirements)?;
        let roots: Vec<&Path> = std::iter::once(root.as_path())
            .chain(dependencies.directory())
            .collect();
        entry::check(&entry, &roots)?;
        let fallback = table
            .and_then(|table| table.name.clone())
            .unwrap_or_else(|| directory_name(directory));
        let name = self.name(&script.unwrap_or(fallback));
        let own = table
            .and_then(|table| table.name.as_deref())
            .map(names::normalize);
        let app = tree::project(&root)?;
        Ok(dependencies.resolved(name, entry, Some(app), own.into_iter().collect()))
    }

    /// A directory without any project file: a package, a directory with a `__main__.py`, or a place where `-m` and `-e`
    /// find their modules.
    fn plain(&self, directory: &Path) -> Result<Resolved> {
        let has = |name: &str| directory.join(name).is_file();
        let parent = directory.parent().unwrap_or(directory);
        let (root, entry) = match &self.request.choice {
            Some(Choice::Script(name)) => {
                return Err(Error::new(
                    Code::NoSuchScript,
                    format!(
                        "`{}` has no console script `{name}`: it has no pyproject.toml",
                        format::path(directory)
                    ),
                )
                .hint("choose a function with `-e PKG.MOD:FUNC` or a module with `-m PKG.MOD`"));
            }
            Some(Choice::Entry(text)) => (directory, entry::parse(text)?),
            Some(Choice::Module(text)) => (directory, entry::parse_module(text)?),
            None if has("__main__.py") && has("__init__.py") => {
                (parent, Entry::Module(directory_name(directory)))
            }
            None if has("__main__.py") => (directory, Entry::Directory),
            None => {
                let error = Error::new(
                    Code::NoEntry,
                    format!(
                        "`{}` has neither a pyproject.toml nor a __main__.py",
                        format::path(directory)
                    ),
                );
                return Err(suggest_modules(error, directory));
            }
        };
        let dependencies = self.dependencies(None, Some(directory), Vec::new())?;
        let roots: Vec<&Path> = std::iter::once(root)
            .chain(dependencies.directory())
            .collect();
        entry::check(&entry, &roots)?;
        let app = if root == directory {
            tree::project(root)?
        } else {
            tree::package(root, directory)?
        };
        let name = match &entry {
            Entry::Module(module) | Entry::Function { module, .. } => {
                module.split('.').next().unwrap_or(module).to_owned()
            }
            _ => directory_name(directory),
        };
        Ok(dependencies.resolved(self.name(&name), entry, Some(app), Vec::new()))
    }

    /// `fastice build --from REQ`.
    fn requirement(&self, requirement: &str) -> Result<Resolved> {
        let dependencies = self.dependencies(None, None, vec![requirement.to_owned()])?;
        let Some(site) = dependencies.directory().map(Path::to_owned) else {
            return Err(Error::new(
                Code::Requirement,
                format!("`{requirement}` installs nothing"),
            ));
        };
        let installed = distribution::installed(&site)?;
        let named = names::of_requirement(requirement);
        let path = tree::absolute(Path::new(requirement)).ok();
        let distribution = installed
            .into_iter()
            .find(|distribution| match &named {
                Some(name) => distribution.name == *name,
                None => distribution
                    .local_origin()
                    .is_some_and(|origin| Some(origin) == path),
            })
            .ok_or_else(|| {
                Error::new(
                    Code::Requirement,
                    format!("it cannot be told which distribution `{requirement}` is"),
                )
                .hint("write its name before the address: `NAME @ https://…`")
            })?;
        let whose = format!("`{}`", distribution.name);
        let mut scripts = distribution.scripts();
        if self.request.choice.is_none() && scripts.contains_key(&distribution.name) {
            // Of several, the one called as the distribution is meant, as with `pipx run` and `uvx`.
            scripts.retain(|name, _| *name == distribution.name);
        }
        let (script, entry) = self.choose(&scripts, &whose)?;
        entry::check(&entry, &[&site])?;
        let name = self.name(&script.unwrap_or(distribution.name));
        Ok(dependencies.resolved(name, entry, None, Vec::new()))
    }

    /// What the user chose to run, else the only console script, with the name of the console script.
    fn choose(
        &self,
        scripts: &BTreeMap<String, String>,
        whose: &str,
    ) -> Result<(Option<String>, Entry)> {
        match &self.request.choice {
            Some(Choice::Entry(text)) => Ok((None, entry::parse(text)?)),
            Some(Choice::Module(text)) => Ok((None, entry::parse_module(text)?)),
            Some(Choice::Script(name)) => {
                entry::choose(scripts, Some(name), whose).map(|(name, entry)| (Some(name), entry))
            }
            None => entry::choose(scripts, None, whose).map(|(name, entry)| (Some(name), entry)),
        }
    }

    /// Installs `requirements` (and a wheel of `project`), or opens the tree that the user brought, where `link` may be linked.
    fn dependencies(
        &self,
        project: Option<&Path>,
        link: Option<&Path>,
        mut requirements: Vec<String>,
    ) -> Result<Dependencies> {
        if let Some(directory) = &self.request.site {
            let site = site::open(&tree::absolute(directory)?, self.interpreter, link)?;
            return Ok(Dependencies {
                installed: None,
                site: Some(site),
            });
        }
        requirements.extend(self.request.with.iter().cloned());
        let plan = Plan {
            project: project.map(Path::to_owned),
            requirements,
            files: self.request.requirements.clone(),
        };
        if plan.is_empty() {
            return Ok(Dependencies {
                installed: None,
                site: None,
            });
        }
        let tool = self.request.tool.unwrap_or_else(Tool::choose);
        let installed = installer::install(&plan, tool, self.interpreter, self.reporter)?;
        Ok(Dependencies {
            installed: Some(installed),
            site: None,
        })
    }

    fn name(&self, derived: &str) -> String {
        self.request
            .name
            .clone()
            .unwrap_or_else(|| derived.to_owned())
    }

    /// Checks `requires-python`; `file` says it.
    fn check_python(&self, requires: Option<&str>, file: &Path) -> Result<()> {
        let Some(requires) = requires else {
            return Ok(());
        };
        let name = format::path(file);
        let specifiers = VersionSpecifiers::from_str(requires).map_err(|error| {
            Error::new(
                Code::RequiresPython,
                format!("`requires-python = \"{requires}\"` in `{name}` is not valid"),
            )
            .caused_by(error)
        })?;
        let version = &self.interpreter.version;
        let fits = Version::from_str(version).is_ok_and(|version| specifiers.contains(&version));
        if fits {
            return Ok(());
        }
        Err(Error::new(
            Code::RequiresPython,
            format!("`{name}` needs Python {requires}, and the runtime is Python {version}"),
        )
        .hint("change `requires-python` if the program runs on this version too"))
    }
}

/// The distribution that was made of the project in `directory`.
fn own_distribution(site: &Path, directory: &Path) -> Result<Distribution> {
    let real = fs_err::canonicalize(directory).map_err(Error::io)?;
    distribution::installed(site)?
        .into_iter()
        .find(|distribution| {
            distribution
                .local_origin()
                .and_then(|origin| fs_err::canonicalize(origin).ok())
                .is_some_and(|origin| origin == real)
        })
        .ok_or_else(|| {
            Error::new(
                Code::Distribution,
                format!(
                    "the wheel made of `{}` left no metadata",
                    format::path(directory)
                ),
            )
        })
}

/// Adds to an error about a missing entry the modules of `root` that could run.
fn suggest_modules(error: Error, root: &Path) -> Error {
    if error.code() != Code::NoEntry {
        return error;
    }
    let mut names: Vec<String> = fs_err::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let path = entry.path();
            let stem = path.file_stem()?.to_str()?.to_owned();
            let runs = path.join("__main__.py").is_file()
                || (path.extension().is_some_and(|extension| extension == "py")
                    && !matches!(stem.as_str(), "setup" | "conftest" | "noxfile" | "__init__"));
            runs.then_some(stem)
        })
        .collect();
    names.sort();
    match names.as_slice() {
        [] => error.hint("choose a function with `-e PKG.MOD:FUNC` or a module with `-m PKG.MOD`"),
        [only] => error.hint(format!("to run the module `{only}` use `-m {only}`")),
        [first, ..] => {
            let first = names.iter().find(|name| *name == "main").unwrap_or(first);
            let list = names
                .iter()
                .take(8)
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>();
            error.hint(format!(
                "choose a module with `-m {first}`; there are {}",
                list.join(", ")
            ))
        }
    }
}

fn directory_name(directory: &Path) -> String {
    directory
        .file_name()
        .unwrap_or(directory.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// Directory and name of a file.
fn split(path: &Path) -> Result<(PathBuf, PathBuf)> {
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => Ok((parent.to_owned(), PathBuf::from(name))),
        _ => Err(Error::new(
            Code::NotAProgram,
            format!("`{}` is no file", format::path(path)),
        )),
    }
}
