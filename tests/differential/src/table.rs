//! The table of applications in the documentation.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::compare::{Comparison, Outcome};
use crate::definition::Application;

/// Begins the line between the head and the rows.
const RULE: &str = "|---";

/// One row: what an application is, and how it went.
pub fn row(application: &Application, outcome: &Outcome) -> String {
    let mut row = String::new();
    let _ = write!(
        row,
        "| `{}` | {} | {} | {} |",
        application.name,
        application.definition.does,
        application.distributions().join(", "),
        match outcome {
            Outcome::Same => "same",
            Outcome::Differs(_) => "**differs**",
        }
    );
    row
}

/// A row with one more cell: how it went with PyInstaller.
pub fn row_beside(application: &Application, comparison: &Comparison) -> String {
    let beside = match comparison.beside {
        Some(Outcome::Same) => "same",
        Some(Outcome::Differs(_)) => "**differs**",
        None => "not tried",
    };
    format!("{} {beside} |", row(application, &comparison.outcome))
}

/// The name in a row made by [`row`], or `None` for any other line.
fn name(line: &str) -> Option<&str> {
    line.strip_prefix("| `")?.split('`').next()
}

/// A page with the rows of `names`: new ones where there are any, else those that it has. Rows of other names go away.
pub fn update(page: &str, names: &[String], rows: &BTreeMap<String, String>) -> String {
    let old: BTreeMap<&str, &str> = page
        .lines()
        .filter_map(|line| Some((name(line)?, line)))
        .collect();
    let table: Vec<&str> = names
        .iter()
        .filter_map(|name| {
            let new = rows.get(name).map(String::as_str);
            new.or_else(|| old.get(name.as_str()).copied())
        })
        .collect();
    let mut lines = Vec::new();
    for line in page.lines() {
        if name(line).is_none() {
            lines.push(line);
        }
        if line.starts_with(RULE) {
            lines.extend(&table);
        }
    }
    lines.join("\n") + "\n"
}
