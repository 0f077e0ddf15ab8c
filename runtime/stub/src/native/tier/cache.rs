//! A copy in the user's cache directory, shared by all programs that have the same library. Works with any kernel. It writes to the
//! disk, so it is used only when the user names it.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;

use super::Refusal;
use crate::extract;
use crate::native::circle::Member;
use crate::native::link_map::Handle;
use crate::native::load::Request;
use crate::vfs::place::Virtual;

/// Puts the library into the cache, if it is not there, and loads it from there.
pub(super) fn load(circle: &[Member], request: Request) -> Result<Handle, Refusal> {
    let [library] = circle else {
        return Err(Refusal::one_by_one());
    };
    let path = extract::extract(&Virtual::at(&library.path))
        .map_err(|error| Refusal::Unfit(error.to_string()))?;
    let path = CString::new(path.as_os_str().as_bytes()).unwrap_or_default();
    // The directory may be on a file system from which nothing is executed; ld.so's words do not tell it from other reasons.
    request.open(&path).map_err(Refusal::Unfit)
}
