//! What a cached result was made from.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use fs_err as fs;
use miette::IntoDiagnostic;
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// Everything that a step's result depends on, by name. Two runs with equal inputs may share one result.
#[derive(Clone, Default)]
pub(crate) struct Inputs(BTreeMap<String, String>);

impl Inputs {
    /// A fact: a version, a flag, the key of an earlier step.
    pub(crate) fn fact(&mut self, name: &str, value: impl Into<String>) -> &mut Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// A text that is too long to be named itself: its SHA-256.
    pub(crate) fn text(&mut self, name: &str, text: &str) -> &mut Self {
        self.fact(name, hex(&Sha256::digest(text)))
    }

    /// The contents of a file, or of every file below a directory, named relative to `base`.
    pub(crate) fn files(&mut self, base: &Path, relative: &str) -> miette::Result<&mut Self> {
        for entry in WalkDir::new(base.join(relative)) {
            let entry = entry.into_diagnostic()?;
            if entry.file_type().is_file() {
                let name = entry.path().strip_prefix(base).into_diagnostic()?;
                let hash = sha256(entry.path())?;
                self.0.insert(name.display().to_string(), hash);
            }
        }
        Ok(self)
    }

    /// The name of a result made from these inputs.
    pub(crate) fn key(&self) -> String {
        let mut hasher = Sha256::new();
        for (name, value) in &self.0 {
            hasher.update(format!("{name}\0{value}\0"));
        }
        let mut key = hex(&hasher.finalize());
        key.truncate(32);
        key
    }

    /// All inputs by name.
    pub(crate) fn all(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

/// SHA-256 of a file, in hexadecimal.
pub(crate) fn sha256(path: &Path) -> miette::Result<String> {
    let bytes = fs::read(path).into_diagnostic()?;
    Ok(hex(&Sha256::digest(bytes)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
