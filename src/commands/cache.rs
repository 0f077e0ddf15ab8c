//! `fastice cache`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::print;
use crate::cache::{self, Part};
use crate::cli::{self, OutputFormat};
use crate::error::ExitStatus;
use crate::ui::{Terminal, format};
use crate::{Error, Result};

/// Version of the JSON documents.
const SCHEMA: u32 = 1;

/// What `fastice cache size` says.
#[derive(Serialize)]
struct Document {
    schema: u32,
    directory: PathBuf,
    size: u64,
    parts: Vec<Part>,
}

/// Does what is asked with the cache.
pub(super) fn cache(arguments: &cli::Cache, terminal: &Terminal) -> Result<ExitStatus> {
    let directory = cache::directory()?;
    match &arguments.action {
        cli::CacheAction::Dir => print::text(&format!("{}\n", directory.display()))?,
        cli::CacheAction::Size { output_format } => {
            let parts = cache::parts(&directory).map_err(Error::io)?;
            let document = Document {
                schema: SCHEMA,
                size: parts.iter().map(|part| part.size).sum(),
                directory,
                parts,
            };
            match output_format {
                OutputFormat::Json => print::json(&document)?,
                OutputFormat::Text => print::text(&text(&document))?,
            }
        }
        cli::CacheAction::Prune { days, all } => {
            let unused = if *all {
                Duration::ZERO
            } else {
                Duration::from_secs(u64::from(*days) * 24 * 60 * 60)
            };
            let freed = cache::prune(&directory, unused).map_err(Error::io)?;
            terminal.say(&format!(
                "removed {}, {}\n",
                format::count(freed.files, "file"),
                format::size(freed.size)
            ));
        }
    }
    Ok(ExitStatus::Success)
}

fn text(document: &Document) -> String {
    let mut out = String::new();
    for part in &document.parts {
        let size = format::size(part.size);
        let files = format::count(part.files, "file");
        let _ = writeln!(out, "{size:>12}  {} ({files})", part.name);
    }
    let _ = writeln!(out, "{:>12}  in all", format::size(document.size));
    out
}
