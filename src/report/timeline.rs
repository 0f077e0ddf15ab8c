//! What a run imports, and how long each module takes: the program runs in a sandbox with a recorder around importlib's
//! `_find_and_load`, which every import that finds no module goes through (CPython, Python/import.c, `PyImport_ImportModuleLevelObject`).

use std::path::Path;
use std::time::Duration;

use fastice_image::{Program, ROOT};
use serde::Serialize;
use serde::ser::{SerializeTuple as _, Serializer};

use crate::Result;
use crate::check::{self, Call, Kind};
use crate::inspect::{self, Executable};
use crate::sandbox::{self, Run};

const RECORDER: &str = include_str!("../../templates/report/recorder.py");

/// How a line of the recorder's begins.
const MARK: &str = "\u{1e}fastice ";

/// Bytes of the program's stderr that are kept: 10,000 imports.
const KEPT: usize = 1 << 20;

/// What a run imported.
#[derive(Debug, Clone, Serialize)]
pub struct Timeline {
    /// The command line, or what was imported.
    pub command: String,
    /// How it ended, in words.
    pub ending: String,
    /// It could not be kept apart from this machine.
    pub not_isolated: bool,
    /// From the process's start to its end, in microseconds.
    pub wall: u64,
    /// From the first line of the recorder to the program's end, in microseconds; none if it was killed.
    pub end: Option<u64>,
    /// The most memory at a time, in bytes.
    pub peak_memory: u64,
    /// In the order in which they began.
    pub imports: Vec<Import>,
}

/// An import that ran a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Dotted name.
    pub module: String,
    /// Microseconds from the first line of the recorder to its beginning.
    pub start: u64,
    /// Microseconds, with what it imports itself.
    pub duration: u64,
    /// How many imports it is within.
    pub depth: u32,
    /// It ended with an exception.
    pub failed: bool,
}

impl Serialize for Import {
    /// `[module, start, duration, depth, failed]`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(5)?;
        tuple.serialize_element(&self.module)?;
        tuple.serialize_element(&self.start)?;
        tuple.serialize_element(&self.duration)?;
        tuple.serialize_element(&self.depth)?;
        tuple.serialize_element(&u8::from(self.failed))?;
        tuple.end()
    }
}

/// Runs the executable at `path` with `arguments`, or, if there are none, as a check would.
///
/// Nothing if it does not say what it runs: an interpreter, a prompt, one of several programs.
///
/// # Errors
/// When it cannot be read or run; that it fails is told by the timeline.
pub fn record(path: &Path, arguments: Option<&[String]>) -> Result<Option<Timeline>> {
    let bytes = inspect::read(path)?;
    let executable = Executable::open(path, &bytes)?;
    let program = &executable.header().program;
    let (how, what) = match program {
        Program::File { path } => ("file", format!("{ROOT}/{path}")),
        Program::Directory { path } | Program::Archive { path } => {
            ("directory", format!("{ROOT}/{path}"))
        }
        Program::Module { name } => ("module", name.clone()),
        Program::Command { code } => ("code", code.clone()),
        Program::Interpreter | Program::Stdin | Program::Interactive | Program::Choice => {
            return Ok(None);
        }
    };
    let call = match arguments {
        Some(arguments) => Call::given(arguments.to_vec()),
        None => match check::choose(&executable)?.into_iter().next() {
            Some(call) => call,
            None => return Ok(None),
        },
    };
    let mut argv = vec!["-c".to_owned(), RECORDER.to_owned()];
    if let (Kind::Import, Some(code)) = (call.kind, call.arguments.last()) {
        argv.extend(["code".to_owned(), code.clone()]);
    } else {
        argv.extend([how.to_owned(), what]);
        argv.extend(call.arguments.iter().cloned());
    }
    let outcome = sandbox::run(&Run {
        program: path.to_owned(),
        arguments: argv,
        environment: check::environment(),
        as_interpreter: true,
        timeout: match call.kind {
            Kind::Given => check::GIVEN,
            _ => check::CHOSEN,
        },
        traced: false,
        kept: KEPT,
    })?;
    let mut end = None;
    let mut imports = Vec::new();
    for line in outcome.stderr.lines() {
        let Some(rest) = line.strip_prefix(MARK) else {
            continue;
        };
        match rest.strip_prefix("end ") {
            Some(time) => end = time.parse().ok(),
            None => imports.extend(rest.split(';').filter_map(import)),
        }
    }
    imports.sort_by_key(|import: &Import| (import.start, import.depth));
    let command = if call.kind == Kind::Import {
        call.text()
    } else {
        let line = format!("{} {}", executable.header().name, call.text());
        line.trim_end().to_owned()
    };
    Ok(Some(Timeline {
        command,
        ending: outcome.ending(),
        not_isolated: outcome.not_isolated.is_some(),
        wall: micros(outcome.wall_time),
        end,
        peak_memory: outcome.peak_memory,
        imports,
    }))
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// `json.decoder 120 45 1 0`: name, beginning, duration, depth, whether it failed.
fn import(text: &str) -> Option<Import> {
    let mut words = text.split(' ');
    let import = Import {
        module: words.next()?.to_owned(),
        start: words.next()?.parse().ok()?,
        duration: words.next()?.parse().ok()?,
        depth: words.next()?.parse().ok()?,
        failed: words.next()? == "1",
    };
    words.next().is_none().then_some(import)
}
