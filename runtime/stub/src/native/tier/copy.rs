//! A copy of the library in memory. Works with any kernel that has memory files; costs time and memory for every
//! byte of the library.

use libc::O_CLOEXEC;

use super::Refusal;
use super::name::Named;
use crate::native::circle::Member;
use crate::native::link_map::Handle;
use crate::native::load::Request;
use crate::vfs::memfd::{self, Descriptor};

/// Copies the library and loads the copy.
pub(super) fn load(circle: &[Member], request: Request) -> Result<Handle, Refusal> {
    let [library] = circle else {
        return Err(Refusal::one_by_one());
    };
    let descriptor = memfd::open_file(&library.path, &library.file, O_CLOEXEC)
        .map(Descriptor::new)
        .map_err(Refusal::no_memory_file)?;
    let copy = Named::new(descriptor)?;
    copy.open(&[], request)
        .map_err(|text| Refusal::Final(copy.translate(&text, &library.absolute)))
}
