//! `fastice tree`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::{inside, print};
use crate::Result;
use crate::cli::{self, OutputFormat};
use crate::error::ExitStatus;
use crate::inspect::{self, Executable};
use crate::ui::format;

/// Version of the JSON document.
const SCHEMA: u32 = 1;

/// The JSON document.
#[derive(Serialize)]
struct Document {
    schema: u32,
    tree: Entry,
}

/// A file, or a directory with everything in it.
#[derive(Default, Serialize)]
struct Entry {
    /// Bytes of the contents.
    size: u64,
    /// Bytes in the executable.
    stored: u64,
    /// Files, itself included.
    files: usize,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    entries: BTreeMap<String, Entry>,
}

/// Prints directories with their sizes, the largest first.
pub(super) fn tree(arguments: &cli::Tree) -> Result<ExitStatus> {
    let bytes = inspect::read(&arguments.file)?;
    let executable = Executable::open(&arguments.file, &bytes)?;
    let mut root = Entry::default();
    for file in executable.files()? {
        let mut at = &mut root;
        at.count(file.size, file.stored);
        for part in file.path.split('/') {
            at = at.entries.entry(part.to_owned()).or_default();
            at.count(file.size, file.stored);
        }
    }
    let path = inside::path(arguments.path.as_deref().unwrap_or_default());
    let mut top = &root;
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let Some(next) = top.entries.get(part) else {
            return Err(inside::missing(&executable, &arguments.file, path)?);
        };
        top = next;
    }
    match arguments.output_format {
        OutputFormat::Json => {
            let mut top = std::mem::take(root.descend(path));
            top.cut(arguments.depth);
            print::json(&Document {
                schema: SCHEMA,
                tree: top,
            })?;
        }
        OutputFormat::Text => {
            let mut out = String::new();
            let name = format!("{}/{path}", fastice_image::ROOT);
            line(&mut out, top, "", name.trim_end_matches('/'));
            list(&mut out, top, "", arguments.depth);
            print::text(&out)?;
        }
    }
    Ok(ExitStatus::Success)
}

impl Entry {
    fn count(&mut self, size: u64, stored: u64) {
        self.size += size;
        self.stored += stored;
        self.files += 1;
    }

    /// The entry at `path`, which exists.
    fn descend(&mut self, path: &str) -> &mut Self {
        let mut at = self;
        for part in path.split('/').filter(|part| !part.is_empty()) {
            at = at.entries.entry(part.to_owned()).or_default();
        }
        at
    }

    /// Leaves out what lies deeper than `depth`.
    fn cut(&mut self, depth: usize) {
        if depth == 0 {
            self.entries.clear();
        }
        for entry in self.entries.values_mut() {
            entry.cut(depth.saturating_sub(1));
        }
    }
}

fn list(out: &mut String, entry: &Entry, indent: &str, depth: usize) {
    if depth == 0 {
        return;
    }
    let mut entries: Vec<(&String, &Entry)> = entry.entries.iter().collect();
    entries.sort_by(|a, b| b.1.stored.cmp(&a.1.stored).then_with(|| a.0.cmp(b.0)));
    for (number, (name, entry)) in entries.iter().enumerate() {
        let is_last = number + 1 == entries.len();
        let (branch, below) = if is_last {
            ("└── ", "    ")
        } else {
            ("├── ", "│   ")
        };
        line(out, entry, &format!("{indent}{branch}"), name);
        list(out, entry, &format!("{indent}{below}"), depth - 1);
    }
}

fn line(out: &mut String, entry: &Entry, indent: &str, name: &str) {
    let size = format::size(entry.stored);
    let files = if entry.entries.is_empty() {
        String::new()
    } else {
        format!("/ ({})", format::count(entry.files, "file"))
    };
    let _ = writeln!(out, "{size:>9}  {indent}{name}{files}");
}
