//! `fastice report`, and `--report` of `fastice build`.

use std::path::{Path, PathBuf};

use super::print;
use crate::cli;
use crate::error::ExitStatus;
use crate::inspect::{self, Executable};
use crate::report::{self, Timeline, timeline};
use crate::ui::{Reporter as _, Terminal, Warning, format};
use crate::{Code, Error, Result};

/// Writes a page about an executable.
pub(super) fn report(arguments: &cli::Report, terminal: &Terminal) -> Result<ExitStatus> {
    let bytes = inspect::read(&arguments.file)?;
    let executable = Executable::open(&arguments.file, &bytes)?;
    let native = executable.native()?;
    let warnings: Vec<Warning> = native
        .warnings()
        .map(|error| Warning::from(&error))
        .collect();
    let given = (!arguments.arguments.is_empty()).then_some(&*arguments.arguments);
    let timeline = if arguments.timeline || given.is_some() {
        measure(&arguments.file, given, terminal)?
    } else {
        None
    };
    let page = report::page(&executable, &warnings, timeline.as_ref())?;
    let output = match &arguments.output {
        Some(output) if output.as_os_str() == "-" => {
            print::text(&page)?;
            return Ok(ExitStatus::Success);
        }
        Some(output) => output.clone(),
        None => beside(&arguments.file),
    };
    write(&arguments.file, &output, &page, terminal)?;
    Ok(ExitStatus::Success)
}

/// Writes the page about what a build has just written.
pub(super) fn after_build(
    executable: &Path,
    output: &Path,
    with_timeline: bool,
    terminal: &Terminal,
) -> Result<()> {
    let timeline = if with_timeline {
        measure(executable, None, terminal)?
    } else {
        None
    };
    let bytes = inspect::read(executable)?;
    let opened = Executable::open(executable, &bytes)?;
    let page = report::page(&opened, &terminal.warnings(), timeline.as_ref())?;
    write(executable, output, &page, terminal)
}

fn measure(
    file: &Path,
    arguments: Option<&[String]>,
    terminal: &Terminal,
) -> Result<Option<Timeline>> {
    terminal.stage("Running the executable");
    let timeline = timeline::record(file, arguments)?;
    terminal.finish();
    match &timeline {
        None => terminal.say("no timeline: the executable does not say which program it runs"),
        Some(timeline) => {
            let imports = format::count(timeline.imports.len(), "import");
            terminal.detail(&format!(
                "`{}` {}: {imports}",
                timeline.command, timeline.ending
            ));
        }
    }
    Ok(timeline)
}

/// `dist/app.html` for `dist/app`.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".html");
    name.into()
}

/// Writes the page about `executable`, and not over it.
fn write(executable: &Path, output: &Path, page: &str, terminal: &Terminal) -> Result<()> {
    let same = fs_err::canonicalize(output).ok() == fs_err::canonicalize(executable).ok();
    if same {
        let name = output.display();
        let message = format!("`{name}` is the executable, not a page about it");
        return Err(Error::new(Code::OutputExists, message).hint("name another file"));
    }
    let directory = match output.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs_err::create_dir_all(directory).map_err(Error::io)?;
    fs_err::write(output, page).map_err(Error::io)?;
    terminal.say(&format!(
        "{}: {}",
        output.display(),
        format::size(page.len() as u64)
    ));
    Ok(())
}
