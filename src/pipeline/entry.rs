//! What the executable runs.

use fastice_image::{Alternative, Program, PythonIdentity};

use crate::analyze::Modules;
use crate::collect::{APP, Collection};
use crate::resolve::{Application, Entry};
use crate::runtime::{self, StandardLibrary};
use crate::{Code, Error, Result};

/// The entries, with their files in the collection, but not yet looked up among the modules.
pub(super) struct Prepared {
    /// What runs, a package named as itself.
    pub(super) program: Program,
    /// What else runs.
    pub(super) alternatives: Vec<Alternative>,
    /// Modules that the entries import.
    pub(super) imports: Vec<String>,
}

/// `sys.path` of the program, below the root.
pub(super) fn search_paths(
    application: &Application,
    collection: &Collection,
    identity: &PythonIdentity,
) -> Vec<String> {
    let mut paths = Vec::new();
    if application.app.is_some() {
        // As `python` does it: the directory of the script comes first.
        match &application.entry {
            Some(Entry::Script(script)) => {
                match script.parent().and_then(std::path::Path::to_str) {
                    Some(parent) if !parent.is_empty() => paths.push(format!("{APP}/{parent}")),
                    _ => paths.push(APP.to_owned()),
                }
            }
            // The archive itself does, and CPython puts it there.
            Some(Entry::Archive(_)) => {}
            _ => paths.push(APP.to_owned()),
        }
    }
    paths.extend(runtime::search_paths(identity));
    paths.extend(collection.search_paths.iter().cloned());
    paths
}

impl Prepared {
    /// Is the source at `origin` a file that runs?
    pub(super) fn runs(&self, origin: &str) -> bool {
        let alternatives = self.alternatives.iter().map(|other| &other.program);
        std::iter::once(&self.program)
            .chain(alternatives)
            .any(|program| match program {
                Program::File { path } => path == origin,
                Program::Directory { path } => origin == format!("{path}/__main__.py"),
                _ => false,
            })
    }

    /// The programs for the header: `-m` of a package runs its `__main__`, which must exist.
    ///
    /// # Errors
    /// [`Code::NoSuchModule`].
    pub(super) fn resolve(
        self,
        modules: &Modules,
        search_paths: &[String],
        library: &StandardLibrary,
    ) -> Result<(Program, Vec<Alternative>)> {
        let resolve = |program| resolve_module(program, modules, search_paths, library);
        let alternatives = self.alternatives.into_iter().map(|alternative| {
            Ok(Alternative {
                program: resolve(alternative.program)?,
                ..alternative
            })
        });
        let alternatives = alternatives.collect::<Result<_>>()?;
        Ok((resolve(self.program)?, alternatives))
    }
}

fn resolve_module(
    program: Program,
    modules: &Modules,
    search_paths: &[String],
    library: &StandardLibrary,
) -> Result<Program> {
    let Program::Module { name } = program else {
        return Ok(program);
    };
    let main = format!("{name}.__main__");
    let found = |name: &str| find(name, modules, search_paths).or_else(|| standard(name, library));
    match (found(&name), found(&main)) {
        (Some(true), Some(_)) => Ok(Program::Module { name: main }),
        (Some(false), _) => Ok(Program::Module { name }),
        (Some(true), None) => Err(Error::new(
            Code::NoSuchModule,
            format!("the package `{name}` cannot be run: it has no `__main__`"),
        )
        .hint("name a module with `-m`, or a function with `-e pkg.mod:func`")),
        (None, _) => Err(Error::new(
            Code::NoSuchModule,
            format!("there is no module `{name}`"),
        )),
    }
}

/// Is the module `name` of the program a package? `None` if there is no such module.
fn find(name: &str, modules: &Modules, search_paths: &[String]) -> Option<bool> {
    let (package, last) = match name.rsplit_once('.') {
        Some((package, last)) => (format!("/{}", package.replace('.', "/")), last),
        None => (String::new(), name),
    };
    search_paths
        .iter()
        .find_map(|root| modules.get(&(format!("{root}{package}"), last.to_owned())))
        .map(|found| found.is_package)
}

/// The same for standard modules.
fn standard(name: &str, library: &StandardLibrary) -> Option<bool> {
    let module = library.modules().get(name)?;
    Some(
        module
            .origin
            .as_ref()
            .is_some_and(|origin| origin.ends_with("/__init__.py")),
    )
}
