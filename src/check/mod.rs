//! Does an executable work where there is nothing but it? Runs it in a [`crate::sandbox`] and says what happened.

mod compare;
mod plan;
mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use crate::Result;
use crate::inspect::{self, Executable};
use crate::sandbox::{self, Access, Outcome, Run};

pub use compare::{Comparison, Difference, Reason};
pub(crate) use plan::choose;
pub use plan::{Call, Kind};
pub use report::{Checked, Report};

/// How a check is made.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Command lines of the program, without its name. Empty: what fits the program is chosen.
    pub commands: Vec<Vec<String>>,
    /// How long each of them may take; by default [`GIVEN`] for those above and [`CHOSEN`] for chosen ones.
    pub timeout: Option<Duration>,
    /// Each runs a second time, and what it does to files is recorded; and once more without its start snapshot.
    pub traced: bool,
}

/// How long a command of the user's may take.
pub const GIVEN: Duration = Duration::from_mins(1);

/// How long a chosen command may take. A program that then still runs counts as started.
pub const CHOSEN: Duration = Duration::from_secs(20);

/// Runs the executable at `path` as `options` say.
///
/// # Errors
/// When it cannot be read or run; that it fails is no error but part of the report.
pub fn check(path: &Path, options: &Options) -> Result<Report> {
    let bytes = inspect::read(path)?;
    let executable = Executable::open(path, &bytes)?;
    let calls = if options.commands.is_empty() {
        choose(&executable)?
    } else {
        options.commands.iter().cloned().map(Call::given).collect()
    };
    let mut report = Report::default();
    for call in calls {
        let timeout = match call.kind {
            Kind::Given => GIVEN,
            _ => CHOSEN,
        };
        let mut run = Run {
            program: path.to_owned(),
            arguments: call.arguments.clone(),
            environment: environment(),
            as_interpreter: call.kind == Kind::Import,
            timeout: options.timeout.unwrap_or(timeout),
            traced: false,
            kept: sandbox::KEPT,
        };
        let mut outcome = sandbox::run(&run)?;
        let mut libraries = BTreeSet::new();
        let mut comparison = None;
        if options.traced {
            run.traced = true;
            run.environment
                .insert("FASTICE_TRACE".to_owned(), "native".to_owned());
            let traced = sandbox::run(&run)?;
            libraries = libraries_of(&traced);
            outcome.touched = traced.touched;
            run.environment = environment();
            comparison = compare::compare(&executable, &run, &outcome)?;
        }
        report.add(call, outcome, libraries, comparison);
    }
    Ok(report)
}

/// Nothing but what a program may count on: no home, no language, no terminal.
pub(crate) fn environment() -> BTreeMap<String, String> {
    BTreeMap::from([("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())])
}

/// The libraries that a program loaded: the machine's, as the dynamic loader opened them, and its own, as it told itself.
fn libraries_of(outcome: &Outcome) -> BTreeSet<String> {
    let is_library = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.split('.').skip(1).any(|part| part == "so")
    };
    let opened = outcome
        .touched
        .iter()
        .filter(|touched| touched.access == Access::Read && touched.error.is_none())
        .map(|touched| touched.path.as_str())
        .filter(|path| is_library(path));
    let told = outcome
        .stderr
        .lines()
        .filter_map(|line| {
            line.strip_prefix("fastice: native: ")?
                .split_once(": loaded by ")
        })
        .map(|(path, _)| path);
    opened.chain(told).map(str::to_owned).collect()
}
