//! The crates that are compiled into the stub, for their licence texts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use miette::IntoDiagnostic;
use serde::{Deserialize, Serialize};

use crate::step::Step;
use crate::workspace;

/// What `cargo metadata` prints, as far as it matters here (the format is documented in The Cargo Book).
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    manifest_path: PathBuf,
    /// Its licence, an SPDX expression.
    license: Option<String>,
    /// Where it comes from; nothing for members of the workspace.
    source: Option<String>,
}

/// A crate that is compiled into the stub, for the manifest.
#[derive(Serialize)]
pub(super) struct Crate {
    name: String,
    version: String,
    license: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    /// `dev`, `build`, or nothing for what is linked.
    kind: Option<String>,
}

/// Beginnings of the names of licence files.
const LICENSE_FILES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];

/// Every foreign crate below `root`, by name.
pub(super) fn linked_into(root: &str, target: &str) -> miette::Result<Vec<Crate>> {
    let mut crates: Vec<Crate> = linked(&metadata(target)?, root)
        .into_iter()
        .filter(|package| package.source.is_some())
        .map(|package| Crate {
            name: package.name.clone(),
            version: package.version.clone(),
            license: package.license.clone(),
        })
        .collect();
    crates.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    Ok(crates)
}

fn metadata(target: &str) -> miette::Result<Metadata> {
    let text = Step::output(
        Command::new(workspace::cargo())
            .args(["metadata", "--format-version=1", "--locked", "--quiet"])
            .args(["--filter-platform", target])
            .current_dir(workspace::root()),
    )?;
    serde_json::from_str(&text).into_diagnostic()
}

/// Licence texts of every foreign crate below `root`, and of Rust's standard library, by their path in a pack.
pub(super) fn licenses(root: &str, target: &str) -> miette::Result<Vec<(String, PathBuf)>> {
    let metadata = metadata(target)?;
    let mut licenses = Vec::new();
    for package in linked(&metadata, root) {
        if package.source.is_some() {
            let directory = package.manifest_path.parent().unwrap_or(Path::new("/"));
            let name = format!("rust/{}-{}", package.name, package.version);
            licenses.extend(texts(directory, &name)?);
        }
    }
    let sysroot = Step::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    // A distribution's own Rust may keep it elsewhere.
    let std = Path::new(sysroot.trim()).join("share/doc/rust/COPYRIGHT-library.html");
    if std.is_file() {
        licenses.push(("rust/std/COPYRIGHT-library.html".to_owned(), std));
    }
    Ok(licenses)
}

/// The packages that are linked into `root`.
fn linked<'a>(metadata: &'a Metadata, root: &str) -> Vec<&'a Package> {
    let nodes: BTreeMap<&str, &Node> = metadata
        .resolve
        .nodes
        .iter()
        .map(|node| (node.id.as_str(), node))
        .collect();
    let mut open: Vec<&str> = metadata
        .packages
        .iter()
        .filter(|package| package.name == root)
        .map(|package| package.id.as_str())
        .collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if let Some(node) = nodes.get(id).filter(|_| seen.insert(id)) {
            open.extend(
                node.deps
                    .iter()
                    .filter(|dependency| dependency.dep_kinds.iter().any(|k| k.kind.is_none()))
                    .map(|dependency| dependency.pkg.as_str()),
            );
        }
    }
    metadata
        .packages
        .iter()
        .filter(|package| seen.contains(package.id.as_str()))
        .collect()
}

/// The licence files in a directory, sorted by name.
fn texts(directory: &Path, name: &str) -> miette::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).into_diagnostic()? {
        let entry = entry.into_diagnostic()?;
        let file = entry.file_name().to_string_lossy().into_owned();
        let is_license = LICENSE_FILES
            .iter()
            .any(|start| file.to_uppercase().starts_with(start));
        if is_license && entry.path().is_file() {
            found.push((format!("{name}/{file}"), entry.path()));
        }
    }
    found.sort();
    Ok(found)
}
