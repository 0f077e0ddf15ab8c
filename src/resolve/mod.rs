//! From what the user named (a script, a project, a requirement, …) to an [`Application`]: an entry and trees of
//! files in which every dependency is installed. Dependencies are resolved and installed by `uv` or pip.

mod context;
mod distribution;
mod entry;
pub(crate) mod inline_metadata;
mod input;
mod installer;
mod pyproject;
mod request;
mod site;
mod tree;
pub(crate) mod zip;

use std::path::PathBuf;

pub use input::{check, resolve};
pub use request::{Choice, Input, Interpreter, Request, Resolved};

/// A program with everything it needs, installed on the disk. What the rest of the pipeline freezes.
#[derive(Debug, Clone)]
pub struct Application {
    /// Name of the executable, without directory: `forecast`.
    pub name: String,
    /// What runs; nothing if only one of the alternatives can.
    pub entry: Option<Entry>,
    /// What else runs, by name.
    pub alternatives: Vec<Alternative>,
    /// The program's own files, taken as they lie, that appear as `/fastice/app`: a script with the modules beside
    /// it, or a project without build back end (its source root: what would be `sys.path[0]`).
    pub app: Option<AppTree>,
    /// Directory in the layout of `site-packages` that appears as `/fastice/lib/python3.13/site-packages`.
    pub site: Option<PathBuf>,
    /// Names (normalized) of distributions in `site` that are the project itself: errors in their modules
    /// are the user's own.
    pub own_distributions: Vec<String>,
    /// Names (normalized) of distributions in `site` to leave out: the installer's own, such as pip in a virtual environment that was
    /// given with `--site`. Empty: take all.
    pub left_out_distributions: Vec<String>,
}

/// The files of a directory that an installed tree links to: all but version control, environments and caches. What
/// `.gitignore` names is among them, for that is where compiled extension modules are.
///
/// # Errors
/// When a directory cannot be read.
pub(crate) fn linked(directory: &std::path::Path) -> crate::Result<AppTree> {
    tree::package(directory, directory)
}

/// Files taken as they lie.
#[derive(Debug, Clone)]
pub struct AppTree {
    /// Directory on the disk that becomes `/fastice/app`.
    pub root: PathBuf,
    /// Files below `root` to take, relative; what a `.gitignore` or a virtual environment holds is not among them.
    pub files: Vec<PathBuf>,
}

/// What a frozen executable runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A script of the app tree, relative to its root: `python script.py`.
    Script(PathBuf),
    /// A function, `pkg.mod:obj.attr`, called as a console script does, its result being the exit status
    /// (the entry points specification of the Python Packaging User Guide).
    Function {
        /// Dotted module name.
        module: String,
        /// Dotted attribute path in the module.
        attribute: String,
    },
    /// A module: `python -m NAME`. A package is named as itself; its `__main__` runs.
    Module(String),
    /// The app tree has a `__main__.py` at its top and is no package: `python DIR`.
    Directory,
    /// A ZIP archive of the app tree, relative to its root, that has a `__main__`: `python FILE`.
    Archive(PathBuf),
    /// Code: `python -c CODE`.
    Command(String),
    /// What comes on standard input: `python -`.
    Stdin,
    /// The prompt: `python -i`.
    Interactive,
    /// `python` itself.
    Interpreter,
}

/// A further program in the same file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// Its name.
    pub name: String,
    /// What runs.
    pub entry: Entry,
    /// Arguments in front of those that it is called with.
    pub arguments: Vec<String>,
}
