//! Which module an import finds in a directory, worked out from file names as `FileFinder` does it
//! (`Lib/importlib/_bootstrap_external.py`).

use std::collections::BTreeMap;

use fastice_image::{ModuleKind, PythonIdentity};

/// An importable module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// How it is loaded.
    pub(crate) kind: ModuleKind,
    /// It is a package, and `origin` its `__init__`.
    pub(crate) is_package: bool,
    /// Its file.
    pub(crate) origin: String,
}

/// Directory, name and packagehood of the module whose file is `stem` and a suffix.
fn position_of_stem(stem: &str) -> (&str, &str, bool) {
    let (stem, is_package) = match stem.strip_suffix("/__init__") {
        Some(package) => (package, true),
        None => (stem, false),
    };
    let (directory, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    (directory, name, is_package)
}

/// Directory, name and packagehood of the module whose source is at `path`.
pub(crate) fn position(path: &str) -> (&str, &str, bool) {
    position_of_stem(path.strip_suffix(".py").unwrap_or(path))
}

/// The modules among the files at `paths`, by directory and name.
pub(crate) fn find<'a>(
    paths: impl Iterator<Item = &'a str>,
    identity: &PythonIdentity,
) -> BTreeMap<(String, String), Found> {
    // `_imp.extension_suffixes()`, then `.py` and `.pyc`: the order in which FileFinder tries them.
    let suffixes = [
        (
            format!(".{}-{}.so", identity.cache_tag, identity.platform),
            ModuleKind::Extension,
        ),
        (".abi3.so".to_owned(), ModuleKind::Extension),
        (".so".to_owned(), ModuleKind::Extension),
        (".py".to_owned(), ModuleKind::Source),
        (".pyc".to_owned(), ModuleKind::Bytecode),
    ];
    let mut best: BTreeMap<(String, String), ((bool, usize), Found)> = BTreeMap::new();
    for path in paths {
        if path.split('/').any(|part| part == "__pycache__") {
            continue;
        }
        for (rank, (suffix, kind)) in suffixes.iter().enumerate() {
            let Some(stem) = path.strip_suffix(suffix.as_str()) else {
                continue;
            };
            let (directory, name, is_package) = position_of_stem(stem);
            // No import statement can ask for a name with a dot in it: `x.cpython-312-darwin.so` is
            // no module.
            if name.is_empty() || name.contains('.') {
                continue;
            }
            // A package comes before a module of the same name.
            let order = (!is_package, rank);
            let found = Found {
                kind: *kind,
                is_package,
                origin: path.to_owned(),
            };
            let key = (directory.to_owned(), name.to_owned());
            match best.get(&key) {
                Some((known, _)) if *known <= order => {}
                _ => {
                    best.insert(key, (order, found));
                }
            }
        }
    }
    best.into_iter()
        .map(|(key, (_, found))| (key, found))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(paths: &[&str], directory: &str, name: &str) -> Option<String> {
        let identity = PythonIdentity {
            version: "3.13.5".into(),
            hexversion: 0x030d_05f0,
            magic: 0,
            cache_tag: "cpython-313".into(),
            platform: "x86_64-linux-gnu".into(),
        };
        find(paths.iter().copied(), &identity)
            .remove(&(directory.to_owned(), name.to_owned()))
            .map(|found| found.origin)
    }

    #[test]
    fn prefers_what_file_finder_prefers() {
        let extension = "s/a.cpython-313-x86_64-linux-gnu.so";
        assert_eq!(
            origin(&["s/a.py", "s/a.abi3.so", extension], "s", "a").as_deref(),
            Some(extension)
        );
        assert_eq!(
            origin(&[extension, "s/a/__init__.py"], "s", "a").as_deref(),
            Some("s/a/__init__.py")
        );
        assert_eq!(
            origin(&["s/a.pyc", "s/a.py"], "s", "a").as_deref(),
            Some("s/a.py")
        );
        assert_eq!(origin(&["s/a.pyc"], "s", "a").as_deref(), Some("s/a.pyc"));
    }

    #[test]
    fn passes_over_what_no_import_finds() {
        assert_eq!(
            origin(&["s/a.cpython-312-x86_64-linux-gnu.so"], "s", "a"),
            None
        );
        assert_eq!(
            origin(&["s/__pycache__/a.cpython-313.pyc"], "s/__pycache__", "a"),
            None
        );
        assert_eq!(origin(&["s/a/b.txt"], "s", "a"), None);
    }
}
