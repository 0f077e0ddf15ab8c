//! `fastice check`.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::print;
use crate::check::{self, Checked, Comparison, Kind, Options, Reason, Report};
use crate::cli::{self, OutputFormat};
use crate::configure::Checking;
use crate::error::ExitStatus;
use crate::ui::{Reporter as _, Terminal};
use crate::{Code, Error, Result};

/// Version of the JSON document.
const SCHEMA: u32 = 1;

/// The JSON document.
#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    #[serde(flatten)]
    report: &'a Report,
}

/// Runs an executable apart from this machine and prints what happened.
pub(super) fn check(arguments: &cli::Check, terminal: &Terminal) -> Result<ExitStatus> {
    let options = Options {
        commands: given(arguments),
        timeout: arguments.timeout.map(Duration::from_secs),
        traced: true,
    };
    terminal.stage(&format!("Checking {}", arguments.file.display()));
    let report = check::check(&arguments.file, &options)?;
    terminal.finish();
    match arguments.output_format {
        OutputFormat::Json => print::json(&Document {
            schema: SCHEMA,
            report: &report,
        })?,
        OutputFormat::Text => print::text(&text(&report))?,
    }
    if let Some(reason) = &report.not_isolated {
        terminal.warn(&not_isolated(reason));
    }
    if let Some(run) = report.failure() {
        return Err(failed(
            &arguments.file,
            &report,
            run,
            Code::CheckFailed,
            false,
        ));
    }
    match report.changed() {
        Some((run, comparison)) => Err(changed(&arguments.file, run, comparison)),
        None => Ok(ExitStatus::Success),
    }
}

/// The command lines of the program that the user named.
fn given(arguments: &cli::Check) -> Vec<Vec<String>> {
    if arguments.arguments.is_empty() {
        Vec::new()
    } else {
        vec![arguments.arguments.clone()]
    }
}

/// Checks what a build has just written, and says so in one line. What fails is an error if the user named the command, and else
/// a warning: the program may want something that the sandbox does not have.
pub(super) fn after_build(
    output: &Path,
    checking: &Checking,
    terminal: &Terminal,
) -> Result<Option<Report>> {
    terminal.stage("Checking the executable");
    let options = Options {
        commands: checking.commands.clone(),
        timeout: checking.timeout.map(Duration::from_secs),
        traced: false,
    };
    let report = match check::check(output, &options) {
        Ok(report) => report,
        // The executable is there and whole; that this machine cannot run it apart says nothing about it.
        Err(error) if error.code() == Code::Sandbox => {
            terminal.warn(&error.demoted(Code::NotIsolated));
            terminal.finish();
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    terminal.finish();
    if let Some(reason) = &report.not_isolated {
        terminal.detail(&format!("checked on this machine itself: {reason}"));
    }
    match report.failure() {
        Some(run) if run.kind == Kind::Given => {
            Err(failed(output, &report, run, Code::CheckFailed, true))
        }
        Some(run) => {
            terminal.warn(&failed(output, &report, run, Code::CheckDoubtful, true));
            Ok(Some(report))
        }
        None => {
            for run in &report.runs {
                terminal.say(&format!(
                    "checked in {}: {} {} ({})",
                    report.place(),
                    subject(output, run),
                    run.ending(),
                    run.cost()
                ));
            }
            Ok(Some(report))
        }
    }
}

/// The command line or import, in backquotes.
fn subject(file: &Path, run: &Checked) -> String {
    match run.kind {
        Kind::Import => format!("`{}`", run.text()),
        Kind::Given | Kind::Help => {
            format!(
                "`{}`",
                format!("{} {}", file.display(), run.text()).trim_end()
            )
        }
    }
}

fn not_isolated(reason: &str) -> Error {
    Error::new(
        Code::NotIsolated,
        "the program ran on this machine itself, with its files and its network",
    )
    .caused_by(reason.to_owned())
    .hint("let users make namespaces, or check on another machine")
}

/// `built`: it was a build that checked, which can do without.
fn failed(file: &Path, report: &Report, run: &Checked, code: Code, built: bool) -> Error {
    let message = format!(
        "{} {} in {}",
        subject(file, run),
        run.ending(),
        report.place()
    );
    let mut error = Error::new(code, message);
    if let Some(words) = run.last_words() {
        error = error.caused_by(words);
    }
    let missing = [
        "No such file or directory",
        "Read-only file system",
        "Network is unreachable",
    ];
    if missing.iter().any(|text| run.stderr.contains(text)) {
        return error.hint(
            "the program wants a file, a place to write or a network that is not there; \
             `fastice check FILE -- ARGUMENTS` tries another command line",
        );
    }
    if built {
        error.hint("`fastice check FILE -- ARGUMENTS` tries another command line, `--no-check` leaves the check out")
    } else if run.kind == Kind::Given {
        error
    } else {
        error.hint("`fastice check FILE -- ARGUMENTS` tries another command line")
    }
}

fn changed(file: &Path, run: &Checked, comparison: &Comparison) -> Error {
    let message = format!(
        "{} does not do the same with its start snapshot and without",
        subject(file, run)
    );
    let error = Error::new(Code::ChangedBySnapshot, message);
    match comparison.reason {
        Some(reason) => error.caused_by(reason.text()),
        None => error,
    }
    .hint("`fastice snapshot --snapshot base FILE` keeps the modules of the program out of it, `--snapshot off` takes it out")
}

/// What differs without the snapshot, a line each.
fn compared(comparison: &Comparison) -> String {
    let Some(reason) = comparison.reason else {
        return "does the same without its start snapshot\n".to_owned();
    };
    let mut out = String::from("differs without its start snapshot:\n");
    for difference in &comparison.differences {
        let place = match difference.line {
            Some(line) => format!("{}, line {line}", difference.what),
            None => difference.what.to_owned(),
        };
        let _ = writeln!(
            out,
            "    {place}: `{}`, without `{}`",
            difference.with, difference.without
        );
    }
    let _ = writeln!(out, "    {}", reason.text());
    if reason == Reason::Modules {
        let _ = writeln!(
            out,
            "    in the snapshot: {}",
            comparison.modules.join(", ")
        );
    }
    out
}

fn text(report: &Report) -> String {
    let mut out = String::new();
    for run in &report.runs {
        let name = match run.kind {
            Kind::Import => run.text(),
            Kind::Given | Kind::Help => format!("program {}", run.text()),
        };
        let _ = writeln!(out, "{}", name.trim_end());
        let _ = writeln!(out, "  {} in {}", run.ending(), report.place());
        let _ = writeln!(out, "  {} of memory", run.cost());
        let libraries: Vec<&str> = run.libraries.iter().map(String::as_str).collect();
        let (own, machines): (Vec<&str>, Vec<&str>) = libraries
            .iter()
            .partition(|path| path.starts_with(fastice_image::ROOT));
        let _ = writeln!(
            out,
            "  loaded {} of its own, and of the machine's: {}",
            if own.is_empty() {
                "no library".to_owned()
            } else if own.len() == 1 {
                "1 library".to_owned()
            } else {
                format!("{} libraries", own.len())
            },
            machines
                .iter()
                .map(|path| path.rsplit('/').next().unwrap_or(path))
                .collect::<Vec<_>>()
                .join(", ")
        );
        let effects = run.effects();
        if effects.is_empty() {
            out.push_str("  touched nothing else of the machine\n");
        } else {
            out.push_str("  touched of the machine:\n");
        }
        for line in effects.lines() {
            let _ = writeln!(out, "    {line}");
        }
        if let Some(comparison) = &run.snapshot {
            let _ = write!(out, "  {}", compared(comparison));
        }
    }
    if report.runs.is_empty() {
        out.push_str("nothing to run: the program imports nothing and reads no command line\n");
    }
    out
}
