//! Unfrozen against frozen.

use std::collections::{BTreeMap, BTreeSet};

use miette::bail;

use super::expected::Expected;
use super::outcome::{Case, File};

/// Outcomes of both sides, by test file.
#[derive(Default)]
pub(super) struct Comparison {
    pub(super) files: BTreeMap<String, Pair>,
}

/// A test file on both sides.
pub(super) struct Pair {
    pub(super) unfrozen: File,
    pub(super) frozen: File,
}

impl Pair {
    /// What passes unfrozen and not frozen: cases by their full name, the file by its own.
    pub(super) fn differences(&self, file: &str) -> BTreeMap<String, &'static str> {
        let mut found = BTreeMap::new();
        for (name, &case) in &self.unfrozen.cases {
            if case == Case::Passed
                && let Some(how) = difference(self.frozen.cases.get(name).copied())
            {
                found.insert(name.clone(), how);
            }
        }
        // What is new frozen: the failure of a whole class, say.
        for (name, &case) in &self.frozen.cases {
            if case == Case::Failed && !self.unfrozen.cases.contains_key(name) {
                found.insert(name.clone(), "fails");
            }
        }
        if found.is_empty()
            && self.unfrozen.outcome() == Case::Passed
            && self.frozen.outcome() != Case::Passed
        {
            found.insert(file.to_owned(), "does not pass as a whole");
        }
        found
    }
}

fn difference(frozen: Option<Case>) -> Option<&'static str> {
    match frozen {
        Some(Case::Passed) => None,
        Some(Case::Failed) => Some("fails"),
        Some(Case::Skipped) => Some("is skipped"),
        None => Some("does not run"),
    }
}

impl Comparison {
    pub(super) fn add(&mut self, file: &str, unfrozen: File, frozen: File) {
        self.files
            .insert(file.to_owned(), Pair { unfrozen, frozen });
    }

    /// Fails unless all that differs is expected, and all that is expected differs.
    pub(super) fn check(&self, expected: &Expected) -> miette::Result<()> {
        let mut differences = BTreeMap::new();
        let mut known = BTreeSet::new();
        for (file, pair) in &self.files {
            known.insert(file);
            known.extend(pair.unfrozen.cases.keys());
            known.extend(pair.frozen.cases.keys());
            differences.extend(pair.differences(file));
        }
        let unexpected: Vec<String> = differences
            .iter()
            .filter(|(name, _)| expected.reason(name).is_none())
            .map(|(name, how)| format!("{name} {how}"))
            .collect();
        let outdated: Vec<&str> = expected
            .differs
            .iter()
            .flat_map(|differs| &differs.names)
            .filter(|name| known.contains(name) && !differences.contains_key(*name))
            .map(String::as_str)
            .collect();
        println!(
            "{} test files: {}",
            self.files.len(),
            [("unfrozen", true), ("frozen", false)]
                .map(|(side, unfrozen)| format!("{side} {}", self.total(unfrozen)))
                .join("; ")
        );
        println!("{} differences", differences.len());
        if !unexpected.is_empty() {
            bail!(
                "what passes unfrozen does not pass frozen:\n  {}",
                unexpected.join("\n  ")
            );
        }
        if !outdated.is_empty() {
            bail!(
                help = "remove them from it",
                "expected.toml lists what no longer differs:\n  {}",
                outdated.join("\n  ")
            );
        }
        Ok(())
    }

    /// Counts of cases on one side.
    pub(super) fn total(&self, unfrozen: bool) -> Counts {
        let mut total = Counts::default();
        for pair in self.files.values() {
            let file = if unfrozen {
                &pair.unfrozen
            } else {
                &pair.frozen
            };
            total.add(file);
        }
        total
    }
}

/// Numbers of cases.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) skipped: usize,
}

impl Counts {
    pub(super) fn add(&mut self, file: &File) {
        for case in file.cases.values() {
            match case {
                Case::Passed => self.passed += 1,
                Case::Failed => self.failed += 1,
                Case::Skipped => self.skipped += 1,
            }
        }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
        } = self;
        write!(out, "{passed} passed, {skipped} skipped, {failed} failed")
    }
}
