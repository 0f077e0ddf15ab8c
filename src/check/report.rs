//! What a check found.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::{Call, Comparison, Kind, Reason};
use crate::sandbox::{self, Access, Outcome, Touched};
use crate::ui::format;

/// What a check found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The executable did all that it was to do.
    pub passed: bool,
    /// Why it could not be isolated from this machine, if it was not.
    pub not_isolated: Option<String>,
    /// What was run.
    pub runs: Vec<Checked>,
}

/// A command line and what came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// Why it was run.
    pub kind: Kind,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// It did what it was to do.
    pub passed: bool,
    /// Exit status, if it ended by itself.
    pub status: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<String>,
    /// It still ran when its time was up.
    pub timed_out: bool,
    /// From start to end, in seconds.
    pub wall_time: f64,
    /// The most memory at a time, in bytes.
    pub peak_memory: u64,
    /// What it opened, wrote, executed and connected to on the machine; nothing unless it was traced.
    pub touched: Vec<Touched>,
    /// The libraries it loaded; nothing unless it was traced.
    pub libraries: BTreeSet<String>,
    /// What it does without its start snapshot; nothing if it has none, or was not run without.
    pub snapshot: Option<Comparison>,
    /// The end of what it wrote to stdout.
    pub stdout: String,
    /// The end of what it wrote to stderr.
    pub stderr: String,
}

impl Report {
    pub(super) fn add(
        &mut self,
        call: Call,
        outcome: Outcome,
        libraries: BTreeSet<String>,
        snapshot: Option<Comparison>,
    ) {
        let passed = if outcome.timed_out {
            // A server that was started as if by a user.
            call.kind != Kind::Given
        } else {
            outcome.status == Some(0)
        };
        self.passed = passed && (self.runs.is_empty() || self.passed);
        self.not_isolated = outcome.not_isolated;
        self.runs.push(Checked {
            kind: call.kind,
            arguments: call.arguments,
            passed,
            status: outcome.status,
            signal: outcome.signal,
            timed_out: outcome.timed_out,
            wall_time: outcome.wall_time.as_secs_f64(),
            peak_memory: outcome.peak_memory,
            touched: outcome.touched,
            libraries,
            snapshot,
            stdout: outcome.stdout,
            stderr: outcome.stderr,
        });
    }

    /// Where it was run, in words.
    pub fn place(&self) -> &'static str {
        match self.not_isolated {
            None => "an empty root without network",
            Some(_) => "this machine, for it could not be isolated",
        }
    }

    /// The first run that its start snapshot has changed, and how.
    pub fn changed(&self) -> Option<(&Checked, &Comparison)> {
        let mut runs = self.runs.iter();
        runs.find_map(|run| {
            let comparison = run.snapshot.as_ref()?;
            let is_changed = comparison.reason.is_some_and(Reason::is_of_the_snapshot);
            is_changed.then_some((run, comparison))
        })
    }

    /// The first run that did not pass.
    pub fn failure(&self) -> Option<&Checked> {
        self.runs.iter().find(|run| !run.passed)
    }
}

impl Checked {
    /// The command line; for an import, what is imported.
    pub fn text(&self) -> String {
        let call = Call {
            kind: self.kind,
            arguments: self.arguments.clone(),
        };
        call.text()
    }

    /// How it ended, in words: `ended with status 0`.
    pub fn ending(&self) -> String {
        sandbox::ending(self.timed_out, self.status, self.signal.as_deref())
    }

    /// Time and memory, in words.
    pub fn cost(&self) -> String {
        let time = std::time::Duration::from_secs_f64(self.wall_time);
        format!(
            "{}, {}",
            format::duration(time),
            format::size(self.peak_memory)
        )
    }

    /// The last lines that it wrote to stderr, or else to stdout.
    pub fn last_words(&self) -> Option<String> {
        /// Lines that tell most of a traceback.
        const LINES: usize = 8;
        let said = if self.stderr.trim().is_empty() {
            &self.stdout
        } else {
            &self.stderr
        };
        let lines: Vec<&str> = said.trim_end().lines().collect();
        let text = lines[lines.len().saturating_sub(LINES)..].join("\n");
        (!text.is_empty()).then_some(text)
    }

    /// What it did to the machine, for people: a line each. What every process does is left out, and so are libraries.
    pub fn effects(&self) -> String {
        let mut out = String::new();
        let others = self.touched.iter().filter(|touched| {
            !self.libraries.contains(&touched.path) && !is_of_the_c_library(touched)
        });
        for touched in others {
            let failed = touched
                .error
                .as_ref()
                .map(|error| format!(" ({error})"))
                .unwrap_or_default();
            let verb = match touched.access {
                Access::Read => "read",
                Access::Write => "write",
                Access::Execute => "execute",
                Access::Connect => "connect to",
            };
            let _ = writeln!(out, "{verb} {}{failed}", touched.path);
        }
        out
    }
}

/// Is it what the dynamic loader, the C library and the stub look for at every start?
fn is_of_the_c_library(touched: &Touched) -> bool {
    const FILES: [&str; 5] = [
        "/etc/ld.so.cache",
        "/etc/localtime",
        "/proc/self/exe",
        "/proc/sys/vm/overcommit_memory",
        "/usr/share/locale/locale.alias",
    ];
    let path = touched.path.as_str();
    let is_searched = path.contains(".so") && touched.error.is_some();
    match touched.access {
        Access::Read => {
            FILES.contains(&path)
                || is_searched
                || path.starts_with("/usr/lib/locale/")
                || is_descriptor(path)
        }
        Access::Execute => path.starts_with(sandbox::PLACE),
        Access::Write | Access::Connect => false,
    }
}

/// Does the path name what a process has open already? Libraries in the executable are opened so, by names that tell them apart with slashes
/// and dots.
fn is_descriptor(path: &str) -> bool {
    let mut parts = Path::new(path).components().skip(1);
    let mut part = || parts.next().and_then(|part| part.as_os_str().to_str());
    part() == Some("proc") && part().is_some() && part() == Some("fd") && part().is_some()
}
