//! A copy of the library in memory. Works with any kernel that has memory files, and /proc; costs time and memory for every
//! byte of the library.

use libc::O_CLOEXEC;

use super::{Candidate, Refusal, name};
use crate::native::link_map::Handle;
use crate::native::load::Request;
use crate::vfs::memfd::{self, Descriptor};

/// Copies the library and loads the copy.
pub(super) fn load(candidate: &Candidate<'_>, request: Request) -> Result<Handle, Refusal> {
    let descriptor = memfd::open_file(candidate.path, candidate.file, O_CLOEXEC)
        .map(Descriptor::new)
        .map_err(|errno| Refusal::Unfit(format!("no memory file: {errno}")))?;
    let name = name::of(descriptor.number())
        .ok_or_else(|| Refusal::Unfit(String::from("/proc is not mounted")))?;
    request.open(&name).map_err(|text| {
        // The library's own name is what the user knows.
        Refusal::Final(text.replace(&*name.to_string_lossy(), candidate.absolute))
    })
}
