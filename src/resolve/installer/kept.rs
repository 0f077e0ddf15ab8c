//! Installed trees that are kept for the next build. Only what a request decides completely is: when every distribution that was
//! installed had been named with its exact version.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use super::{Plan, Tool};
use crate::cache;
use crate::metadata::names;
use crate::resolve::{Interpreter, distribution};

/// The names that a plan gives exact versions to. Nothing if it takes anything from this disk, or refers to another file: what that is may
/// change without a word in the plan.
pub(super) fn pins(plan: &Plan, files: &[Vec<u8>]) -> Option<BTreeSet<String>> {
    let mut pins = BTreeSet::new();
    if plan.project.is_some() {
        return None;
    }
    for requirement in plan.declared.iter().chain(&plan.requirements) {
        pin(requirement, &mut pins)?;
    }
    for file in files {
        let text = str::from_utf8(file)
            .ok()?
            .replace("\\\n", " ")
            .replace("\\\r\n", " ");
        for line in text.lines() {
            let line = line.split(" #").next().unwrap_or(line).trim();
            let is_setting = [
                "--index-url",
                "--extra-index-url",
                "--pre",
                "--require-hashes",
                "--only-binary",
                "--no-binary",
            ]
            .iter()
            .any(|setting| line.starts_with(setting));
            if !line.is_empty() && !line.starts_with('#') && !is_setting {
                pin(line, &mut pins)?;
            }
        }
    }
    Some(pins)
}

/// Notes the name of a requirement with an exact version. Nothing if it is no name from an index.
fn pin(requirement: &str, pins: &mut BTreeSet<String>) -> Option<()> {
    let name = names::of_requirement(requirement)?;
    let condition = requirement.split(';').next().unwrap_or(requirement);
    if condition.contains('@') {
        return None;
    }
    let version = condition.split_once("==").map(|(_, version)| version);
    if version.is_some_and(|version| !version.contains(['*', ','])) {
        pins.insert(name);
    }
    Some(())
}

/// The place of a tree in the cache.
pub(super) struct Place(PathBuf);

impl Place {
    /// Where the tree that `plan` asks for is or will be: by everything that decides what is in it. `files` are the contents of its
    /// requirements files, `settings` the tool's options.
    pub(super) fn new(
        plan: &Plan,
        files: &[Vec<u8>],
        settings: &[String],
        tool: Tool,
        interpreter: &Interpreter,
    ) -> Option<Self> {
        let mut hasher = Xxh3::new();
        let mut add = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        add(crate::BUILDER.as_bytes());
        add(tool.name().as_bytes());
        add(interpreter.version.as_bytes());
        add(interpreter.program.as_os_str().as_encoded_bytes());
        for text in settings
            .iter()
            .chain(&plan.declared)
            .chain(&plan.requirements)
        {
            add(text.as_bytes());
        }
        for contents in files {
            add(contents);
        }
        let mut variables: Vec<_> = env::vars_os()
            .filter(|(name, _)| {
                let name = name.to_string_lossy();
                name.starts_with("UV_") || name.starts_with("PIP_")
            })
            .collect();
        variables.sort();
        for (name, value) in variables {
            add(name.as_encoded_bytes());
            add(value.as_encoded_bytes());
        }
        for file in configuration() {
            if let Ok(contents) = fs_err::read(&file) {
                add(file.as_os_str().as_encoded_bytes());
                add(&contents);
            }
        }
        let trees = cache::directory().ok()?.join(cache::INSTALLED);
        Some(Self(trees.join(format!("{:032x}", hasher.digest128()))))
    }

    /// The tree, if it is there.
    pub(super) fn find(&self) -> Option<PathBuf> {
        self.0.is_dir().then(|| self.0.clone())
    }

    /// Puts the tree at `prefix` there, if `pins` name everything in its `site`. Nothing if it stays where it is.
    pub(super) fn keep(
        &self,
        prefix: &Path,
        site: &Path,
        pins: &BTreeSet<String>,
    ) -> Option<PathBuf> {
        let installed = distribution::installed(site).ok()?;
        let is_decided = installed.iter().all(|one| pins.contains(&one.name));
        fs_err::create_dir_all(self.0.parent()?).ok()?;
        // Another build may have been faster: then there is a directory, and this tree goes away after use.
        (is_decided && fs_err::rename(prefix, &self.0).is_ok()).then(|| self.0.clone())
    }
}

/// Files that may configure uv or pip: the user's, the machine's, and those in or above the working directory.
fn configuration() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = ["/etc/uv/uv.toml", "/etc/pip.conf", "/etc/xdg/pip/pip.conf"]
        .map(PathBuf::from)
        .to_vec();
    let home = env::var_os("HOME").map(PathBuf::from);
    let settings = env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| home.as_ref().map(|home| home.join(".config")));
    if let Some(settings) = settings {
        files.push(settings.join("uv/uv.toml"));
        files.push(settings.join("pip/pip.conf"));
    }
    files.extend(home.map(|home| home.join(".pip/pip.conf")));
    if let Ok(directory) = env::current_dir() {
        for above in directory.ancestors() {
            files.push(above.join("uv.toml"));
            files.push(above.join("pyproject.toml"));
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pinned(file: &str) -> Option<Vec<String>> {
        pins(&Plan::default(), &[file.as_bytes().to_vec()]).map(|pins| pins.into_iter().collect())
    }

    #[test]
    fn only_exact_versions_are_pins() {
        let file = "--index-url https://example.org\n# all\nDjango==6.1.3 \\\n    --hash=sha256:00\n\
            asgiref==3.13.0 ; python_version > '3' # via\nloose>=1\nsome==1.*\n";
        assert_eq!(
            pinned(file),
            Some(vec!["asgiref".to_owned(), "django".to_owned()])
        );
    }

    #[test]
    fn what_lies_elsewhere_decides_nothing() {
        for line in [
            "-r other.txt",
            "./here",
            "-e .",
            "x @ file:///x.whl",
            "-c constraints.txt",
        ] {
            assert_eq!(pinned(line), None, "{line}");
        }
    }
}
