//! `fastice diff`.

use std::fmt::Write as _;

use serde::Serialize;

use super::print;
use crate::Result;
use crate::cli::{self, OutputFormat};
use crate::error::ExitStatus;
use crate::inspect::diff::{self, Change, Difference};
use crate::inspect::{self, Executable};
use crate::ui::format;

/// Version of the JSON document.
const SCHEMA: u32 = 1;

/// Names shown in each list unless all are asked for.
const SHOWN: usize = 20;

/// The JSON document.
#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    #[serde(flatten)]
    difference: &'a Difference,
}

/// Prints what changed from one executable to another.
pub(super) fn diff(arguments: &cli::Diff) -> Result<ExitStatus> {
    let (old, new) = (
        inspect::read(&arguments.old)?,
        inspect::read(&arguments.new)?,
    );
    let difference = diff::compare(
        &Executable::open(&arguments.old, &old)?,
        &Executable::open(&arguments.new, &new)?,
    )?;
    match arguments.output_format {
        OutputFormat::Json => print::json(&Document {
            schema: SCHEMA,
            difference: &difference,
        })?,
        OutputFormat::Text => {
            let shown = if arguments.all { usize::MAX } else { SHOWN };
            print::text(&text(&difference, shown))?;
        }
    }
    Ok(ExitStatus::Success)
}

/// A size with its sign.
fn growth(old: u64, new: u64) -> String {
    let sign = if new < old { "-" } else { "+" };
    format!("{sign}{}", format::size(new.abs_diff(old)))
}

fn text(difference: &Difference, shown: usize) -> String {
    let mut out = String::new();
    let facts = [
        ("python", &difference.python),
        ("builder", &difference.built_by),
        ("glibc", &difference.glibc),
    ];
    for (name, change) in facts {
        if let Some(Change { old, new }) = change {
            let _ = writeln!(
                out,
                "{name} {} → {}",
                or_none(old.as_ref()),
                or_none(new.as_ref())
            );
        }
    }
    for component in &difference.components {
        let name = &component.name;
        let Change { old, new } = &component.version;
        let line = match (component.was_there, component.is_there) {
            (false, _) => format!("+ {name} {}", new.as_deref().unwrap_or_default()),
            (_, false) => format!("- {name} {}", old.as_deref().unwrap_or_default()),
            _ if old == new => format!("  {name}"),
            _ => format!(
                "  {name} {} → {}",
                or_none(old.as_ref()),
                or_none(new.as_ref())
            ),
        };
        let _ = write!(out, "{}", line.trim_end());
        let Change { old, new } = &component.license;
        let (before, after) = (or_none(old.as_ref()), or_none(new.as_ref()));
        let _ = match (component.was_there, component.is_there) {
            (true, true) if old != new => writeln!(out, " ({before} → {after})"),
            (false, _) => writeln!(out, " ({after})"),
            _ => writeln!(out),
        };
    }
    let lists = [
        ("+", &difference.modules.added),
        ("-", &difference.modules.removed),
    ];
    for (sign, names) in lists {
        for name in names.iter().take(shown) {
            let _ = writeln!(out, "{sign} module {name}");
        }
        if names.len() > shown {
            let more = format::count(names.len() - shown, "more module");
            let _ = writeln!(out, "{sign} {more}; `--all` shows them");
        }
    }
    for part in &difference.parts {
        let (old, new) = (part.old, part.new);
        let _ = writeln!(
            out,
            "{:>10}  {} ({} → {})",
            growth(old, new),
            part.name,
            format::size(old),
            format::size(new)
        );
    }
    let Change { old, new } = difference.size;
    let _ = writeln!(
        out,
        "{:>10}  in all ({} → {})",
        growth(old, new),
        format::size(old),
        format::size(new)
    );
    out
}

fn or_none(text: Option<&String>) -> &str {
    text.map_or("none", String::as_str)
}
