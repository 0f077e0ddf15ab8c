//! What an executable is made of: distributions, CPython, the libraries linked into it, and the crates of the stub, with their
//! versions and licences.
//!
//! All of it is read from files of the image (`METADATA`, `RECORD`, PEP 770's `sboms`, the runtime's manifest), before it is written as well
//! as after.

pub mod cyclonedx;
pub mod license;
mod runtime;
pub mod spdx;

use serde::Serialize;

use crate::Result;
use crate::metadata::core::Metadata;
use crate::metadata::names;

/// Files by path below the root: an image, or one in the making.
pub(crate) trait Files {
    /// The contents of a file; `None` if there is no such file.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>>;
    /// Every path.
    fn paths(&self) -> Result<Vec<String>>;
}

/// What a component is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An installed distribution.
    Distribution,
    /// CPython, and the stub that boots it.
    Runtime,
    /// A library that CPython is linked with.
    Library,
    /// A library of the machine that built the executable.
    System,
    /// A crate in the stub.
    Crate,
}

/// A part of an executable that has a version and a licence of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Component {
    /// What it is.
    pub kind: Kind,
    /// Its name; of a distribution normalized.
    pub name: String,
    /// Its version, if it is known.
    pub version: Option<String>,
    /// Its licence: an SPDX expression if it names one, else what it says.
    pub license: Option<String>,
    /// Licence texts, below the root.
    pub texts: Vec<String>,
    /// Its package URL.
    pub purl: Option<String>,
    /// What it is, in a sentence.
    pub summary: Option<String>,
    /// Where it is at home.
    pub homepage: Option<String>,
    /// Names of the distributions here that it requires.
    pub requires: Vec<String>,
    /// What it says itself to be made of (PEP 770): CycloneDX components.
    #[serde(skip)]
    pub parts: Vec<serde_json::Value>,
}

/// Everything in an executable.
#[derive(Debug, Clone)]
pub struct Bill {
    /// Name of the program.
    pub name: String,
    /// The builder, `fastice 0.1.0`.
    pub built_by: String,
    /// Distributions first, each kind by name.
    pub components: Vec<Component>,
}

/// Where the bill of materials of the program `name` lies, below the root.
pub(crate) fn path(name: &str, format: &str) -> String {
    format!("share/sbom/{name}.{format}.json")
}

impl Bill {
    /// Reads what `files` say. `site_packages` is the directory of the distributions below the root.
    pub(crate) fn read(
        files: &dyn Files,
        name: &str,
        built_by: &str,
        site_packages: &str,
    ) -> Result<Self> {
        let paths = files.paths()?;
        let mut components = Vec::new();
        let within = format!("{site_packages}/");
        for path in &paths {
            let directory = path
                .strip_prefix(&within)
                .and_then(|rest| rest.strip_suffix("/METADATA"))
                .filter(|rest| rest.ends_with(".dist-info") && !rest.contains('/'));
            if directory.is_some()
                && let Some(text) = files.read(path)?
            {
                let directory = path.trim_end_matches("METADATA");
                components.push(distribution(files, &paths, directory, &text)?);
            }
        }
        let known: Vec<String> = components.iter().map(|one| one.name.clone()).collect();
        for component in &mut components {
            component.requires.retain(|name| known.contains(name));
            component.requires.sort();
            component.requires.dedup();
        }
        components.extend(runtime::components(files, &paths, built_by)?);
        components.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        Ok(Self {
            name: name.to_owned(),
            built_by: built_by.to_owned(),
            components,
        })
    }
}

/// The distribution whose metadata directory is `directory`, with the slash at its end.
fn distribution(
    files: &dyn Files,
    paths: &[String],
    directory: &str,
    text: &[u8],
) -> Result<Component> {
    let metadata = Metadata::parse(&String::from_utf8_lossy(text));
    let name = names::normalize(metadata.first("name").unwrap_or_default());
    let version = metadata.first("version").map(str::to_owned);
    let inside = || {
        paths
            .iter()
            .filter_map(|path| Some((path, path.strip_prefix(directory)?)))
    };
    let mut parts = Vec::new();
    for (path, _) in inside().filter(|(_, rest)| rest.starts_with("sboms/")) {
        if let Some(text) = files.read(path)? {
            parts.extend(cyclonedx::components_of(&text, &name));
        }
    }
    let homepage = metadata.first("home-page").map(str::to_owned).or_else(|| {
        metadata
            .all("project-url")
            .filter_map(|text| text.split_once(','))
            .find(|(label, _)| {
                let label = label.trim().to_lowercase();
                matches!(
                    label.as_str(),
                    "homepage" | "home" | "source" | "repository"
                )
            })
            .map(|(_, url)| url.trim().to_owned())
    });
    Ok(Component {
        kind: Kind::Distribution,
        purl: version
            .as_ref()
            .map(|version| format!("pkg:pypi/{name}@{}", encoded(version))),
        license: metadata.license(),
        texts: inside()
            .filter(|(_, rest)| is_license_text(rest))
            .map(|(path, _)| path.clone())
            .collect(),
        summary: metadata.first("summary").map(str::to_owned),
        homepage,
        requires: metadata
            .all("requires-dist")
            .filter(|requirement| !requirement.contains("extra =="))
            .filter_map(names::of_requirement)
            .filter(|required| *required != name)
            .collect(),
        parts,
        version,
        name,
    })
}

/// Is the file at `path` in a metadata directory a licence text, or a notice that goes with one (PEP 639, and what installers took before)?
fn is_license_text(path: &str) -> bool {
    if path.starts_with("licenses/") || path.starts_with("license_files/") {
        return true;
    }
    let name = path.to_uppercase();
    let starts = [
        "LICENSE",
        "LICENCE",
        "COPYING",
        "COPYRIGHT",
        "NOTICE",
        "AUTHORS",
    ];
    !path.contains('/') && starts.iter().any(|start| name.starts_with(start))
}

/// A version as a package URL wants it: percent-encoded where it must be.
fn encoded(version: &str) -> String {
    version
        .replace('%', "%25")
        .replace('+', "%2B")
        .replace(':', "%3A")
        .replace('~', "%7E")
}
