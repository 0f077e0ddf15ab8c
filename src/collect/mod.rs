//! From an installed tree to the files of an image: every distribution whole, by its `RECORD`, what
//! lies beside them, and the program's own files. Nothing is guessed away; only what depends on
//! where and how something was installed is made uniform: `INSTALLER`, `RECORD`, `REQUESTED`,
//! `direct_url.json` of local paths, the caches of installers, and the first lines of scripts.

mod distribution;
mod editable;
pub(crate) mod modules;
mod path_files;
mod pth;
mod script;
pub(crate) mod startup;
mod tree;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fs_err as fs;
use rayon::prelude::*;

use crate::resolve::{AppTree, Application};
use crate::ui::Reporter;
use crate::write::{Contents, Share};
use crate::{Code, Error, Result};

pub(crate) use script::console_script;
use tree::Tree;

/// A file of the program.
#[derive(Debug, Clone)]
pub(crate) struct Collected {
    /// What is in it. Python sources are in memory.
    pub(crate) contents: Contents,
    /// It may be executed.
    pub(crate) executable: bool,
    /// Whose it is: an index into [`Collection::shares`].
    pub(crate) share: Share,
    /// If it is the user's own: the path to name in errors.
    pub(crate) own: Option<PathBuf>,
}

/// Someone files belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The program itself, taken as it lies.
    Program,
    /// A distribution: name and version.
    Distribution(String, String),
    /// Nobody: the files lie in the tree, and no distribution lists them.
    Nobody,
    /// The machine that builds.
    Machine,
    /// fastice itself.
    Runtime,
}

/// Everything that is not the runtime's.
#[derive(Debug, Default)]
pub(crate) struct Collection {
    /// Files by path below the root.
    pub(crate) files: BTreeMap<String, Collected>,
    /// Who they belong to.
    pub(crate) shares: Vec<Owner>,
    /// Directories below the root that `.pth` files add to `sys.path`.
    pub(crate) search_paths: Vec<String>,
    /// Code that Python runs at every start, in order.
    pub(crate) startup: Vec<startup::Line>,
}

/// The module by which a program talks to its executable.
pub(crate) const API: &str = "fastice";
const API_SOURCE: &[u8] = include_bytes!("../../templates/bootstrap/fastice.py");

/// Directory of the program's own files.
pub(crate) const APP: &str = "app";

/// Collects the files of `application`. `site_packages` is their directory below the root.
///
/// # Errors
/// When something cannot be read, or two files claim the same path.
pub(crate) fn collect(
    application: &Application,
    site_packages: &str,
    ui: &dyn Reporter,
) -> Result<Collection> {
    let mut collection = Collection::default();
    if let Some(tree) = &application.app {
        collection.app(tree)?;
    }
    if let Some(site) = &application.site {
        Tree {
            site,
            site_packages,
            application,
            ui,
        }
        .collect(&mut collection)?;
    }
    collection.read_sources()?;
    collection.api(site_packages);
    Ok(collection)
}

impl Collection {
    /// A new share.
    pub(crate) fn share(&mut self, owner: Owner) -> Share {
        self.shares.push(owner);
        self.shares.len() - 1
    }

    /// The share of the program's own files, whether there are any or not.
    pub(crate) fn program_share(&mut self) -> Share {
        let known = self
            .shares
            .iter()
            .position(|owner| *owner == Owner::Program);
        known.unwrap_or_else(|| self.share(Owner::Program))
    }

    fn app(&mut self, tree: &AppTree) -> Result<()> {
        let share = self.share(Owner::Program);
        for file in &tree.files {
            let disk = tree.root.join(file);
            let path = text(file)?;
            if is_compiled(&path) {
                continue;
            }
            let collected = Collected {
                executable: is_executable(&disk)?,
                contents: Contents::Disk(disk.clone()),
                share,
                own: Some(disk),
            };
            self.files.insert(format!("{APP}/{path}"), collected);
        }
        Ok(())
    }

    /// Adds the module `fastice`, unless the program or a distribution has one.
    fn api(&mut self, site_packages: &str) {
        let taken = [APP, site_packages]
            .into_iter()
            .chain(self.search_paths.iter().map(String::as_str))
            .any(|root| {
                let package = format!("{root}/{API}/");
                self.files.contains_key(&format!("{root}/{API}.py"))
                    || self.files.keys().any(|path| path.starts_with(&package))
            });
        if taken {
            return;
        }
        let share = self.share(Owner::Runtime);
        let module = Collected {
            contents: Contents::Bytes(Arc::from(API_SOURCE)),
            executable: false,
            share,
            own: None,
        };
        let library = site_packages.trim_end_matches("/site-packages");
        self.files.insert(format!("{library}/{API}.py"), module);
    }

    /// Reads what will be parsed and compiled.
    fn read_sources(&mut self) -> Result<()> {
        self.files
            .par_iter_mut()
            .filter(|(path, _)| has_extension(path, "py"))
            .try_for_each(|(_, file)| {
                if let Contents::Disk(disk) = &file.contents {
                    file.contents = Contents::Bytes(read(disk)?);
                }
                Ok(())
            })
    }
}

/// Is it code that Python compiled from a source beside it? It is compiled anew.
fn is_compiled(path: &str) -> bool {
    path.split('/').any(|part| part == "__pycache__")
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|found| found == extension)
}

fn is_executable(path: &Path) -> Result<bool> {
    fs::metadata(path)
        .map(|metadata| metadata.permissions().mode() & 0o100 != 0)
        .map_err(|error| unreadable(path, error))
}

fn read(path: &Path) -> Result<Arc<[u8]>> {
    fs::read(path)
        .map(Arc::from)
        .map_err(|error| unreadable(path, error))
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::new(Code::Io, format!("{} cannot be read", path.display())).caused_by(error)
}

/// A path as text: an image has no other names.
fn text(path: &Path) -> Result<String> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        Error::new(
            Code::Io,
            format!("the name of {} is not UTF-8", path.display()),
        )
        .hint("rename the file")
    })
}
