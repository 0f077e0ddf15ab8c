//! `expected.toml`: which tests run, and which may differ.

use std::path::PathBuf;

use fs_err as fs;
use miette::{IntoDiagnostic, WrapErr};
use serde::Deserialize;

use crate::workspace;

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    /// Test files and packages of the fast selection.
    pub(super) fast: Vec<String>,
    #[serde(default)]
    left_out: Vec<LeftOut>,
    #[serde(default)]
    pub(super) differs: Vec<Differs>,
}

/// Test files that run on neither side.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LeftOut {
    files: Vec<String>,
    #[expect(dead_code, reason = "for whoever reads the file")]
    reason: String,
}

/// What passes unfrozen and not frozen.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Differs {
    /// Full names of cases, or of the class, module or test file as a whole.
    pub(super) names: Vec<String>,
    /// Why a frozen interpreter cannot pass.
    pub(super) reason: String,
}

impl Expected {
    pub(super) fn read() -> miette::Result<Self> {
        let path = path();
        toml::from_str(&fs::read_to_string(&path).into_diagnostic()?)
            .into_diagnostic()
            .wrap_err_with(|| path.display().to_string())
    }

    pub(super) fn is_left_out(&self, file: &str) -> bool {
        self.left_out
            .iter()
            .flat_map(|left_out| &left_out.files)
            .any(|name| name == file)
    }

    /// Why this may differ.
    pub(super) fn reason(&self, name: &str) -> Option<&str> {
        self.differs
            .iter()
            .find(|differs| differs.names.iter().any(|listed| listed == name))
            .map(|differs| differs.reason.as_str())
    }
}

pub(super) fn path() -> PathBuf {
    workspace::root().join("xtask/src/commands/cpython_tests/expected.toml")
}
