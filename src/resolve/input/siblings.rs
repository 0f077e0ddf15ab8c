//! The modules beside a script that it imports.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::analyze::imports::{self, Context};
use crate::resolve::{AppTree, tree};
use crate::{Error, Result};

/// The script at `root/script` with every module and package in `root` that it reaches by imports (anywhere in the code, and
/// through modules found that way). A package comes whole, with its data files; other files beside the script do not.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn collect(root: &Path, script: &Path) -> Result<AppTree> {
    let mut files = BTreeSet::from([script.to_owned()]);
    let mut pending = vec![(script.to_owned(), String::new(), false)];
    let mut seen = BTreeSet::new();
    while let Some((file, name, is_package)) = pending.pop() {
        let source = fs_err::read(root.join(&file)).map_err(Error::io)?;
        let context = Context {
            name: &name,
            is_package,
            may_be_main: true,
        };
        for import in imports::in_pool(|| imports::scan(&source, context))
            .names
            .into_keys()
        {
            let top = import.split('.').next().unwrap_or(&import).to_owned();
            if top.is_empty() || !seen.insert(top.clone()) {
                continue;
            }
            for file in find(root, &top)? {
                if file.extension().is_some_and(|extension| extension == "py") {
                    let (name, is_package) = module_name(&file);
                    pending.push((file.clone(), name, is_package));
                }
                files.insert(file);
            }
        }
    }
    Ok(AppTree {
        root: root.to_owned(),
        files: files.into_iter().collect(),
    })
}

/// Adds the files among `traced` that lie in the script's directory: data, and modules that no import was seen of. Not those of a virtual
/// environment there, which are installed.
pub(super) fn add_traced(app: &mut AppTree, traced: &[PathBuf]) {
    let is_installed = |path: &Path| {
        path.ancestors()
            .take_while(|directory| *directory != app.root)
            .any(|directory| directory.join("pyvenv.cfg").is_file())
    };
    let mut files: BTreeSet<PathBuf> = app.files.iter().cloned().collect();
    for path in traced {
        let Ok(path) = fs_err::canonicalize(path) else {
            continue;
        };
        if let Ok(relative) = path.strip_prefix(&app.root)
            && !is_installed(&path)
        {
            files.insert(relative.to_owned());
        }
    }
    app.files = files.into_iter().collect();
}

/// The files of the top-level module or package `name` in `root`, relative to it; in the order in which Python looks.
fn find(root: &Path, name: &str) -> Result<Vec<PathBuf>> {
    let directory = root.join(name);
    if directory.join("__init__.py").is_file() {
        return Ok(tree::package(root, &directory)?.files);
    }
    let extensions = [".cpython-313-x86_64-linux-gnu.so", ".abi3.so", ".so", ".py"];
    for extension in extensions {
        let file = PathBuf::from(format!("{name}{extension}"));
        if root.join(&file).is_file() {
            return Ok(vec![file]);
        }
    }
    // A namespace package, if there is Python in it.
    if directory.is_dir() && directory != root.join("__pycache__") {
        let files = tree::package(root, &directory)?.files;
        if files
            .iter()
            .any(|file| file.extension().is_some_and(|extension| extension == "py"))
        {
            return Ok(files);
        }
    }
    Ok(Vec::new())
}

/// The dotted name of a module file, and whether it is a package.
fn module_name(file: &Path) -> (String, bool) {
    let mut parts: Vec<_> = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    let is_package = parts.last().is_some_and(|last| last == "__init__");
    if is_package {
        parts.pop();
    }
    (parts.join("."), is_package)
}
