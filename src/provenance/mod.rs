//! Why each module is in an executable: recorded when it is built, in a file of the image that no start reads
//! (`share/fastice/provenance.json`), and asked by `fastice why`.

pub mod graph;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::analyze::{Modules, Needs, module_name};
use crate::runtime::StandardLibrary;
use crate::{Code, Error, Result};

/// Path of the record in an image, below the root.
pub(crate) const PATH: &str = "share/fastice/provenance.json";

/// Version of the record.
const SCHEMA: u32 = 1;

/// Which module names which, and what else brought modules in. Compact: names stand in one list, and everything else
/// refers to them by their position there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of this record.
    schema: u32,
    /// Dotted names, sorted; `a.*` stands for the modules directly in `a`.
    names: Vec<String>,
    /// By path of a source below the root: the names in it, each followed by its line, which is 0 in machine code.
    imports: BTreeMap<String, Vec<u32>>,
    /// By dotted name of a standard module: what it imports although no statement shows it.
    rules: BTreeMap<String, Vec<u32>>,
    /// What the interpreter itself needs.
    always: Vec<u32>,
    /// What `--include-module` names.
    included: Vec<u32>,
    /// What a traced run imported.
    #[serde(default)]
    traced: Vec<u32>,
    /// What the entry runs, if it is no file.
    entry: Vec<u32>,
}

/// What a [`Provenance`] is made of.
pub(crate) struct Facts<'a> {
    /// The program's own modules.
    pub(crate) modules: &'a Modules,
    /// Directories of the search path, below the root.
    pub(crate) roots: &'a [String],
    /// What was found in them.
    pub(crate) needs: &'a Needs,
    /// The standard library.
    pub(crate) library: &'a StandardLibrary,
    /// Names that the entry itself imports.
    pub(crate) entry: &'a [String],
}

impl Provenance {
    /// Records what a build knows.
    pub(crate) fn record(facts: &Facts) -> Self {
        let Facts {
            modules,
            roots,
            needs,
            library,
            entry,
        } = facts;
        let own: BTreeSet<String> = modules
            .keys()
            .map(|(directory, name)| module_name(&format!("{directory}/{name}"), roots))
            .collect();
        let is_in = |name: &str| {
            let name = name.strip_suffix(".*").unwrap_or(name);
            own.contains(name) || needs.standard.contains(name)
        };
        let standard = || {
            needs
                .standard
                .iter()
                .filter_map(|name| Some((name, library.modules().get(name)?)))
        };
        let mut imports: BTreeMap<&str, Vec<(&str, u32)>> = BTreeMap::new();
        let mut rules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for edges in &needs.edges {
            let names = edges.names.iter().filter(|(name, _)| is_in(name));
            imports.insert(
                &edges.origin,
                names.map(|(name, &line)| (name.as_str(), line)).collect(),
            );
        }
        for (name, module) in standard() {
            if let Some(origin) = &module.origin {
                let lines = module.lines.iter().filter(|(name, _)| is_in(name));
                imports.insert(
                    origin,
                    lines.map(|(name, &line)| (name.as_str(), line)).collect(),
                );
            }
            let ruled = module
                .imports
                .iter()
                .filter(|name| is_in(name) && !module.lines.contains_key(*name));
            rules.insert(name, ruled.map(String::as_str).collect());
        }
        imports.retain(|_, names| !names.is_empty());
        rules.retain(|_, names| !names.is_empty());
        let always: Vec<&str> = library.always().iter().map(String::as_str).collect();
        let included: Vec<&str> = needs.included.iter().map(String::as_str).collect();
        let traced: Vec<&str> = needs.traced.iter().map(String::as_str).collect();
        let entry: Vec<&str> = entry.iter().map(String::as_str).collect();

        let mut names: BTreeSet<&str> = imports.values().flatten().map(|(name, _)| *name).collect();
        names.extend(rules.values().flatten());
        names.extend(always.iter().chain(&included).chain(&traced).chain(&entry));
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let position = |name: &str| {
            let found = names.binary_search_by(|known| known.as_str().cmp(name));
            u32::try_from(found.unwrap_or_default()).unwrap_or_default()
        };
        let positions = |list: &[&str]| list.iter().map(|name| position(name)).collect();
        Self {
            schema: SCHEMA,
            imports: imports
                .iter()
                .map(|(path, names)| {
                    let flat = names
                        .iter()
                        .flat_map(|&(name, line)| [position(name), line]);
                    ((*path).to_owned(), flat.collect())
                })
                .collect(),
            rules: rules
                .iter()
                .map(|(name, names)| ((*name).to_owned(), positions(names)))
                .collect(),
            always: positions(&always),
            included: positions(&included),
            traced: positions(&traced),
            entry: positions(&entry),
            names,
        }
    }

    /// As it lies in the image.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which cannot happen.
    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|error| {
            Error::new(Code::Io, "the record of imports cannot be written").caused_by(error)
        })
    }

    /// Reads what [`Provenance::encode`] wrote. `None` for anything else.
    pub(crate) fn decode(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json)
            .ok()
            .filter(|record: &Self| record.schema == SCHEMA)
    }

    /// The name at a position.
    fn name(&self, position: u32) -> Option<&str> {
        Some(self.names.get(position as usize)?.as_str())
    }
}
