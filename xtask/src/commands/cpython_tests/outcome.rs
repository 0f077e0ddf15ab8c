//! What came out of test files, and where it is kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fs_err as fs;
use miette::{IntoDiagnostic, miette};
use serde::{Deserialize, Serialize};

use crate::cache;

/// What became of a test case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Case {
    Passed,
    Failed,
    Skipped,
}

/// What became of a test file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct File {
    #[serde(rename = "file")]
    name: String,
    /// `State` of `test.libregrtest.result`.
    pub(super) state: String,
    /// How long it took.
    pub(super) seconds: Option<f64>,
    /// Outcome of each case, by full name: `test.test_os.FileTests.test_access`.
    pub(super) cases: BTreeMap<String, Case>,
}

impl File {
    /// As regrtest judges it.
    pub(super) fn outcome(&self) -> Case {
        match self.state.as_str() {
            "PASSED" => Case::Passed,
            "SKIPPED" | "RESOURCE_DENIED" | "DID_NOT_RUN" => Case::Skipped,
            _ => Case::Failed,
        }
    }

    /// Takes over what came out when the cases that had failed were run again.
    fn run_again(&mut self, again: Self) {
        self.cases.extend(again.cases);
        let fails = self.cases.values().any(|&case| case == Case::Failed);
        // What fails for a whole class or module has no case that could pass the second time.
        if again.state == "PASSED" && fails {
            self.cases.retain(|_, case| *case != Case::Failed);
        }
        self.state = again.state;
    }
}

/// A directory of outcomes, one JSON file per test file.
pub(super) struct Store(PathBuf);

impl Store {
    /// The outcomes of the interpreter `name`.
    pub(super) fn open(name: &str) -> miette::Result<Self> {
        let directory = cache::directory()?.join("suite-outcomes").join(name);
        fs::create_dir_all(&directory).into_diagnostic()?;
        Ok(Self(directory))
    }

    pub(super) fn has(&self, file: &str) -> bool {
        self.path(file).exists()
    }

    pub(super) fn get(&self, file: &str) -> miette::Result<File> {
        let json = fs::read(self.path(file))
            .map_err(|error| miette!("regrtest did not come to {file}: {error}"))?;
        serde_json::from_slice(&json).into_diagnostic()
    }

    /// Keeps what the driver has written.
    pub(super) fn keep(&self, lines: &Path) -> miette::Result<()> {
        let mut files = BTreeMap::<String, File>::new();
        for line in fs::read_to_string(lines).into_diagnostic()?.lines() {
            let file: File = serde_json::from_str(line).into_diagnostic()?;
            match files.get_mut(&file.name) {
                Some(first) => first.run_again(file),
                None => {
                    files.insert(file.name.clone(), file);
                }
            }
        }
        for file in files.values() {
            let json = serde_json::to_vec_pretty(file).into_diagnostic()?;
            fs::write(self.path(&file.name), json).into_diagnostic()?;
        }
        Ok(())
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.join(format!("{file}.json"))
    }
}
