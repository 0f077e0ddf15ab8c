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

use std::cell::Cell;
use std::ffi::CStr;
use std::sync::OnceLock;

use fastice_image::Identity;

use self::hook::Remapping;
use super::Refusal;
use super::name::Named;
use crate::executable;
use crate::image::{IMAGE, Mapped};
use crate::native::circle::Member;
use crate::native::elf::Library;
use crate::native::link_map::{Handle, LinkMap};
use crate::native::load::Request;
use crate::vfs::tree;

/// Unit of mapping, in bytes.
const PAGE: u64 = 4096;

/// A library with what stands in for it.
struct Prepared<'a> {
    member: &'a Member,
    library: Library<'static>,
    bytes: &'static [u8],
    stand_in: Named,
    probe: Named,
}

impl<'a> Prepared<'a> {
    fn new(member: &'a Member) -> Result<Self, Refusal> {
        let unfit = |reason: &str| Refusal::Unfit(reason.to_owned());
        let bytes = tree::bytes_in_place(&member.file)
            .filter(|_| member.file.data.offset.is_multiple_of(PAGE))
            .ok_or_else(|| unfit("it does not lie page-aligned in the executable"))?;
        Ok(Self {
            member,
            library: Library::parse(bytes).map_err(|malformed| unfit(malformed.0))?,
            bytes,
            stand_in: Named::scratch(c"fastice library", member.file.size)?,
            probe: make_probe()?,
        })
    }

    /// Writes the stand-in, and tells what is to be done when it is mapped.
    fn remapping<'b>(
        &'b self,
        circle: &[Self],
        executable: &'b fs_err::File,
    ) -> Result<Remapping<'b>, Refusal> {
        // Another library of the circle is needed by the name of its stand-in.
        let mut needs: Vec<(&str, &CStr)> = Vec::new();
        for need in &self.member.needed {
            if let Some(other) = circle.iter().find(|other| other.member.path == need.path) {
                needs.push((&need.name, &other.stand_in.name));
            }
        }
        let changes = stand_in::write(
            &self.stand_in.descriptor,
            &self.library,
            self.bytes,
            &self.probe.name,
            &needs,
        )?;
        let dynamic = self.library.dynamic_range();
        Ok(Remapping {
            loaded_as: &self.stand_in.name,
            first: LinkMap::first(),
            path: &self.member.absolute,
            executable,
            offset: self.member.file.data.offset,
            segments: self.library.loaded().collect(),
            changes,
            dynamic_len: usize::try_from(dynamic.end - dynamic.start).unwrap_or(0),
            is_done: Cell::new(false),
        })
    }
}

/// Maps the libraries.
pub(super) fn load(circle: &[Member], request: Request) -> Result<Handle, Refusal> {
    if !is_hook_called()? {
        return Err(Refusal::Unfit(String::from(
            "the dynamic loader does not call the hook",
        )));
    }
    let executable = open_executable()?;
    let prepared = circle
        .iter()
        .map(Prepared::new)
        .collect::<Result<Vec<_>, _>>()?;
    let remappings = prepared
        .iter()
        .map(|library| library.remapping(&prepared, &executable))
        .collect::<Result<Vec<_>, _>>()?;
    let (first, others) = prepared
        .split_first()
        .ok_or_else(|| Refusal::Unfit(String::from("nothing to load")))?;
    let mut files = vec![&first.probe];
    files.extend(
        others
            .iter()
            .flat_map(|other| [&other.stand_in, &other.probe]),
    );

    let result = hook::with(&remappings, || first.stand_in.open(&files, request));
    let is_done = remappings.iter().all(|remapping| remapping.is_done.get());
    match result {
        Ok(handle) if is_done => Ok(handle),
        Ok(_) => hook::missed(&first.member.absolute),
        Err(text) => {
            let text = prepared.iter().fold(text, |text, library| {
                library.stand_in.translate(&text, &library.member.absolute)
            });
            Err(if is_done {
                Refusal::Final(text)
            } else {
                Refusal::Unfit(text)
            })
        }
    }
}

/// The file that the image was read from, and no other. Without /proc only its path is known, where another may be by now.
fn open_executable() -> Result<fs_err::File, Refusal> {
    let unfit = |error: std::io::Error| Refusal::Unfit(error.to_string());
    let file = executable::open().map_err(unfit)?;
    let found = Identity::from(&file.metadata().map_err(unfit)?);
    if IMAGE.get().map(Mapped::identity) == Some(found) {
        Ok(file)
    } else {
        Err(Refusal::Unfit(String::from(
            "another file is where the executable was",
        )))
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
