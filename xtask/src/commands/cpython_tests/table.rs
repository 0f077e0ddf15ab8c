//! `docs/development/cpython-tests-table.md`.

use std::fmt::Write;

use fs_err as fs;
use miette::IntoDiagnostic;

use super::compare::{Comparison, Counts};
use super::expected::Expected;
use super::outcome::File;
use crate::workspace;

/// Writes the page.
pub(super) fn write(comparison: &Comparison, expected: &Expected) -> miette::Result<()> {
    let path = workspace::root().join("docs/development/cpython-tests-table.md");
    fs::write(path, page(comparison, expected)).into_diagnostic()
}

fn page(comparison: &Comparison, expected: &Expected) -> String {
    let mut page = String::from(
        "# CPython's own tests: the table\n\n\
         Written by `cargo xtask cpython-tests --table`; [the page about them](cpython-tests.md) says what is compared. Columns: \
         cases that passed, were skipped, failed; in the interpreter unfrozen and frozen. The last one counts the cases that pass \
         unfrozen and not frozen.\n\n\
         | test file | unfrozen | frozen | differ |\n\
         |---|---:|---:|---:|\n",
    );
    let mut differences = 0;
    for (file, pair) in &comparison.files {
        let count = pair.differences(file).len();
        differences += count;
        row(
            &mut page,
            &format!("`{file}`"),
            &cell(&pair.unfrozen),
            &cell(&pair.frozen),
            count,
        );
    }
    let total = |unfrozen| counts(&comparison.total(unfrozen));
    let files = format!("**{} files**", comparison.files.len());
    row(&mut page, &files, &total(true), &total(false), differences);
    page.push_str("\n## What differs\n\n");
    for differs in &expected.differs {
        let names: Vec<String> = differs
            .names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let _ = writeln!(page, "- {}: {}", names.join(", "), differs.reason);
    }
    page
}

fn row(page: &mut String, name: &str, unfrozen: &str, frozen: &str, differ: usize) {
    let differ = if differ == 0 {
        String::new()
    } else {
        differ.to_string()
    };
    let _ = writeln!(page, "| {name} | {unfrozen} | {frozen} | {differ} |");
}

fn cell(file: &File) -> String {
    let mut total = Counts::default();
    total.add(file);
    // A file that is skipped, or that has only doctests, has no cases.
    if total == Counts::default() {
        return file.state.to_lowercase().replace('_', " ");
    }
    counts(&total)
}

fn counts(counts: &Counts) -> String {
    format!("{} / {} / {}", counts.passed, counts.skipped, counts.failed)
}
