//! The import graph, small.

use serde::Serialize;
use serde::ser::{SerializeTuple as _, Serializer};

use crate::provenance::graph::{Graph, Module};

/// Modules and the imports between them.
#[derive(Serialize)]
pub(super) struct Imports {
    /// Directories of the search path, below the root.
    roots: Vec<String>,
    modules: Vec<Encoded>,
}

/// A module: `[name, file, reasons, imports]`.
struct Encoded {
    /// Empty for a script.
    name: String,
    file: File,
    /// 1 the program begins with it, 2 the interpreter needs it, 4 a flag named it, 8 a traced run imported it.
    reasons: u8,
    /// Pairs: how much further in the list the imported module is than that of the pair before, and the line, 0 if none shows it.
    imports: Vec<usize>,
}

/// Where the file of a module is: mostly where its name says.
#[derive(Serialize)]
#[serde(untagged)]
enum File {
    /// Twice the number of the root, and one more for a package.
    Usual(usize),
    Other(String),
    None,
}

impl Serialize for Encoded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(4)?;
        tuple.serialize_element(&self.name)?;
        tuple.serialize_element(&self.file)?;
        tuple.serialize_element(&self.reasons)?;
        tuple.serialize_element(&self.imports)?;
        tuple.end()
    }
}

/// Encodes a graph whose modules are found in `roots`.
pub(super) fn encode(graph: &Graph, roots: &[String]) -> Imports {
    let encoded = |module: Module| {
        let mut imports: Vec<(usize, u32)> = module
            .imports
            .map(|(to, line)| (to, line.unwrap_or(0)))
            .collect();
        imports.sort_unstable();
        imports.dedup_by_key(|(to, _)| *to);
        let mut last = 0;
        Encoded {
            name: module.name.to_owned(),
            file: file(module.name, module.path, roots),
            reasons: module.reasons.iter().map(|reason| 1 << *reason as u8).sum(),
            imports: imports
                .into_iter()
                .flat_map(|(to, line)| {
                    let further = to - std::mem::replace(&mut last, to);
                    [further, line as usize]
                })
                .collect(),
        }
    };
    Imports {
        roots: roots.to_vec(),
        modules: graph.modules().map(encoded).collect(),
    }
}

fn file(name: &str, path: Option<&str>, roots: &[String]) -> File {
    let Some(path) = path else {
        return File::None;
    };
    let below = name.replace('.', "/");
    roots
        .iter()
        .enumerate()
        .find_map(|(number, root)| {
            let rest = path.strip_prefix(root)?.strip_prefix('/')?;
            match rest.strip_prefix(&below)? {
                ".py" => Some(File::Usual(2 * number)),
                "/__init__.py" => Some(File::Usual(2 * number + 1)),
                _ => None,
            }
        })
        .unwrap_or_else(|| File::Other(path.to_owned()))
}
