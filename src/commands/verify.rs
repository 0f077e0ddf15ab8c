//! `fastice verify`.

use std::path::Path;

use serde::Serialize;

use super::{build, print};
use crate::cli::{self, OutputFormat};
use crate::error::ExitStatus;
use crate::inspect::{self, Executable, diff};
use crate::interrupt::TempDir;
use crate::ui::{Terminal, format};
use crate::{Code, Error, Result, configure};

/// Version of the JSON document.
const SCHEMA: u32 = 1;

/// The JSON document.
#[derive(Serialize)]
struct Document {
    schema: u32,
    /// Entries that are what was written.
    intact: usize,
    /// What is not: paths below the root, or `the stub`.
    damaged: Vec<String>,
    /// A fresh build gave the same bytes; null if there was none.
    rebuilt: Option<bool>,
    /// Entries that a fresh build made differently.
    differing: Vec<String>,
}

/// Compares an executable with its checksums, and with a fresh build.
pub(super) fn verify(arguments: &cli::Verify, terminal: &Terminal) -> Result<ExitStatus> {
    let bytes = inspect::read(&arguments.file)?;
    let executable = Executable::open(&arguments.file, &bytes)?;
    let (intact, damaged) = executable.verify()?;
    let mut document = Document {
        schema: SCHEMA,
        intact,
        damaged,
        rebuilt: None,
        differing: Vec::new(),
    };
    if arguments.rebuild && document.damaged.is_empty() {
        let fresh = rebuild(arguments, &executable.header().name, terminal)?;
        document.rebuilt = Some(fresh == bytes);
        let fresh = Executable::open(&arguments.file, &fresh)?;
        document.differing = diff::entries(&executable, &fresh)?;
    }
    match arguments.output_format {
        OutputFormat::Json => print::json(&document)?,
        OutputFormat::Text => print::text(&text(&arguments.file, &document))?,
    }
    result(&arguments.file, &document)
}

/// Builds into a temporary directory, under the program's own name.
fn rebuild(arguments: &cli::Verify, name: &str, terminal: &Terminal) -> Result<Vec<u8>> {
    let configuration = configure::load(&arguments.source)?;
    let directory = TempDir::new_in(&std::env::temp_dir()).map_err(Error::io)?;
    let output = directory.path().join(name);
    build::freeze(
        &arguments.source,
        &configuration,
        build::How::default(),
        terminal,
        |_| Ok(output.clone()),
    )?;
    fs_err::read(&output).map_err(Error::io)
}

fn result(file: &Path, document: &Document) -> Result<ExitStatus> {
    let name = file.display();
    if !document.damaged.is_empty() {
        let what = document.damaged.join(", ");
        return Err(
            Error::new(Code::Damaged, format!("`{name}` is damaged in {what}"))
                .hint("build it again, or copy it again"),
        );
    }
    if document.rebuilt == Some(false) {
        let error = Error::new(
            Code::OtherBytes,
            format!("a fresh build is not the same as `{name}`"),
        )
        .hint("the same sources, locked dependencies, options and version of fastice give the same bytes");
        return Err(match &document.differing[..] {
            [] => error.caused_by("header, order or stub differ".to_owned()),
            differing => error.caused_by(differing.join("\n")),
        });
    }
    Ok(ExitStatus::Success)
}

fn text(file: &Path, document: &Document) -> String {
    let name = file.display();
    let entries = format!(
        "{}{} intact",
        document.intact,
        if document.intact == 1 {
            " entry"
        } else {
            " entries"
        }
    );
    match document.rebuilt {
        Some(true) => format!("{name}: {entries}; a fresh build gives the same bytes\n"),
        Some(false) => format!(
            "{name}: {entries}; a fresh build differs in {}\n",
            format::count(document.differing.len(), "file")
        ),
        None => format!("{name}: {entries}\n"),
    }
}
