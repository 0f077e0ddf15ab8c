//! What the executable runs.

use fastice_image::{Program, PythonIdentity};

use crate::analyze::Modules;
use crate::collect::{APP, Collected, Collection, console_script};
use crate::resolve::{Application, Entry};
use crate::runtime::{self, StandardLibrary};
use crate::write::Contents;
use crate::{Code, Error, Result};

/// The entry, with its file in the collection, but not yet looked up among the modules.
pub(super) struct Prepared {
    /// What runs, a package named as itself.
    program: Program,
    /// Modules that the entry imports.
    pub(super) imports: Vec<String>,
}

/// Writes what the entry needs into `collection`: a function gets its console script.
pub(super) fn prepare(application: &Application, collection: &mut Collection) -> Result<Prepared> {
    let mut imports = Vec::new();
    let program = match &application.entry {
        Entry::Script(path) => Program::File {
            path: format!("{APP}/{}", path.display()),
        },
        Entry::Directory => Program::Directory {
            path: APP.to_owned(),
        },
        Entry::Module(name) => {
            imports.push(name.clone());
            imports.push(format!("{name}.__main__"));
            Program::Module { name: name.clone() }
        }
        Entry::Function { module, attribute } => {
            imports.push(module.clone());
            let path = format!("bin/{}", application.name);
            let script = Collected {
                contents: Contents::Bytes(console_script(module, attribute).into_bytes().into()),
                executable: true,
                share: collection.program_share(),
                own: None,
            };
            collection.files.insert(path.clone(), script);
            Program::File { path }
        }
    };
    if let Program::File { path } = &program
        && !collection.files.contains_key(path)
    {
        return Err(Error::new(
            Code::NoEntry,
            format!("the program's own file {path} is not among its files"),
        ));
    }
    Ok(Prepared { program, imports })
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
        paths.push(match &application.entry {
            Entry::Script(script) => match script.parent().and_then(std::path::Path::to_str) {
                Some(parent) if !parent.is_empty() => format!("{APP}/{parent}"),
                _ => APP.to_owned(),
            },
            _ => APP.to_owned(),
        });
    }
    paths.extend(runtime::search_paths(identity));
    paths.extend(collection.search_paths.iter().cloned());
    paths
}

impl Prepared {
    /// Is the source at `origin` the very file that runs?
    pub(super) fn runs(&self, origin: &str) -> bool {
        match &self.program {
            Program::File { path } => path == origin,
            Program::Directory { path } => origin == format!("{path}/__main__.py"),
            Program::Module { .. } | Program::Interpreter => false,
        }
    }

    /// The program for the header: `-m` of a package runs its `__main__`, which must exist.
    ///
    /// # Errors
    /// [`Code::NoSuchModule`].
    pub(super) fn resolve(
        self,
        modules: &Modules,
        search_paths: &[String],
        library: &StandardLibrary,
    ) -> Result<Program> {
        let Program::Module { name } = self.program else {
            return Ok(self.program);
        };
        let main = format!("{name}.__main__");
        let found =
            |name: &str| find(name, modules, search_paths).or_else(|| standard(name, library));
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
