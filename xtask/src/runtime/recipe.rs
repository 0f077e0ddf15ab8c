//! `runtime/cpython`: how CPython is built, as data.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use fs_err as fs;
use miette::{IntoDiagnostic, WrapErr};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Build;
use super::elf::GlibcVersion;
use crate::workspace;

/// `recipe.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipe {
    pub(super) source: Source,
    pub(super) configure: Configure,
    pub(super) make: Make,
    pub(super) release: Release,
    pub(super) standard_library: StandardLibrary,
    #[serde(rename = "library")]
    pub(super) libraries: Vec<Library>,
    packages: Packages,
    #[serde(skip)]
    pub(super) hardened: Hardened,
}

/// `hardened.toml`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hardened {
    /// By the name of a variable for `configure`: flags in it, and what stands in their place.
    pub(super) replace: BTreeMap<String, (String, String)>,
}

/// The source archive.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    pub(super) version: String,
    /// File name; without `.tar.xz` the name of the directory inside.
    pub(super) archive: String,
    pub(super) sha256: String,
    pub(super) url: String,
    /// `SOURCE_DATE_EPOCH`.
    pub(super) epoch: u64,
    pub(super) debian: DebianSource,
}

/// The source package of Debian whose upstream archive is the same file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DebianSource {
    pub(super) suite: String,
    pub(super) package: String,
    pub(super) file: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Configure {
    pub(super) arguments: Vec<String>,
    pub(super) environment: BTreeMap<String, String>,
}

/// Flags for `CFLAGS_NODIST`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Make {
    pub(super) flags: String,
    /// For this machine alone, besides.
    pub(super) host_flags: String,
    pub(super) profile_generate: String,
    pub(super) profile_use: String,
}

/// What a release differs in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Release {
    /// The oldest glibc that runs it.
    pub(super) glibc: String,
    /// Flags for `CFLAGS_NODIST`.
    pub(super) flags: String,
    /// Over those of `[configure.environment]`.
    pub(super) environment: BTreeMap<String, String>,
    pub(super) wheel: Wheel,
    /// Debian packages, besides the others.
    packages: Vec<String>,
}

impl Release {
    /// `2.17` as `(2, 17)`.
    pub(super) fn glibc_version(&self) -> miette::Result<GlibcVersion> {
        let parts = self.glibc.split_once('.');
        let version =
            parts.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
        version.ok_or_else(|| miette::miette!("release.glibc: {} is no version", self.glibc))
    }
}

/// A wheel of `PyPI`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wheel {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) sha256: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StandardLibrary {
    pub(super) left_out: Vec<String>,
}

/// A static archive of Debian's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Library {
    pub(super) name: String,
    pub(super) package: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Packages {
    build: Vec<String>,
}

impl Recipe {
    pub(crate) fn read() -> miette::Result<Self> {
        let mut recipe: Self = read("recipe.toml")?;
        recipe.hardened = read("hardened.toml")?;
        Ok(recipe)
    }

    /// Debian packages that a build needs.
    pub(crate) fn packages(&self, build: Build) -> BTreeSet<&str> {
        let release = &self.release.packages;
        let more = build.is_release().then_some(release).into_iter().flatten();
        let tools = self.packages.build.iter().chain(more);
        tools
            .map(String::as_str)
            .chain(self.library_packages())
            .collect()
    }

    /// Debian packages of the static archives.
    pub(super) fn library_packages(&self) -> BTreeSet<&str> {
        self.libraries
            .iter()
            .map(|library| library.package.as_str())
            .collect()
    }
}

/// What a file of `runtime/cpython` says.
fn read<T: DeserializeOwned>(name: &str) -> miette::Result<T> {
    let path = file(name);
    toml::from_str(&fs::read_to_string(&path).into_diagnostic()?)
        .into_diagnostic()
        .wrap_err_with(|| path.display().to_string())
}

/// A file of `runtime/cpython`.
pub(super) fn file(name: &str) -> PathBuf {
    workspace::root().join("runtime/cpython").join(name)
}

/// The patches of CPython's source, in the order in which they apply: by name.
pub(super) fn patches() -> miette::Result<BTreeSet<PathBuf>> {
    fs::read_dir(file("patches"))
        .into_diagnostic()?
        .map(|entry| Ok(entry.into_diagnostic()?.path()))
        .collect()
}

/// The lines of a list in `runtime/cpython`: one name per line, `#` begins a comment.
pub(super) fn names(path: &std::path::Path) -> miette::Result<BTreeSet<String>> {
    let text = fs::read_to_string(path).into_diagnostic()?;
    Ok(text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect())
}
