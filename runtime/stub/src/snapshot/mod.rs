//! The start snapshot: a process begins with the memory of an interpreter that was initialized when the executable was
//! built, instead of initializing one.
//!
//! What makes up an interpreter lies in three places, and a snapshot holds all of them: the static variables of CPython
//! and the libraries behind it, gathered in whole pages by the linker (`warm.ld`), and two [`zones`] at fixed addresses, from
//! which everything is allocated while a snapshot is made. [`dump`] makes one, run by the builder. At a start, [`thaw`] maps it out of the
//! executable, privately, so that pages are copied only when they are written to; [`restore`] puts right what differs from
//! process to process. The stub's own variables are not part of it, nor are the C library's.
//!
//! Everything that speaks against the snapshot is found out before anything is mapped, and then the start is an ordinary one.
//! `docs/concepts/snapshot.md` describes it to users.

pub(crate) mod dump;
pub(crate) mod finish;
mod guards;
mod keys;
mod locale;
pub(crate) mod restore;
mod thaw;
mod warm;
pub(crate) mod zones;

use fastice_image::Program;
use fastice_image::marker::Kind;

use crate::image::Mapped;
use crate::processes::Role;
use restore::Start;

/// `FASTICE_SNAPSHOT=0` asks for an ordinary start.
const SWITCH: &str = "FASTICE_SNAPSHOT";

/// Makes the snapshot in the executable the memory of this process, if there is one and nothing speaks against it. What is
/// left to do is in the answer.
pub(crate) fn begin(mapped: &Mapped, role: &Role) -> Option<Start> {
    let header = mapped.image().header();
    let snapshot = header.snapshot.as_ref()?;
    if std::env::var_os(SWITCH).is_some_and(|value| value == "0") {
        return None;
    }
    if role.alternative.is_some() || !header.settings.is_usual() {
        return None;
    }
    let is_directory = matches!(header.program, Program::Directory { .. });
    let start = Start::new(role, mapped.path(), is_directory)?;
    (are_streams_usual()
        && locale::is_usual()
        && guards::hold(&snapshot.guards)
        && thaw::thaw(mapped, snapshot, role.kind == Kind::Program))
    .then_some(start)
}

/// Are the standard streams open, and stdin not a directory, which CPython refuses? Anything else is left to CPython's
/// own initialization.
fn are_streams_usual() -> bool {
    let mode = |descriptor: libc::c_int| {
        let mut status = std::mem::MaybeUninit::<libc::stat>::uninit();
        // SAFETY: room for the structure.
        let result = unsafe { libc::syscall(libc::SYS_fstat, descriptor, status.as_mut_ptr()) };
        // SAFETY: the kernel has filled the structure if it returned 0.
        (result == 0).then(|| unsafe { status.assume_init() }.st_mode)
    };
    mode(0).is_some_and(|mode| mode & libc::S_IFMT != libc::S_IFDIR)
        && mode(1).is_some()
        && mode(2).is_some()
}
