//! Does a program do the same with its start snapshot and without? And if not, why?

use serde::Serialize;

use crate::Result;
use crate::inspect::Executable;
use crate::sandbox::{self, Outcome, Run};

/// Asks a process for an ordinary start.
const SWITCH: &str = "FASTICE_SNAPSHOT";

/// What a second run showed, without the snapshot.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Status and outputs are the same, but for addresses.
    pub same: bool,
    /// Where they differ first, in each of them.
    pub differences: Vec<Difference>,
    /// Why; nothing if they are the same.
    pub reason: Option<Reason>,
    /// The modules of the program that were in the snapshot.
    pub modules: Vec<String>,
}

/// Something that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// `status`, `stdout` or `stderr`.
    pub what: &'static str,
    /// The line, from 1; of a status nothing.
    pub line: Option<usize>,
    /// What it is with the snapshot.
    pub with: String,
    /// What it is without.
    pub without: String,
}

/// Why a program does not do the same with its snapshot and without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It does not with its snapshot, either: it tells the time, its process or something random.
    Varies,
    /// It does not without its snapshot, either, and always does with it: strings are hashed with the same seed in each process.
    HashSeed,
    /// Modules of the program were imported when the snapshot was made, and found something else then.
    Modules,
    /// It looks at what a snapshot changes about the interpreter itself: which objects the garbage collector knows, for instance.
    Interpreter,
}

impl Reason {
    /// A sentence for people.
    pub fn text(self) -> &'static str {
        match self {
            Self::Varies => "it is different in any two runs, with the snapshot too",
            Self::HashSeed => {
                "without, it is different in any two runs: strings are hashed with the same seed in each process that begins with the \
                 snapshot, so that sets have one order"
            }
            Self::Modules => {
                "modules of the program are in the snapshot, and what they found when it was made is not what they find now"
            }
            Self::Interpreter => {
                "the program looks at what a snapshot changes about the interpreter itself: its objects lie at fixed addresses, and \
                 gc.get_objects() does not list them"
            }
        }
    }

    /// Is the snapshot to blame?
    pub fn is_of_the_snapshot(self) -> bool {
        matches!(self, Self::Modules | Self::Interpreter)
    }
}

/// Runs the program of `run` without its snapshot, and once more with it and without where that did another thing than `with`.
/// Nothing if the executable has no snapshot.
pub(super) fn compare(
    executable: &Executable,
    run: &Run,
    with: &Outcome,
) -> Result<Option<Comparison>> {
    if executable.header().snapshot.is_none() || with.timed_out {
        return Ok(None);
    }
    let again = |switch: &str| {
        let mut run = run.clone();
        run.traced = false;
        let variable = (SWITCH.to_owned(), switch.to_owned());
        run.environment.extend([variable]);
        sandbox::run(&run)
    };
    let without = again("0")?;
    let mut differences = differences(with, &without);
    if !differences.is_empty() {
        // Only the switch is to be another.
        differences = self::differences(&again("1")?, &without);
    }
    let contents = executable.snapshot_contents()?;
    let modules = contents.map_or_else(Vec::new, |contents| contents.modules);
    let reason = if differences.is_empty() {
        None
    } else if covers(&self::differences(with, &again("1")?), &differences) {
        Some(Reason::Varies)
    } else if covers(&self::differences(&without, &again("0")?), &differences) {
        Some(Reason::HashSeed)
    } else if modules.is_empty() {
        Some(Reason::Interpreter)
    } else {
        Some(Reason::Modules)
    };
    Ok(Some(Comparison {
        same: differences.is_empty(),
        differences,
        reason,
        modules,
    }))
}

/// Does each of `differences` begin where one of `others` does, or behind it?
fn covers(others: &[Difference], differences: &[Difference]) -> bool {
    differences.iter().all(|one| {
        others
            .iter()
            .any(|other| other.what == one.what && other.line <= one.line)
    })
}

fn differences(with: &Outcome, without: &Outcome) -> Vec<Difference> {
    let ending = |outcome: &Outcome| {
        sandbox::ending(outcome.timed_out, outcome.status, outcome.signal.as_deref())
    };
    let mut differences = Vec::new();
    let (one, other) = (ending(with), ending(without));
    if one != other {
        differences.push(Difference {
            what: "status",
            line: None,
            with: one,
            without: other,
        });
    }
    differences.extend(first_line("stdout", &with.stdout, &without.stdout));
    differences.extend(first_line("stderr", &with.stderr, &without.stderr));
    differences
}

/// The first line that differs, but for addresses.
fn first_line(what: &'static str, with: &str, without: &str) -> Option<Difference> {
    let (mut one, mut other) = (with.lines(), without.lines());
    for line in 1.. {
        let (with, without) = match (one.next(), other.next()) {
            (None, None) => break,
            (with, without) => (with.unwrap_or_default(), without.unwrap_or_default()),
        };
        // A program that shows its environment shows the switch, too.
        let is_switch = with.contains(SWITCH) || without.contains(SWITCH);
        if !is_switch && without_addresses(with) != without_addresses(without) {
            return Some(Difference {
                what,
                line: Some(line),
                with: with.to_owned(),
                without: without.to_owned(),
            });
        }
    }
    None
}

/// A line with every hexadecimal number replaced: `<object at 0x7f3c5c0b2b60>`.
fn without_addresses(line: &str) -> String {
    let mut parts = line.split("0x");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("0x");
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    text
}
