//! Is what should run there?

use std::path::{Path, PathBuf};

use super::bindings::Bound;
use crate::analyze::imports;
use crate::resolve::Entry;
use crate::ui::format;
use crate::{Code, Error, Result};

/// Checks that what runs exists below one of `roots` (directories of `sys.path`).
///
/// # Errors
/// [`Code::NoSuchModule`], [`Code::NoSuchFunction`].
pub(in crate::resolve) fn check(entry: &Entry, roots: &[&Path]) -> Result<()> {
    match entry {
        Entry::Function { module, attribute } => {
            let found = find(module, roots).ok_or_else(|| no_such_module(module, roots))?;
            check_attribute(module, attribute, &found)
        }
        Entry::Module(name) => match find(name, roots) {
            None => Err(no_such_module(name, roots)),
            Some(Found::File(path)) if path.ends_with("__init__.py") => {
                let main = format!("{name}.__main__");
                find(&main, roots).map(|_| ()).ok_or_else(|| {
                    Error::new(
                        Code::NoSuchModule,
                        format!("the package `{name}` cannot be run: it has no `__main__`"),
                    )
                    .hint("choose a function with `-e PKG.MOD:FUNC`, or another module")
                })
            }
            Some(Found::Namespace) if find(&format!("{name}.__main__"), roots).is_none() => {
                Err(no_such_module(name, roots))
            }
            Some(_) => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Where a module was found.
enum Found {
    /// A file that defines it.
    File(PathBuf),
    /// A directory without `__init__`.
    Namespace,
}

fn find(module: &str, roots: &[&Path]) -> Option<Found> {
    let relative: PathBuf = module.split('.').collect();
    let mut namespace = None;
    for root in roots {
        let path = root.join(&relative);
        let init = path.join("__init__.py");
        if init.is_file() {
            return Some(Found::File(init));
        }
        let name = path.file_name()?.to_str()?.to_owned();
        let directory = path.parent()?;
        let source = directory.join(format!("{name}.py"));
        if source.is_file() {
            return Some(Found::File(source));
        }
        let compiled = fs_err::read_dir(directory)
            .into_iter()
            .flatten()
            .flatten()
            .find(|file| is_compiled(&file.path(), &name));
        if let Some(file) = compiled {
            return Some(Found::File(file.path()));
        }
        if path.is_dir() {
            namespace = Some(Found::Namespace);
        }
    }
    namespace
}

/// Is `path` an extension module or sourceless byte code called `name`: `name.cpython-313-x86_64-linux-gnu.so`, `name.pyc`?
fn is_compiled(path: &Path, name: &str) -> bool {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    file.split('.').next() == Some(name)
        && path
            .extension()
            .is_some_and(|extension| extension == "so" || extension == "pyc")
}

fn no_such_module(module: &str, roots: &[&Path]) -> Error {
    let error = Error::new(Code::NoSuchModule, format!("there is no module `{module}`"));
    // The deepest package that does exist says where the name goes wrong.
    let mut parent = module;
    while let Some((shorter, _)) = parent.rsplit_once('.') {
        parent = shorter;
        if find(parent, roots).is_some() {
            return error.hint(format!(
                "the package `{parent}` exists; check the name after it"
            ));
        }
    }
    error.hint("check the name; the module must be part of the project or of its dependencies")
}

/// Looks for the first part of `attribute` among the names that the module's top level binds. What cannot be read for
/// certain (extension modules, star imports, a module `__getattr__`, assignments that are no statements) passes.
fn check_attribute(module: &str, attribute: &str, found: &Found) -> Result<()> {
    let Found::File(path) = found else {
        return Ok(());
    };
    let first = attribute.split('.').next().unwrap_or(attribute);
    if path.extension().is_none_or(|extension| extension != "py") {
        return Ok(());
    }
    let Ok(source) = fs_err::read(path) else {
        return Ok(());
    };
    let source = String::from_utf8_lossy(&source);
    let Some(bound) = imports::in_pool(|| Bound::by_module(&source)) else {
        return Ok(());
    };
    let binds = |name: &str| bound.names.iter().any(|bound| bound == name);
    let binds_more = ["globals(", "vars(", "setattr(", ":="]
        .iter()
        .any(|sign| source.contains(sign));
    if bound.unknown || binds_more || binds("__getattr__") || binds(first) {
        return Ok(());
    }
    let submodule = path.ends_with("__init__.py")
        && path.parent().is_some_and(|directory| {
            directory.join(format!("{first}.py")).exists() || directory.join(first).is_dir()
        });
    if submodule {
        return Ok(());
    }
    let error = Error::new(
        Code::NoSuchFunction,
        format!("the module `{module}` does not define `{first}`"),
    );
    let functions = bound
        .functions
        .iter()
        .take(8)
        .map(|name| format!("`{name}`"));
    let functions = functions.collect::<Vec<_>>().join(", ");
    Err(if functions.is_empty() {
        error.hint(format!("it is read from {}", format::path(path)))
    } else {
        error.hint(format!("it defines {functions}"))
    })
}
