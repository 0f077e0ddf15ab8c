//! Which command lines show that a program works, if nobody says it.

use std::collections::BTreeSet;

use fastice_image::Program;
use serde::Serialize;

use crate::Result;
use crate::analyze::imports::{self, Context, Imports};
use crate::inspect::Executable;

/// A command line of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Why it is run.
    pub kind: Kind,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// Why a command line is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The user named it.
    Given,
    /// The program reads a command line, and `--help` harms nobody.
    Help,
    /// The program does not say that it reads one: its modules are imported, and nothing is run.
    Import,
}

impl Call {
    /// A command line that the user named.
    pub fn given(arguments: Vec<String>) -> Self {
        Self {
            kind: Kind::Given,
            arguments,
        }
    }

    /// As it would be typed; for an import, what is imported.
    pub fn text(&self) -> String {
        match (self.kind, self.arguments.last()) {
            (Kind::Import, Some(code)) => match code.rsplit_once("# ") {
                Some((_, comment)) => comment.to_owned(),
                None => code.clone(),
            },
            _ => self.arguments.join(" "),
        }
    }

    fn import(code: String) -> Self {
        Self {
            kind: Kind::Import,
            arguments: vec!["-c".to_owned(), code],
        }
    }
}

/// Modules that read command lines and answer `--help`.
const READERS: [&str; 10] = [
    "argparse", "optparse", "click", "typer", "docopt", "fire", "cyclopts", "plac", "cleo", "tap",
];

/// The command lines for a program that nobody named any for.
///
/// # Errors
/// When the executable is damaged.
pub(crate) fn choose(executable: &Executable) -> Result<Vec<Call>> {
    let call = match &executable.header().program {
        // They do what they are told later.
        Program::Choice | Program::Stdin | Program::Interactive => return Ok(Vec::new()),
        Program::Interpreter => Call::given(vec!["--version".to_owned()]),
        program => match entry(executable, program)? {
            _ if reads_command_line(executable)? => Call {
                kind: Kind::Help,
                arguments: vec!["--help".to_owned()],
            },
            Some(call) => call,
            None => return Ok(Vec::new()),
        },
    };
    Ok(vec![call])
}

/// The call that imports what the program begins with.
fn entry(executable: &Executable, program: &Program) -> Result<Option<Call>> {
    let path = match program {
        Program::File { path } => path.clone(),
        Program::Directory { path } => format!("{path}/__main__.py"),
        Program::Module { name } => {
            // What is named `__main__` runs when it is imported.
            let name = name.strip_suffix(".__main__").unwrap_or(name);
            return Ok(Some(Call::import(format!("import {name}"))));
        }
        _ => return Ok(None),
    };
    let Some(source) = executable.contents(&path)? else {
        return Ok(None);
    };
    let context = Context {
        name: "",
        is_package: false,
        may_be_main: false,
    };
    let Imports {
        unconditional,
        has_main_guard,
        ..
    } = imports::in_pool(|| imports::scan(&source, context));
    if has_main_guard {
        // As `multiprocessing` imports the main module in its workers.
        let path = format!("{}/{path}", fastice_image::ROOT);
        return Ok(Some(Call::import(format!(
            "import sys\n\
             main = sys.modules['__mp_main__'] = type(sys)('__mp_main__')\n\
             path = main.__file__ = {path:?}\n\
             exec(compile(open(path, 'rb').read(), path, 'exec'), main.__dict__) # import of {path}"
        ))));
    }
    // The script does its work when it is imported: only what it needs is.
    let modules: BTreeSet<&str> = unconditional
        .keys()
        .map(|name| name.split('.').next().unwrap_or(name))
        .filter(|name| *name != "__future__")
        .collect();
    let modules: Vec<&str> = modules.into_iter().collect();
    Ok((!modules.is_empty()).then(|| Call::import(format!("import {}", modules.join(", ")))))
}

/// Does a module of the program's own, not of a library, import something that reads command lines?
fn reads_command_line(executable: &Executable) -> Result<bool> {
    let Some(graph) = executable.graph()? else {
        return Ok(false);
    };
    let tops: BTreeSet<&str> = graph
        .entry_names()
        .map(|name| name.split('.').next().unwrap_or(name))
        .collect();
    Ok(READERS.iter().any(|reader| {
        graph.importers(reader).any(|(name, path)| {
            let top = name.split('.').next().unwrap_or(name);
            path.is_some_and(|path| path.starts_with("app/"))
                || (!name.is_empty() && tops.contains(top))
        })
    }))
}
