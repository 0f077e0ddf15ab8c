//! `fastice build DIR`, a directory with a `pyproject.toml` or a `setup.py`.

use std::collections::BTreeMap;
use std::path::Path;

use super::directory::{directory_name, suggest_modules};
use crate::metadata::names;
use crate::resolve::context::Context;
use crate::resolve::distribution::{self, Distribution};
use crate::resolve::installer::Home;
use crate::resolve::pyproject::{self, ProjectFile};
use crate::resolve::request::Resolved;
use crate::resolve::{Entry, entry, tree};
use crate::ui::format;
use crate::{Code, Error, Result};

/// A project of which a wheel is made. `scripts`: its console scripts, when they are known beforehand.
pub(super) fn package(
    context: &Context,
    directory: &Path,
    scripts: Option<&BTreeMap<String, String>>,
) -> Result<Resolved> {
    let whose = format!("the project `{}`", format::path(directory));
    // What can be found wrong at once is not found after minutes of installing.
    if let Some(scripts) = scripts {
        let chosen = context
            .choose(scripts, &whose)
            .map_err(|error| suggest_modules(error, &pyproject::source_root(directory)));
        context.main(chosen.map(|(_, entry)| entry))?;
    }
    let dependencies = context.installed_project(directory)?;
    let site = dependencies.directory().unwrap_or(directory).to_owned();
    let own = own_distribution(&site, directory)?;
    let scripts = own.scripts();
    let (script, entry) = entry::split(context.choose(&scripts, &whose));
    let entry = context.main(entry)?;
    if let Some(entry) = &entry {
        entry::check(entry, &[&site])?;
    }
    let alternatives = context.alternatives(&scripts, &whose, &[&site])?;
    let name = context.name(&script.unwrap_or_else(|| own.name.clone()));
    Ok(dependencies.resolved(name, entry, alternatives, None, vec![own.name]))
}

/// A project that is taken as it lies, with its dependencies.
pub(super) fn unpackaged(
    context: &Context,
    directory: &Path,
    project: &ProjectFile,
) -> Result<Resolved> {
    let whose = format!("the project `{}`", format::path(directory));
    let table = project.project.as_ref();
    let requirements = table
        .map(|table| table.dependencies.clone())
        .unwrap_or_default();
    let scripts = project.scripts().unwrap_or_default();
    let root = pyproject::source_root(directory);
    let is_directory_program = scripts.is_empty()
        && context.request.choice.is_none()
        && root.join("__main__.py").is_file();
    let (script, entry) = entry::split(if is_directory_program {
        Ok((None, Entry::Directory))
    } else {
        context
            .choose(&scripts, &whose)
            .map_err(|error| suggest_modules(error, &root))
    });
    let entry = context.main(entry)?;
    let dependencies =
        context.dependencies(requirements, Some(Home::Project(directory.to_owned())))?;
    let roots: Vec<&Path> = std::iter::once(root.as_path())
        .chain(dependencies.directory())
        .collect();
    if let Some(entry) = &entry {
        entry::check(entry, &roots)?;
    }
    let alternatives = context.alternatives(&scripts, &whose, &roots)?;
    let fallback = table
        .and_then(|table| table.name.clone())
        .unwrap_or_else(|| directory_name(directory));
    let name = context.name(&script.unwrap_or(fallback));
    let own = table
        .and_then(|table| table.name.as_deref())
        .map(names::normalize);
    let app = tree::project(&root)?;
    let own = own.into_iter().collect();
    Ok(dependencies.resolved(name, entry, alternatives, Some(app), own))
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
