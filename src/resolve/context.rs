//! What every kind of input needs: the user's choices, dependencies, and the runtime's version.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use pep440_rs::{Version, VersionSpecifiers};

use super::installer::{Home, Installer, Plan, Tool};
use super::request::{Choice, Interpreter, Request, Resolved};
use super::{Alternative, AppTree, Application, Entry, entry, site, tree};
use crate::configure::Bin;
use crate::interrupt::TempDir;
use crate::metadata::names;
use crate::ui::{Reporter, format};
use crate::{Code, Error, Result};

/// Where dependencies lie.
#[derive(Default)]
pub(super) struct Dependencies {
    /// The `site-packages` that holds them.
    site: Option<PathBuf>,
    /// Distributions in it to leave out.
    left_out: Vec<String>,
    /// What must exist as long as the application is used.
    trees: Vec<TempDir>,
}

impl Dependencies {
    /// The `site-packages` that holds them, if there are any.
    pub(super) fn directory(&self) -> Option<&Path> {
        self.site.as_deref()
    }

    /// Keeps a temporary tree of which the application is made.
    pub(super) fn keep(&mut self, tree: TempDir) {
        self.trees.push(tree);
    }

    /// Puts the parts together.
    pub(super) fn resolved(
        self,
        name: String,
        entry: Option<Entry>,
        alternatives: Vec<Alternative>,
        app: Option<AppTree>,
        own_distributions: Vec<String>,
    ) -> Resolved {
        Resolved {
            application: Application {
                name,
                entry,
                alternatives,
                app,
                site: self.site,
                own_distributions,
                left_out_distributions: self.left_out,
            },
            _trees: self.trees,
        }
    }
}

/// A request, and what it is carried out with.
pub(super) struct Context<'a> {
    pub(super) request: &'a Request,
    pub(super) interpreter: &'a Interpreter,
    pub(super) reporter: &'a dyn Reporter,
}

impl Context<'_> {
    /// What the user chose to run, else the only console script, with the name of the console script.
    pub(super) fn choose(
        &self,
        scripts: &BTreeMap<String, String>,
        whose: &str,
    ) -> Result<(Option<String>, Entry)> {
        let Some(choice) = &self.request.choice else {
            return entry::choose(scripts, None, whose).map(|(name, entry)| (Some(name), entry));
        };
        match (choice.entry()?, choice) {
            (None, Choice::Script(name)) => {
                entry::choose(scripts, Some(name), whose).map(|(name, entry)| (Some(name), entry))
            }
            (None, _) => {
                entry::choose(scripts, None, whose).map(|(name, entry)| (Some(name), entry))
            }
            (Some(entry), _) => Ok((None, entry)),
        }
    }

    /// What runs by default, if anything does: where there are further programs, there need not be a main one.
    pub(super) fn main(&self, entry: Result<Entry>) -> Result<Option<Entry>> {
        match entry {
            Ok(entry) => Ok(Some(entry)),
            Err(error)
                if self.request.choice.is_none()
                    && !self.request.bins.is_empty()
                    && matches!(error.code(), Code::NoEntry | Code::SeveralEntries) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The further programs, where these are the console scripts and `roots` the search path.
    pub(super) fn alternatives(
        &self,
        scripts: &BTreeMap<String, String>,
        whose: &str,
        roots: &[&Path],
    ) -> Result<Vec<Alternative>> {
        let alternative = |bin: &Bin| {
            let entry = if let Some(name) = &bin.script {
                entry::choose(scripts, Some(name), whose)?.1
            } else if let Some(text) = &bin.entry {
                entry::parse(text)?
            } else if let Some(text) = &bin.module {
                entry::parse_module(text)?
            } else {
                Entry::Command(bin.command.clone().unwrap_or_default())
            };
            entry::check(&entry, roots)?;
            Ok(Alternative {
                name: bin.name.clone(),
                entry,
                arguments: bin.arguments.clone(),
            })
        };
        self.request.bins.iter().map(alternative).collect()
    }

    /// Installs a wheel of the project in `directory`, with what it requires.
    pub(super) fn installed_project(&self, directory: &Path) -> Result<Dependencies> {
        self.install(&Plan {
            project: Some(directory.to_owned()),
            declared: Vec::new(),
            home: Some(Home::Project(directory.to_owned())),
            requirements: self.request.with.clone(),
            files: self.request.requirements.clone(),
        })
    }

    /// Installs what the program declares to require, or opens the tree that the user brought. `home`: what a lock file may belong to.
    pub(super) fn dependencies(
        &self,
        declared: Vec<String>,
        home: Option<Home>,
    ) -> Result<Dependencies> {
        if let Some(directory) = &self.request.site {
            let mut site = site::open(&tree::absolute(directory)?, self.interpreter)?;
            // What the program asks for by name is no leftover of installing.
            for requirement in declared.iter().chain(&self.request.with) {
                let asked = names::of_requirement(requirement);
                site.left_out.retain(|name| asked.as_ref() != Some(name));
            }
            return Ok(Dependencies {
                site: Some(site.directory),
                left_out: site.left_out,
                trees: Vec::new(),
            });
        }
        self.install(&Plan {
            project: None,
            declared,
            home,
            requirements: self.request.with.clone(),
            files: self.request.requirements.clone(),
        })
    }

    fn install(&self, plan: &Plan) -> Result<Dependencies> {
        if plan.is_empty() {
            return Ok(Dependencies::default());
        }
        let tool = self.request.tool.unwrap_or_else(Tool::choose);
        let installer = Installer {
            tool,
            locking: self.request.locking,
            interpreter: self.interpreter,
            reporter: self.reporter,
        };
        let installed = installer.install(plan)?;
        Ok(Dependencies {
            site: Some(installed.site),
            left_out: Vec::new(),
            trees: installed.tree.into_iter().collect(),
        })
    }

    /// The executable's name: the user's choice, else the derived one.
    pub(super) fn name(&self, derived: &str) -> String {
        self.request
            .name
            .clone()
            .unwrap_or_else(|| derived.to_owned())
    }

    /// Checks `requires-python`; `file` says it.
    pub(super) fn check_python(&self, requires: Option<&str>, file: &Path) -> Result<()> {
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
