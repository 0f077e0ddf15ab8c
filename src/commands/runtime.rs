//! `fastice runtime`.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::print;
use crate::cli::{self, OutputFormat, RuntimeAction};
use crate::error::ExitStatus;
use crate::runtime::Pack;
use crate::ui::format;
use crate::{Result, cache};

/// Version of the JSON document.
const SCHEMA: u32 = 1;

/// The JSON document.
#[derive(Serialize)]
struct Document {
    schema: u32,
    packs: Vec<Known>,
}

/// A runtime pack.
#[derive(Serialize)]
struct Known {
    path: PathBuf,
    /// Version of its CPython.
    python: String,
    /// What it runs on.
    platform: String,
    size: usize,
    /// Builds use it.
    in_use: bool,
}

/// Does what is asked with runtime packs.
pub(super) fn runtime(arguments: &cli::Runtime) -> Result<ExitStatus> {
    match &arguments.action {
        RuntimeAction::List { output_format } => list(*output_format),
    }
}

fn list(output_format: OutputFormat) -> Result<ExitStatus> {
    let known = |pack: &Pack, in_use| Known {
        path: pack.python().to_owned(),
        python: pack.header().python.version.clone(),
        platform: pack.header().python.platform.clone(),
        size: pack.bytes().len(),
        in_use,
    };
    let mut packs = vec![known(&Pack::locate()?, true)];
    let directory = cache::directory()?.join("runtime");
    // None was unpacked yet, or nothing can be read there: there is nothing to list.
    for entry in fs_err::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path().join("python");
        if path != packs[0].path
            && let Ok(pack) = Pack::open(&path)
        {
            packs.push(known(&pack, false));
        }
    }
    match output_format {
        OutputFormat::Json => print::json(&Document {
            schema: SCHEMA,
            packs,
        })?,
        OutputFormat::Text => {
            let mut out = String::new();
            for pack in &packs {
                let _ = writeln!(
                    out,
                    "{} CPython {} for {} ({}) {}",
                    if pack.in_use { "*" } else { " " },
                    pack.python,
                    pack.platform,
                    format::size(pack.size as u64),
                    pack.path.display()
                );
            }
            print::text(&out)?;
        }
    }
    Ok(ExitStatus::Success)
}
