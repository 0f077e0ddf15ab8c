//! The standard library of a runtime: its modules, what they import, and which of them a program
//! needs.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Code, Error, Result};

/// Path of the graph in a pack, below the root.
pub(crate) const GRAPH: &str = "share/fastice/modules.json";

/// The standard modules of a runtime and the imports between them, worked out when the pack is
/// made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandardLibrary {
    /// Modules by dotted name.
    modules: BTreeMap<String, StandardModule>,
    /// What every program needs: the interpreter itself imports it.
    always: BTreeSet<String>,
    /// Standard modules of CPython that this runtime does not have.
    absent: BTreeSet<String>,
    /// Modules that CPython has frozen itself.
    frozen: BTreeSet<String>,
}

/// A standard module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandardModule {
    /// Its file, below the root. A module built into the interpreter has none.
    pub origin: Option<String>,
    /// Standard modules that it may import.
    pub imports: BTreeSet<String>,
    /// For those of them that its source names: the line, counted from 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lines: BTreeMap<String, u32>,
    /// Files that are no modules, below the root: a package's, or what it reads besides.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub data: BTreeSet<String>,
}

impl StandardLibrary {
    /// Reads the graph of a pack.
    ///
    /// # Errors
    /// [`Code::DamagedRuntime`] when it is not one.
    pub(crate) fn from_json(json: &[u8]) -> Result<Self> {
        serde_json::from_slice(json).map_err(|error| {
            Error::new(
                Code::DamagedRuntime,
                "the runtime's list of modules cannot be read",
            )
            .caused_by(error)
        })
    }

    /// Links modules by the names they import, as [`crate::analyze`] finds them, with their lines, and by the
    /// table of what it cannot find.
    pub(crate) fn new(
        origins: BTreeMap<String, Option<String>>,
        imports: &BTreeMap<String, BTreeMap<String, u32>>,
        table: &DynamicImports,
        absent: BTreeSet<String>,
    ) -> Self {
        let mut library = Self {
            modules: origins
                .into_iter()
                .map(|(name, origin)| {
                    (
                        name,
                        StandardModule {
                            origin,
                            ..StandardModule::default()
                        },
                    )
                })
                .collect(),
            always: BTreeSet::new(),
            absent,
            frozen: BTreeSet::new(),
        };
        for (module, names) in imports {
            let mut lines = BTreeMap::new();
            for (name, &line) in names {
                for found in library.resolve(name) {
                    let first = lines.entry(found).or_insert(line);
                    *first = line.min(*first);
                }
            }
            lines.remove(module);
            library.link(module, lines.keys().cloned().collect());
            if let Some(module) = library.modules.get_mut(module) {
                module.lines = lines;
            }
        }
        for row in &table.import {
            let found = row
                .imports
                .iter()
                .flat_map(|name| library.resolve(name))
                .collect();
            library.link(&row.module, found);
        }
        for row in &table.cut {
            let cut: Vec<String> = row
                .imports
                .iter()
                .flat_map(|name| library.named(name))
                .collect();
            if let Some(module) = library.modules.get_mut(&row.module) {
                module.imports.retain(|name| !cut.contains(name));
                module.lines.retain(|name, _| !cut.contains(name));
            }
        }
        library.always = table
            .always
            .iter()
            .flat_map(|name| library.resolve(name))
            .collect();
        library
    }

    /// Gives each of the files at `paths`, which are below `directory` and no modules, to the
    /// package it lies in.
    pub(crate) fn add_data<'a>(&mut self, directory: &str, paths: impl Iterator<Item = &'a str>) {
        for path in paths {
            let Some(relative) = path
                .strip_prefix(directory)
                .and_then(|rest| rest.strip_prefix('/'))
            else {
                continue;
            };
            let folder = relative
                .rsplit_once('/')
                .map_or("", |(folder, _)| folder)
                .replace('/', ".");
            if let Some(package) = self.resolve(&folder).pop()
                && let Some(module) = self.modules.get_mut(&package)
            {
                module.data.insert(path.to_owned());
            }
        }
    }

    /// Notes which modules CPython has frozen itself (`Python/frozen.c`).
    pub(crate) fn set_frozen(&mut self, names: BTreeSet<String>) {
        self.frozen = names;
    }

    /// Has CPython frozen the module `name` itself?
    pub(crate) fn is_frozen(&self, name: &str) -> bool {
        self.frozen.contains(name)
    }

    /// Gives files, below the root, to a module: what it reads without being a package.
    pub(crate) fn add_files(&mut self, module: &str, paths: impl Iterator<Item = String>) {
        if let Some(module) = self.modules.get_mut(module) {
            module.data.extend(paths);
        }
    }

    fn link(&mut self, module: &str, mut imports: BTreeSet<String>) {
        imports.remove(module);
        if let Some(module) = self.modules.get_mut(module) {
            module.imports.extend(imports);
        }
    }

    /// What every program needs: the interpreter itself imports it.
    pub fn always(&self) -> &BTreeSet<String> {
        &self.always
    }

    /// Modules by dotted name.
    pub fn modules(&self) -> &BTreeMap<String, StandardModule> {
        &self.modules
    }

    /// Is `name`, or a package around it, a standard module that this runtime does not have?
    pub fn is_absent(&self, name: &str) -> bool {
        prefixes(name).any(|prefix| self.absent.contains(prefix))
    }

    /// Standard modules of CPython that this runtime does not have.
    pub fn absent(&self) -> &BTreeSet<String> {
        &self.absent
    }

    /// What an import of `name` runs: itself and the packages around it, as far as they are
    /// standard modules. `a.*` stands for the modules directly in `a`.
    pub fn resolve(&self, name: &str) -> Vec<String> {
        if let Some(package) = name.strip_suffix(".*") {
            let mut found = self.resolve(package);
            if found.last().is_some_and(|last| last == package) {
                found.extend(
                    self.children(package)
                        .filter(|child| !child[package.len() + 1..].contains('.'))
                        .map(str::to_owned),
                );
            }
            return found;
        }
        prefixes(name)
            .take_while(|prefix| self.modules.contains_key(*prefix))
            .map(str::to_owned)
            .collect()
    }

    /// What a row of the table names: one module, or with `.*` a package and the modules directly
    /// in it.
    fn named(&self, name: &str) -> Vec<String> {
        if name.ends_with(".*") {
            self.resolve(name)
        } else {
            vec![name.to_owned()]
        }
    }

    /// Everything in the package `name`, at any depth.
    pub fn children(&self, name: &str) -> impl Iterator<Item = &str> {
        let prefix = format!("{name}.");
        self.modules
            .range(prefix.clone()..)
            .map(|(module, _)| module.as_str())
            .take_while(move |module| module.starts_with(&prefix))
    }

    /// The modules that a program importing `names` needs, and all that these need in turn, without
    /// the `excluded`.
    pub fn closure<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
        excluded: &dyn Fn(&str) -> bool,
    ) -> BTreeSet<String> {
        let mut needed = BTreeSet::new();
        let mut queue: Vec<String> = self.always.iter().cloned().collect();
        queue.extend(names.into_iter().flat_map(|name| self.resolve(name)));
        while let Some(name) = queue.pop() {
            if excluded(&name) || needed.contains(&name) {
                continue;
            }
            if let Some(module) = self.modules.get(&name) {
                queue.extend(module.imports.iter().cloned());
                queue.extend(prefixes(&name).map(str::to_owned));
                needed.insert(name);
            }
        }
        needed
    }
}

/// Of `a.b.c`: `a`, `a.b`, `a.b.c`.
pub(crate) fn prefixes(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('.')
        .map(|(end, _)| &name[..end])
        .chain([name])
}

/// `templates/stdlib/dynamic-imports.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DynamicImports {
    /// Modules that every program needs; `a.*` as in [`StandardLibrary::resolve`].
    pub(crate) always: Vec<String>,
    /// Imports that no import statement shows.
    pub(crate) import: Vec<Row>,
    /// Imports that the source shows and no program needs for them.
    pub(crate) cut: Vec<Row>,
}

/// A row of the table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    /// The module that imports.
    pub(crate) module: String,
    /// What it imports.
    pub(crate) imports: Vec<String>,
    /// Text in its source that shows it; absent if the module is written in C.
    #[serde(default)]
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "a test compares it with the source")
    )]
    pub(crate) evidence: Option<String>,
}

impl DynamicImports {
    /// The table that the builder carries.
    pub(crate) fn load() -> Result<Self> {
        toml::from_str(include_str!("../../templates/stdlib/dynamic-imports.toml")).map_err(
            |error| {
                Error::new(
                    Code::DamagedRuntime,
                    "the table of dynamic imports cannot be read",
                )
                .caused_by(error)
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::Pack;

    /// A library of `modules` (name and imports), with the table's rows in TOML.
    fn library(modules: &[(&str, &[&str])], table: &str) -> StandardLibrary {
        let origins = modules
            .iter()
            .map(|(name, _)| ((*name).to_owned(), Some(format!("{name}.py"))))
            .collect();
        let imports = modules
            .iter()
            .map(|(name, imports)| {
                (
                    (*name).to_owned(),
                    imports.iter().map(|&name| (name.to_owned(), 1)).collect(),
                )
            })
            .collect();
        StandardLibrary::new(
            origins,
            &imports,
            &toml::from_str(table).unwrap(),
            BTreeSet::new(),
        )
    }

    fn closure(library: &StandardLibrary, name: &str) -> Vec<String> {
        library.closure([name], &|_| false).into_iter().collect()
    }

    #[test]
    fn follows_imports_and_takes_packages_around_modules() {
        let library = library(
            &[
                ("a", &["b.c.f"]),
                ("b", &["d"]),
                ("b.c", &[]),
                ("b.x", &[]),
                ("d", &["a"]),
                ("e", &[]),
            ],
            "always = []\nimport = []\ncut = []",
        );
        assert_eq!(closure(&library, "a"), ["a", "b", "b.c", "d"]);
        assert_eq!(closure(&library, "b.*"), ["a", "b", "b.c", "b.x", "d"]);
        assert_eq!(closure(&library, "elsewhere.b"), [""; 0]);
        let without = library.closure(["a"], &|name| name == "b.c");
        assert!(without.iter().eq(["a", "b", "d"]));
    }

    #[test]
    fn applies_the_table() {
        let table = "\
always = ['z']
[[import]]
module = 'a'
imports = ['p.*']
[[cut]]
module = 'a'
imports = ['b']
";
        let library = library(
            &[
                ("a", &["b"]),
                ("b", &[]),
                ("p", &[]),
                ("p.q", &[]),
                ("z", &[]),
            ],
            table,
        );
        assert_eq!(closure(&library, "a"), ["a", "p", "p.q", "z"]);
    }

    /// The table is only right for the standard library it was written for.
    #[test]
    fn table_agrees_with_the_runtime() {
        let pack = Pack::locate().expect("the tests are given a runtime");
        let library = pack.standard_library().unwrap();
        let table = DynamicImports::load().unwrap();
        let exists = |name: &str| {
            let name = name.strip_suffix(".*").unwrap_or(name);
            assert!(
                library.modules().contains_key(name),
                "there is no module {name}"
            );
        };
        table.always.iter().for_each(|name| exists(name));
        for row in table.import.iter().chain(&table.cut) {
            exists(&row.module);
            row.imports.iter().for_each(|name| exists(name));
            match (&library.modules()[&row.module].origin, &row.evidence) {
                (None, None) => {}
                (Some(origin), Some(evidence)) => {
                    let source = String::from_utf8(pack.read(origin).unwrap()).unwrap();
                    assert!(source.contains(evidence), "{}: {evidence}", row.module);
                }
                (origin, _) => panic!(
                    "{} has the file {origin:?}: evidence is for Python modules",
                    row.module
                ),
            }
        }
    }
}
