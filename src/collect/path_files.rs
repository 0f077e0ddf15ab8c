//! What the `.pth` files of a tree ask for. Directories in the tree become part of the search path; those outside are taken
//! into the image, as are the sources that editable installations map; other code is run by the program when it starts.

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::tree::{Tree, insert};
use super::{
    Collected, Collection, editable, has_extension, is_compiled, is_executable, pth, startup, text,
};
use crate::resolve;
use crate::write::{Contents, Share};
use crate::{Code, Error, Result};

/// Where directories outside the tree appear, below the root.
const LINKED: &str = "linked";

impl Tree<'_> {
    /// Carries out what the `.pth` files say.
    ///
    /// # Errors
    /// When a linked source cannot be read, or an editable installation cannot be resolved.
    pub(super) fn path_files(&self, share: Share, collection: &mut Collection) -> Result<()> {
        let prefix = format!("{}/", self.site_packages);
        let mut names: Vec<String> = fs::read_dir(self.site)
            .map_err(|error| super::unreadable(self.site, error))?
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| has_extension(name, "pth"))
            .collect();
        names.sort();
        for name in names {
            let disk = self.site.join(&name);
            // Those of distributions that are left out are not there.
            if !collection.files.contains_key(&format!("{prefix}{name}")) && !self.is_link(&disk) {
                continue;
            }
            let bytes = super::read(&disk)?;
            for line in pth::lines(&name, &String::from_utf8_lossy(&bytes)) {
                match line {
                    pth::Line::Directory(directory) => {
                        self.directory(&name, &directory, share, collection)?;
                    }
                    pth::Line::Code { number, code } => match editable::hook_of(&code) {
                        Some(hook) => self.editable(&name, hook, share, collection)?,
                        None => collection.startup.push(startup::Line {
                            file: format!("{prefix}{name}"),
                            number,
                            code,
                        }),
                    },
                }
            }
        }
        Ok(())
    }

    /// Is it a file by which an installed tree names sources outside of it? It is carried out, and no part of the program.
    pub(super) fn is_link(&self, disk: &Path) -> bool {
        let name = disk.file_name().and_then(|name| name.to_str());
        let Some(name) = name.filter(|_| disk.parent() == Some(self.site)) else {
            return false;
        };
        let text = || fs::read_to_string(disk).unwrap_or_default();
        if has_extension(name, "py") {
            return editable::is_hook(name.trim_end_matches(".py"))
                && editable::mapping(&text()).is_some();
        }
        has_extension(name, "pth")
            && pth::lines(name, &text()).iter().any(|line| match line {
                pth::Line::Directory(directory) => pth::inside(self.site, directory).is_none(),
                pth::Line::Code { code, .. } => editable::hook_of(code).is_some(),
            })
    }

    /// A directory for the search path.
    fn directory(
        &self,
        name: &str,
        directory: &Path,
        share: Share,
        collection: &mut Collection,
    ) -> Result<()> {
        if let Some(inside) = pth::inside(self.site, directory) {
            // `site` passes over directories that do not exist.
            if self.site.join(&inside).is_dir() {
                let path = format!("{}/{}", self.site_packages, inside.display());
                collection.search_paths.push(path);
            }
            return Ok(());
        }
        if self.is_own(directory) || !directory.is_dir() {
            return Ok(());
        }
        let stem = name.strip_suffix(".pth").unwrap_or(name);
        let mut root = format!("{LINKED}/{stem}");
        let mut count = 1;
        while collection.search_paths.contains(&root) {
            count += 1;
            root = format!("{LINKED}/{stem}-{count}");
        }
        self.ui.detail(&format!(
            "{name} names {}, which is taken",
            directory.display()
        ));
        let tree = resolve::linked(directory)?;
        for file in &tree.files {
            linked_file(
                &tree.root.join(file),
                &format!("{root}/{}", text(file)?),
                share,
                collection,
            )?;
        }
        collection.search_paths.push(root);
        Ok(())
    }

    /// Is `directory` what is being frozen, so that it is in the image already?
    fn is_own(&self, directory: &Path) -> bool {
        let app = self.application.app.as_ref();
        app.is_some_and(|app| {
            app.root == directory
                || fs::canonicalize(&app.root).ok() == fs::canonicalize(directory).ok()
        })
    }

    /// Takes what an editable installation maps, as if it had been installed.
    fn editable(
        &self,
        name: &str,
        hook: &str,
        share: Share,
        collection: &mut Collection,
    ) -> Result<()> {
        let source = fs::read_to_string(self.site.join(format!("{hook}.py"))).unwrap_or_default();
        let Some(mapping) = editable::mapping(&source) else {
            return Err(Error::new(
                Code::UnfitSite,
                format!(
                    "{name} links a distribution into the tree by code (an editable installation)"
                ),
            )
            .hint("install the distribution as a copy, without `-e`"));
        };
        for (module, place) in mapping {
            let target = format!("{}/{}", self.site_packages, module.replace('.', "/"));
            let directory = match place.file_name().and_then(|name| name.to_str()) {
                Some("__init__.py") => place.parent().unwrap_or(&place),
                _ => &place,
            };
            if directory.is_dir() {
                if self.is_own(directory.parent().unwrap_or(directory)) {
                    continue;
                }
                let tree = resolve::linked(directory)?;
                for file in &tree.files {
                    let path = format!("{target}/{}", text(file)?);
                    linked_file(&tree.root.join(file), &path, share, collection)?;
                }
                continue;
            }
            let file = if place.extension().is_some_and(|extension| extension == "py") {
                place.clone()
            } else {
                PathBuf::from(format!("{}.py", place.display()))
            };
            if file.is_file() {
                linked_file(&file, &format!("{target}.py"), share, collection)?;
            }
        }
        Ok(())
    }
}

/// Takes a source that an installed tree links to.
fn linked_file(disk: &Path, path: &str, share: Share, collection: &mut Collection) -> Result<()> {
    if is_compiled(path) {
        return Ok(());
    }
    let file = Collected {
        executable: is_executable(disk)?,
        contents: Contents::Disk(disk.to_owned()),
        share,
        own: Some(disk.to_owned()),
    };
    insert(collection, path, file, "an editable installation")
}
