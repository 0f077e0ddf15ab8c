//! Mapping a library out of the executable: nothing is copied, and its pages are shared as those of any library on the disk.
//!
//! ld.so maps what a name leads to. So it gets the name of a stand-in: a memory file of the library's size, with
//! the few parts of it that ld.so reads before it relocates ([`stand_in`]). Before it relocates a library, ld.so
//! relocates those that it needs, and the stand-in needs one more than the library itself: the [`probe`],
//! whose only relocation makes ld.so call the [`hook`]. That is the moment: the hook maps
//! the library's true bytes from the executable over those of the stand-in, and ld.so goes on with them.

mod hook;
mod probe;
mod stand_in;

use std::sync::OnceLock;

use fastice_image::Method;

use self::hook::Remapping;
use super::name::Named;
use super::{Candidate, Refusal};
use crate::executable;
use crate::native::elf::Library;
use crate::native::link_map::{Handle, LinkMap};
use crate::native::load::Request;

/// Unit of mapping, in bytes.
const PAGE: u64 = 4096;

/// Maps the library.
pub(super) fn load(candidate: &Candidate<'_>, request: Request) -> Result<Handle, Refusal> {
    let unfit = |reason: &str| Refusal::Unfit(reason.to_owned());
    let data = candidate.file.data;
    if candidate.file.method != Method::Stored || !data.offset.is_multiple_of(PAGE) {
        return Err(unfit("it does not lie page-aligned in the executable"));
    }
    if !is_hook_called()? {
        return Err(unfit("the dynamic loader does not call the hook"));
    }
    let library = Library::parse(candidate.bytes).map_err(|malformed| unfit(malformed.0))?;
    let executable = executable::open().map_err(|error| Refusal::Unfit(error.to_string()))?;

    let probe = make_probe()?;
    let stand_in = Named::scratch(c"fastice library", candidate.file.size)?;
    let borrowed = stand_in::write(&stand_in.descriptor, &library, candidate.bytes, &probe.name)?;
    let dynamic = library.dynamic_range();
    let remapping = Remapping {
        loaded_as: &stand_in.name,
        first: LinkMap::first(),
        path: candidate.absolute,
        executable: &executable,
        offset: data.offset,
        segments: library.loaded().collect(),
        borrowed,
        dynamic_len: usize::try_from(dynamic.end - dynamic.start).unwrap_or(0),
    };
    let (result, is_done) = hook::with(&remapping, || stand_in.open(&[&probe], request));
    match result {
        Ok(handle) if is_done => Ok(handle),
        Ok(_) => hook::missed(candidate.absolute),
        Err(text) if is_done => Err(Refusal::Final(
            stand_in.translate(&text, candidate.absolute),
        )),
        Err(text) => Err(Refusal::Unfit(
            stand_in.translate(&text, candidate.absolute),
        )),
    }
}

/// A library whose relocation calls the hook. ld.so relocates it once, so every library needs one of its own.
fn make_probe() -> Result<Named, Refusal> {
    let bytes = probe::bytes(hook::address());
    let probe = Named::scratch(c"fastice probe", bytes.len() as u64)?;
    probe
        .descriptor
        .write_at(&bytes, 0)
        .map_err(Refusal::no_memory_file)?;
    Ok(probe)
}

/// Does this machine's ld.so call the hook? Found out once, with a probe that no library needs: a library whose hook
/// is not called could not be used any more.
fn is_hook_called() -> Result<bool, Refusal> {
    static CALLED: OnceLock<bool> = OnceLock::new();
    if let Some(called) = CALLED.get() {
        return Ok(*called);
    }
    let probe = make_probe()?;
    let (result, called) = hook::count(|| probe.open(&[], Request::new(libc::RTLD_NOW)));
    if let Ok(handle) = result {
        handle.close();
    }
    Ok(*CALLED.get_or_init(|| called))
}
