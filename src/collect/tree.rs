//! A tree of installed distributions: each whole, by its `RECORD`, and what lies beside them.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use fs_err as fs;
use rayon::prelude::*;

use super::distribution::{self, Distribution};
use super::{Collected, Collection, Owner, is_compiled, is_executable, read, script, text};
use crate::metadata::{entry_points, record};
use crate::resolve::Application;
use crate::ui::Reporter;
use crate::write::{Contents, Share};
use crate::{Code, Error, Result};

/// Files in metadata directories that say how something was installed, not what.
const OF_THE_INSTALLER: &[&str] = &[
    "RECORD",
    "INSTALLER",
    "REQUESTED",
    "uv_cache.json",
    "uv_build.json",
];

/// A tree in the layout of `site-packages`, on its way into a collection.
pub(super) struct Tree<'a> {
    /// The tree on the disk.
    pub(super) site: &'a Path,
    /// Its place below the root.
    pub(super) site_packages: &'a str,
    /// The program, which says what to leave out and what is the user's own.
    pub(super) application: &'a Application,
    /// Who is told what cannot be honoured.
    pub(super) ui: &'a dyn Reporter,
}

impl Tree<'_> {
    /// Adds its files to `collection`.
    ///
    /// # Errors
    /// When something cannot be read, or two files claim the same path.
    pub(super) fn collect(&self, collection: &mut Collection) -> Result<()> {
        // Files that need no second look: of a distribution, taken or left out.
        let mut seen = BTreeSet::new();
        for distribution in distribution::installed(self.site)? {
            if self
                .application
                .left_out_distributions
                .contains(&distribution.normalized_name())
            {
                seen.extend(
                    distribution
                        .files
                        .iter()
                        .filter_map(|path| self.place(path))
                        .map(|(disk, _)| disk),
                );
            } else {
                self.distribution(&distribution, collection, &mut seen)?;
            }
        }
        let nobody = collection.share(Owner::Nobody);
        self.unlisted(nobody, collection, &seen)?;
        self.path_files(nobody, collection)
    }

    /// Where the file that a `RECORD` names lies on the disk, and where it appears below the root.
    /// What lies outside `site-packages` (`../../../bin/x`) keeps its place in the installation.
    /// `None` for absolute paths.
    fn place(&self, path: &str) -> Option<(PathBuf, String)> {
        let mut disk = self.site.to_owned();
        let mut inside: Vec<&str> = self.site_packages.split('/').collect();
        for component in Path::new(path).components() {
            match component {
                Component::Normal(name) => {
                    disk.push(name);
                    inside.push(name.to_str()?);
                }
                Component::ParentDir => {
                    disk.pop();
                    inside.pop();
                }
                Component::CurDir => {}
                Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        Some((disk, inside.join("/")))
    }

    fn distribution(
        &self,
        distribution: &Distribution,
        collection: &mut Collection,
        seen: &mut BTreeSet<PathBuf>,
    ) -> Result<()> {
        let name = distribution.normalized_name();
        let own = self.application.own_distributions.contains(&name);
        let share = collection.share(Owner::Distribution(name, distribution.version.clone()));
        let metadata = format!("{}/", distribution.metadata);
        let mut taken: Vec<String> = Vec::new();
        for listed in &distribution.files {
            let Some((disk, path)) = self.place(listed) else {
                self.ui.detail(&format!(
                    "{}: {listed} lies outside the installation",
                    distribution.name
                ));
                continue;
            };
            seen.insert(disk.clone());
            if is_compiled(&path)
                || is_of_the_installer(listed, &metadata, &disk)
                || self.is_link(&disk)
            {
                continue;
            }
            if !disk.is_file() {
                self.ui.warn(
                    &Error::new(
                        Code::MissingFile,
                        format!(
                            "{} lists {listed}, and there is no such file",
                            distribution.name
                        ),
                    )
                    .hint("install the distribution again"),
                );
                continue;
            }
            let file = Collected {
                executable: is_executable(&disk)?,
                own: own.then(|| PathBuf::from(listed)),
                contents: Contents::Disk(disk),
                share,
            };
            insert(collection, &path, file, &distribution.name)?;
            taken.push(path);
        }
        self.scripts(distribution, collection, &taken)?;
        self.metadata(distribution, collection, share, &mut taken)
    }

    /// Makes scripts independent of where they were installed.
    fn scripts(
        &self,
        distribution: &Distribution,
        collection: &mut Collection,
        taken: &[String],
    ) -> Result<()> {
        let entry_points = self
            .site
            .join(&distribution.metadata)
            .join("entry_points.txt");
        let entry_points = match fs::read_to_string(entry_points) {
            Ok(text) => entry_points::scripts(&text),
            Err(_) => Vec::new(),
        };
        for path in taken {
            let Some(name) = path.strip_prefix("bin/") else {
                continue;
            };
            let Some(file) = collection.files.get_mut(path) else {
                continue;
            };
            let generated = entry_points.iter().find(|(script, ..)| script == name);
            let text = match (generated, &file.contents) {
                (Some((_, module, attribute)), _) => {
                    Some(script::console_script(module, attribute).into_bytes())
                }
                (None, Contents::Disk(disk)) => script::relocated(&read(disk)?),
                _ => None,
            };
            if let Some(text) = text {
                file.contents = Contents::Bytes(text.into());
            }
        }
        Ok(())
    }

    /// Writes `INSTALLER` and `RECORD` for what was taken.
    fn metadata(
        &self,
        distribution: &Distribution,
        collection: &mut Collection,
        share: Share,
        taken: &mut Vec<String>,
    ) -> Result<()> {
        if distribution.files.is_empty() {
            return Ok(());
        }
        let directory = format!("{}/{}", self.site_packages, distribution.metadata);
        let plain = |text: String| Collected {
            contents: Contents::Bytes(text.into_bytes().into()),
            executable: false,
            share,
            own: None,
        };
        let installer = format!("{directory}/INSTALLER");
        collection
            .files
            .insert(installer.clone(), plain("fastice\n".to_owned()));
        taken.push(installer);
        taken.sort();
        let rows: Vec<(String, String, u64)> = taken
            .par_iter()
            .map(|path| {
                let contents = match collection.files.get(path).map(|file| &file.contents) {
                    Some(Contents::Bytes(bytes)) => bytes.clone(),
                    Some(Contents::Disk(disk)) => read(disk)?,
                    _ => Arc::from([]),
                };
                Ok((
                    self.listed(path),
                    record::hash(&contents),
                    contents.len() as u64,
                ))
            })
            .collect::<Result<_>>()?;
        let own_path = format!("{}/RECORD", distribution.metadata);
        collection.files.insert(
            format!("{directory}/RECORD"),
            plain(record::write(&rows, &own_path)),
        );
        Ok(())
    }

    /// The path of a file below the root as a `RECORD` writes it.
    fn listed(&self, path: &str) -> String {
        match path
            .strip_prefix(self.site_packages)
            .and_then(|rest| rest.strip_prefix('/'))
        {
            Some(inside) => inside.to_owned(),
            None => format!(
                "{}{path}",
                "../".repeat(self.site_packages.split('/').count())
            ),
        }
    }

    /// Files in the tree that no distribution lists: modules copied by hand, what editable installs
    /// left.
    fn unlisted(
        &self,
        share: Share,
        collection: &mut Collection,
        seen: &BTreeSet<PathBuf>,
    ) -> Result<()> {
        let walk = walkdir::WalkDir::new(self.site)
            .follow_links(true)
            .into_iter()
            .filter_entry(|entry| entry.file_name() != "__pycache__");
        // What lies unlisted in the metadata directory of a distribution that lists its files is an
        // installer's note to itself.
        let listing: BTreeSet<PathBuf> = seen
            .iter()
            .filter_map(|path| path.parent())
            .filter(|parent| {
                parent
                    .extension()
                    .is_some_and(|extension| extension == "dist-info")
            })
            .map(Path::to_owned)
            .collect();
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                // A link to nowhere or into itself holds no file.
                Err(error) if is_idle_link(&error) => continue,
                Err(error) => {
                    return Err(Error::new(
                        Code::Io,
                        format!("{} cannot be read", self.site.display()),
                    )
                    .caused_by(error));
                }
            };
            let disk = entry.path();
            let relative = disk.strip_prefix(self.site).unwrap_or(disk);
            let is_metadata = disk.parent().is_some_and(|parent| listing.contains(parent));
            if !entry.file_type().is_file()
                || seen.contains(disk)
                || is_metadata
                || self.is_link(disk)
                || is_left_by_installers(relative)
            {
                continue;
            }
            let relative = text(relative)?;
            let file = Collected {
                executable: is_executable(disk)?,
                contents: Contents::Disk(disk.to_owned()),
                share,
                own: None,
            };
            insert(
                collection,
                &format!("{}/{relative}", self.site_packages),
                file,
                "a file in the tree",
            )?;
        }
        Ok(())
    }
}

/// Does walking fail on a symbolic link that leads nowhere?
fn is_idle_link(error: &walkdir::Error) -> bool {
    let missing = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
    error.loop_ancestor().is_some() || error.io_error().is_some_and(missing)
}

/// Adds a file, which nobody may have added before.
pub(super) fn insert(
    collection: &mut Collection,
    path: &str,
    file: Collected,
    owner: &str,
) -> Result<()> {
    let share = file.share;
    match collection.files.insert(path.to_owned(), file) {
        // Two distributions may install the same file (the `__init__` of a shared namespace); then
        // the last wins, as on the disk.
        Some(before) if before.share == share => Err(Error::new(
            Code::Conflict,
            format!("{owner} lists {path} twice"),
        )),
        _ => Ok(()),
    }
}

/// Does the file say how the distribution was installed?
fn is_of_the_installer(listed: &str, metadata: &str, disk: &Path) -> bool {
    let Some(file) = listed.strip_prefix(metadata) else {
        return false;
    };
    OF_THE_INSTALLER.contains(&file)
        || (file == "direct_url.json"
            && fs::read_to_string(disk).is_ok_and(|text| text.contains("\"file:")))
}

/// Files that installers and virtual environments leave in the tree for themselves.
fn is_left_by_installers(relative: &Path) -> bool {
    matches!(
        relative.to_str(),
        Some(".lock" | "CACHEDIR.TAG" | ".gitignore" | "_virtualenv.py" | "_virtualenv.pth")
    )
}
