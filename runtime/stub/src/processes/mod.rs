//! What this process is among those that the program starts, and what it tells its own children.
//!
//! Programs start `sys.executable` and mean a Python interpreter: `-c CODE`, `-m pip`, a script, the helper processes of
//! `multiprocessing`. Here that file is the program itself. So a process that executes its own file adds a [`marker`] to the
//! environment of that one child, and a child with a marker looks at its command line: does it speak to an interpreter ([`role`])? Without
//! a marker, every argument belongs to the program, whatever it looks like.
//!
//! `docs/concepts/processes.md` describes it to users.

mod environment;
mod exec;
mod role;

use std::ffi::{CStr, CString};
use std::path::Path;
use std::sync::OnceLock;

use fastice_image::marker::Kind;
use fastice_image::{Header, Identity, Marker, Program};

use crate::config::CommandLine;
use crate::failure::Failure;
use crate::image::Mapped;
use crate::vfs::place::Virtual;
use crate::vfs::{self, current, tree};
use crate::{environment as environment_of_program, program};
pub(crate) use environment::{clear as clear_environment, take_marker};
pub(crate) use role::{Role, Run};

/// How many processes may each be started by the one before, all of them this program. Real programs need a few.
const DEEPEST: u32 = 32;

/// This process, for those of its functions that start others. Empty in a runtime, which is an interpreter anyway.
static PROCESS: OnceLock<Process> = OnceLock::new();

/// The file of this process, if it is an interpreter.
static RUNTIME: OnceLock<Identity> = OnceLock::new();

/// What a process knows of itself.
struct Process {
    /// Its file.
    identity: Identity,
    /// The absolute real path of that file: `sys.executable`.
    path: CString,
    /// Its command line, as its Python sees it.
    arguments: Vec<CString>,
    kind: Kind,
    /// Which of the programs in the image it is.
    alternative: Option<usize>,
    /// How many of its ancestors, without interruption, are this program too.
    depth: u32,
    /// Its number. In a process that was forked from it and did not yet execute anything, `getpid` tells another one.
    id: libc::pid_t,
}

/// Finds out what this process is to do.
///
/// # Errors
/// When it is one too many of a chain of processes that start each other.
pub(crate) fn begin(
    mapped: &'static Mapped,
    line: CommandLine,
    marker: Option<Marker>,
) -> Result<Role, Failure> {
    let header = mapped.image().header();
    let identity = mapped.identity();
    let marker = marker.filter(|marker| marker.identity == identity);
    if let Some(marker) = &marker
        && marker.executes != 0
    {
        return Err(relay(marker.executes, line));
    }
    if matches!(header.program, Program::Interpreter) {
        // SAFETY: no other thread exists before Python starts.
        unsafe { environment_of_program::prepare(&header.settings.environment) };
        // Every child is an interpreter, too; the marker only tells it where it begins.
        RUNTIME.get_or_init(|| identity);
        current::begin(marker.map_or(0, |marker| marker.directory));
        return Ok(Role::of_program(line, &header.program));
    }
    current::begin(marker.as_ref().map_or(0, |marker| marker.directory));
    let depth = marker.as_ref().map_or(0, |marker| marker.depth);
    if depth > DEEPEST {
        return Err(Failure::Recursion(DEEPEST));
    }
    let mut role = match &marker {
        Some(marker) => role::of_child(line, marker, &header.program),
        None => Role::of_program(line, &header.program),
    };
    role.original = line;
    if role.kind == Kind::Program {
        let selected = program::select(header, role.line, marker.as_ref())?;
        role.program = selected.program;
        role.alternative = selected.alternative;
        role.line = selected.line;
    } else {
        role.alternative = marker.as_ref().and_then(|marker| marker.alternative);
    }
    if marker.is_none() {
        // SAFETY: no other thread exists before Python starts. A child has got the environment of its parent, which was
        // prepared.
        unsafe { environment_of_program::prepare(&header.settings.environment) };
    }
    PROCESS.get_or_init(|| Process {
        identity,
        path: c_path(mapped.path()),
        arguments: role.line.arguments(),
        kind: role.kind,
        alternative: role.alternative,
        depth,
        // SAFETY: getpid has no preconditions.
        id: unsafe { libc::getpid() },
    });
    Ok(role)
}

/// Becomes a program of the tree, in the environment that this process was started with. Returns only if it cannot.
fn relay(number: u64, line: CommandLine) -> Failure {
    let path = tree::path_of(number);
    // SAFETY: the lists of this process, which nobody changes.
    let errno =
        unsafe { vfs::program::execute(&Virtual::at(path), line.as_c().1, environment::environ) };
    Failure::Execution(tree::absolute(path), errno)
}

/// The program of this process.
pub(crate) fn current_program(header: &Header) -> &Program {
    let alternative = PROCESS.get().and_then(|process| process.alternative);
    alternative
        .and_then(|at| header.alternatives.get(at))
        .map_or(&header.program, |alternative| &alternative.program)
}

/// The name under which this process was called, as its Python sees it.
pub(crate) fn name() -> Option<&'static CStr> {
    Some(PROCESS.get()?.arguments.first()?.as_c_str())
}

/// Does this process run python's command line in place of the program?
pub(crate) fn is_interpreter_child() -> bool {
    PROCESS
        .get()
        .is_some_and(|process| process.kind == Kind::Interpreter)
}

/// A path that came from the kernel, which has no null byte.
fn c_path(path: &Path) -> CString {
    use std::os::unix::ffi::OsStrExt;
    CString::new(path.as_os_str().as_bytes()).unwrap_or_default()
}
