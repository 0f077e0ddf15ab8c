//! The stage itself: which kind of input it is, what must be installed for it, and what then runs.

mod archive;
mod bytecode;
mod directory;
mod nothing;
mod project;
mod requirement;
mod script;
mod siblings;

use std::path::{Path, PathBuf};

use super::context::Context;
use super::pyproject::{self, ProjectFile};
use super::request::{Input, Interpreter, Request, Resolved};
use super::{Entry, tree};
use crate::configure::Mode;
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
    let resolved = match &request.input {
        Input::Nothing => nothing::nothing(&context),
        Input::Requirement(requirement) => requirement::requirement(&context, requirement),
        Input::Path(path) => {
            let path = existing(path)?;
            if path.is_dir() {
                any_directory(&context, &path)
            } else {
                script::script(&context, &path)
            }
        }
    }?;
    check_mode(request.mode, resolved.application().entry.as_ref())?;
    Ok(resolved)
}

/// Does the program run as the user said?
fn check_mode(wanted: Option<Mode>, entry: Option<&Entry>) -> Result<()> {
    let (Some(wanted), Some(entry)) = (wanted, entry) else {
        return Ok(());
    };
    let mode = match entry {
        Entry::Script(path) if path.extension().is_some_and(|end| end == "pyc") => Mode::Bytecode,
        Entry::Script(_) => Mode::Script,
        Entry::Function { .. } => Mode::Entry,
        Entry::Module(_) => Mode::Module,
        Entry::Directory => Mode::Directory,
        Entry::Archive(_) => Mode::Archive,
        Entry::Command(_) => Mode::Command,
        Entry::Stdin => Mode::Stdin,
        Entry::Interactive => Mode::Interactive,
        Entry::Interpreter => Mode::Interpreter,
    };
    if mode == wanted {
        return Ok(());
    }
    Err(Error::new(
        Code::UnfitMode,
        format!(
            "the program cannot run as `{}`: it runs as `{}`",
            wanted.name(),
            mode.name()
        ),
    )
    .hint("leave `--mode` away, or name another input"))
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

/// Decides what kind of directory it is. With `--site` nothing is built, and a project is taken as it lies.
fn any_directory(context: &Context, directory: &Path) -> Result<Resolved> {
    let file = directory.join("pyproject.toml");
    if file.is_file() {
        let project_file = ProjectFile::read(&file)?;
        let requires = project_file
            .project
            .as_ref()
            .and_then(|table| table.requires_python.as_deref());
        context.check_python(requires, &file)?;
        if project_file.is_package(directory) && context.request.site.is_none() {
            return project::package(context, directory, project_file.scripts().as_ref());
        }
        return project::unpackaged(context, directory, &project_file);
    }
    if pyproject::is_setuptools_project(directory) && context.request.site.is_none() {
        return project::package(context, directory, None);
    }
    directory::plain(context, directory)
}
