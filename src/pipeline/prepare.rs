//! What the entries need: files that are written for them, and the imports of code that is no module.

use std::collections::BTreeMap;
use std::sync::Arc;

use fastice_image::{Alternative, Program, PythonConfig};

use super::entry::Prepared;
use super::whole_python;
use crate::analyze::imports::{self, Context};
use crate::collect::{APP, Collected, Collection, console_script};
use crate::compile;
use crate::resolve::{self, Application, Entry};
use crate::runtime::{Pack, StandardLibrary};
use crate::write::Contents;
use crate::{Code, Error, Result};

/// Length of the header of a `.pyc` file.
const PYC_HEADER: usize = 16;

/// Writes what the entries need into `collection`: a function gets its console script, an interpreter pip.
///
/// # Errors
/// [`Code::NoEntry`] when a file that runs is not there; and when one cannot be read.
pub(super) fn prepare(
    application: &Application,
    collection: &mut Collection,
    pack: &Pack,
    library: &StandardLibrary,
    configs: &BTreeMap<String, PythonConfig>,
) -> Result<Prepared> {
    let mut preparation = Preparation {
        application,
        collection,
        pack,
        library,
        imports: Vec::new(),
    };
    let program = match &application.entry {
        Some(entry) => preparation.program(entry, &application.name)?,
        None => Program::Choice,
    };
    let mut alternatives = Vec::new();
    for alternative in &application.alternatives {
        alternatives.push(Alternative {
            program: preparation.program(&alternative.entry, &alternative.name)?,
            name: alternative.name.clone(),
            arguments: alternative.arguments.clone(),
            python: configs.get(&alternative.name).cloned(),
        });
    }
    Ok(Prepared {
        program,
        alternatives,
        imports: preparation.imports,
    })
}

struct Preparation<'a> {
    application: &'a Application,
    collection: &'a mut Collection,
    pack: &'a Pack,
    library: &'a StandardLibrary,
    imports: Vec<String>,
}

impl Preparation<'_> {
    fn program(&mut self, entry: &Entry, name: &str) -> Result<Program> {
        let program = match entry {
            Entry::Script(path) => {
                let path = format!("{APP}/{}", path.display());
                if has_extension(&path, "pyc") {
                    self.scan_bytecode(&path)?;
                }
                Program::File { path }
            }
            Entry::Directory => Program::Directory {
                path: APP.to_owned(),
            },
            Entry::Archive(path) => {
                let file = format!("{APP}/{}", path.display());
                self.scan_archive(path)?;
                Program::Archive { path: file }
            }
            Entry::Module(name) => {
                self.imports.push(name.clone());
                self.imports.push(format!("{name}.__main__"));
                Program::Module { name: name.clone() }
            }
            Entry::Function { module, attribute } => {
                self.imports.push(module.clone());
                let path = format!("bin/{name}");
                let script: Arc<[u8]> = console_script(module, attribute).into_bytes().into();
                let script = Collected {
                    contents: Contents::Bytes(script),
                    executable: true,
                    share: self.collection.program_share(),
                    own: None,
                };
                self.collection.files.insert(path.clone(), script);
                Program::File { path }
            }
            Entry::Command(code) => {
                self.scan(code.as_bytes(), "", false);
                Program::Command { code: code.clone() }
            }
            // What comes then may import anything.
            Entry::Stdin => {
                self.everything();
                Program::Stdin
            }
            Entry::Interactive => {
                self.everything();
                Program::Interactive
            }
            Entry::Interpreter => {
                self.everything();
                whole_python::add_pip(self.pack, self.collection)?;
                whole_python::add_rest(self.pack, self.library, self.collection)?;
                Program::Interpreter
            }
        };
        if let Program::File { path } | Program::Archive { path } = &program
            && !self.collection.files.contains_key(path)
        {
            return Err(Error::new(
                Code::NoEntry,
                format!("the program's own file {path} is not among its files"),
            ));
        }
        Ok(program)
    }

    fn everything(&mut self) {
        self.imports.extend(self.library.modules().keys().cloned());
    }

    fn scan(&mut self, source: &[u8], name: &str, is_package: bool) {
        let context = Context {
            name,
            is_package,
            may_be_main: true,
        };
        let found = imports::in_pool(|| imports::scan(source, context));
        self.imports.extend(found.names.into_keys());
    }

    /// Of compiled code it is not known which names are imported; of those that are a standard module's, all are taken.
    fn scan_marshaled(&mut self, contents: &[u8]) {
        let code = contents.get(PYC_HEADER..);
        let names = code.and_then(compile::names).unwrap_or_default();
        let is_standard = |name: &String| self.library.modules().contains_key(name);
        self.imports.extend(names.into_iter().filter(is_standard));
    }

    fn scan_bytecode(&mut self, path: &str) -> Result<()> {
        let file = self.collection.files.get(path);
        if let Some(Contents::Disk(disk)) = file.map(|file| &file.contents) {
            let contents = fs_err::read(disk).map_err(Error::io)?;
            self.scan_marshaled(&contents);
        }
        Ok(())
    }

    /// What the modules in an archive import.
    fn scan_archive(&mut self, path: &std::path::Path) -> Result<()> {
        let Some(app) = &self.application.app else {
            return Ok(());
        };
        for (name, contents) in resolve::zip::code(&app.root.join(path))? {
            match name.strip_suffix(".py") {
                Some(stem) => {
                    let package = stem.strip_suffix("/__init__");
                    let dotted = package.unwrap_or(stem).replace('/', ".");
                    self.scan(&contents, &dotted, package.is_some());
                }
                None => self.scan_marshaled(&contents),
            }
        }
        Ok(())
    }
}

fn has_extension(path: &str, extension: &str) -> bool {
    std::path::Path::new(path)
        .extension()
        .is_some_and(|found| found == extension)
}
