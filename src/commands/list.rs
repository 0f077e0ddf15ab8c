//! `fastice list`.

use std::fmt::Write as _;

use serde::Serialize;

use super::{inside, print};
use crate::Result;
use crate::cli::{self, OutputFormat};
use crate::error::ExitStatus;
use crate::inspect::{self, Executable, File};

/// Version of the JSON document.
const SCHEMA: u32 = 1;

/// The JSON document.
#[derive(Serialize)]
struct Document {
    schema: u32,
    files: Vec<File>,
}

/// Prints the files inside an executable: size, stored size, path.
pub(super) fn list(arguments: &cli::List) -> Result<ExitStatus> {
    let bytes = inspect::read(&arguments.file)?;
    let executable = Executable::open(&arguments.file, &bytes)?;
    let mut files = executable.files()?;
    if let Some(written) = &arguments.path {
        let path = inside::path(written);
        let within = format!("{path}/");
        files.retain(|file| path.is_empty() || file.path == path || file.path.starts_with(&within));
        if files.is_empty() {
            return Err(inside::missing(&executable, &arguments.file, path)?);
        }
    }
    match arguments.output_format {
        OutputFormat::Json => print::json(&Document {
            schema: SCHEMA,
            files,
        })?,
        OutputFormat::Text => {
            let mut out = String::new();
            for file in &files {
                let _ = writeln!(out, "{:>10} {:>10} {}", file.size, file.stored, file.path);
            }
            print::text(&out)?;
        }
    }
    Ok(ExitStatus::Success)
}
