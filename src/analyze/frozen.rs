//! `--freeze`: which modules become frozen modules.

use std::collections::BTreeMap;

use fastice_image::{ModuleKind, Program};

use crate::runtime::StandardLibrary;
use crate::write::Module;
use crate::{Code, Error, Result};

/// The whole standard library.
const STDLIB: &str = ":stdlib:";

/// Everything in the program.
const ALL: &str = ":all:";

/// Standard modules that `patterns` ask for by name: they are taken, as by `--include-module`.
pub(super) fn standard(patterns: &[String], library: &StandardLibrary) -> Vec<String> {
    if patterns.iter().any(|pattern| pattern == STDLIB) {
        return library.modules().keys().cloned().collect();
    }
    patterns
        .iter()
        .filter(|pattern| library.modules().contains_key(package(pattern)))
        .cloned()
        .collect()
}

/// `pkg.*` says the same as `pkg`.
fn package(pattern: &str) -> &str {
    pattern.strip_suffix(".*").unwrap_or(pattern)
}

/// Modules that can become frozen modules.
pub(crate) struct Candidates<'a> {
    /// All modules of the image, by directory and name.
    pub(crate) modules: &'a BTreeMap<(String, String), Module>,
    /// `sys.path`, below the root.
    pub(crate) roots: &'a [String],
    /// What runs. It is never frozen, nor any `__main__`: runpy would show that.
    pub(crate) program: &'a Program,
    /// The standard library.
    pub(crate) library: &'a StandardLibrary,
}

impl Candidates<'_> {
    /// Full name and directory of each module that one of `patterns` means.
    ///
    /// # Errors
    /// [`Code::NoSuchModule`] for a pattern that means none.
    pub(crate) fn select(&self, patterns: &[String]) -> Result<BTreeMap<String, String>> {
        if patterns.is_empty() {
            return Ok(BTreeMap::new());
        }
        let importable = self.importable();
        let mut selected = BTreeMap::new();
        for pattern in patterns {
            let mut matched = false;
            for (name, (directory, module)) in &importable {
                if !self.means(pattern, name) {
                    continue;
                }
                let has_code = module.kind != ModuleKind::Extension && module.code.is_some();
                matched |= has_code;
                let runs = name.rsplit('.').next() == Some("__main__")
                    || matches!(self.program, Program::Module { name: main } if main == name);
                if has_code && !runs && !self.library.is_frozen(name) {
                    selected.insert(name.clone(), (*directory).to_owned());
                }
            }
            if !matched {
                return Err(Error::new(
                    Code::NoSuchModule,
                    format!("`--freeze {pattern}` means no module with Python code in this program"),
                )
                .hint("name a module or a package in full, as an import does, or `:stdlib:`, or `:all:`"));
            }
        }
        Ok(selected)
    }

    /// Does `pattern` mean the module `name`?
    fn means(&self, pattern: &str, name: &str) -> bool {
        match pattern {
            ALL => true,
            STDLIB => self.library.modules().contains_key(name),
            _ => name
                .strip_prefix(package(pattern))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        }
    }

    /// What an import of each name finds: its directory and module. An earlier entry of the search path comes before a
    /// later one, and a module in a package must lie in the directory of that very package.
    fn importable(&self) -> BTreeMap<String, (&str, &Module)> {
        let mut found: BTreeMap<String, (&str, &Module)> = BTreeMap::new();
        let mut candidates: Vec<(usize, usize, String, &str, &Module)> = self
            .modules
            .iter()
            .flat_map(|((directory, name), module)| {
                self.roots
                    .iter()
                    .enumerate()
                    .filter_map(move |(order, root)| {
                        let package = directory.strip_prefix(root.as_str())?;
                        let package = match package.strip_prefix('/') {
                            Some(package) => format!("{}.", package.replace('/', ".")),
                            None if package.is_empty() => String::new(),
                            None => return None,
                        };
                        let full = format!("{package}{name}");
                        let depth = full.matches('.').count();
                        Some((depth, order, full, directory.as_str(), module))
                    })
            })
            .collect();
        candidates.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
        for (_, _, name, directory, module) in candidates {
            let parent = name.rsplit_once('.').map(|(parent, _)| parent);
            let is_reached = match parent.and_then(|parent| found.get(parent)) {
                Some((above, package)) => {
                    let last = parent.and_then(|name| name.rsplit('.').next());
                    package.is_package
                        && last.is_some_and(|last| directory == format!("{above}/{last}"))
                }
                // At the top, or in a namespace package.
                None => true,
            };
            if is_reached {
                found.entry(name).or_insert((directory, module));
            }
        }
        found
    }
}
