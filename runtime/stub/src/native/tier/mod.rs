//! Ways to give ld.so bytes that lie in the executable, best first.

mod copy;
#[cfg(target_arch = "x86_64")]
mod dispatch;
mod in_place;
mod name;

use fastice_image::FileNode;

use super::link_map::Handle;
use super::load::Request;
use super::trace;
use crate::vfs::errno::Errno;
use crate::vfs::tree;

/// A library that is to be loaded.
pub(crate) struct Candidate<'a> {
    /// Its path below the root.
    pub(crate) path: &'a str,
    /// Its absolute path.
    pub(crate) absolute: &'a str,
    /// What the index says about it.
    pub(crate) file: &'a FileNode,
    /// Its contents.
    pub(crate) bytes: &'a [u8],
}

/// Why a tier could not load a library.
pub(crate) enum Refusal {
    /// The tier does not work here; the next one may.
    Unfit(String),
    /// ld.so has seen the library and will not have it, whoever gives it.
    Final(String),
}

impl Refusal {
    fn no_memory_file(errno: Errno) -> Self {
        Self::Unfit(format!("no memory file can be made: {errno}"))
    }
}

/// One way of loading.
struct Tier {
    /// What `FASTICE_NATIVE` and messages call it.
    name: &'static str,
    load: fn(&Candidate<'_>, Request) -> Result<Handle, Refusal>,
}

const TIERS: [Tier; 2] = [
    Tier {
        name: "inplace",
        load: in_place::load,
    },
    Tier {
        name: "memfd",
        load: copy::load,
    },
];

/// Loads a library by the first tier that can do it. `FASTICE_NATIVE` leaves only the one that it names.
///
/// # Errors
/// What `dlerror` is to say.
pub(crate) fn load(candidate: &Candidate<'_>, request: Request) -> Result<Handle, String> {
    let chosen = std::env::var("FASTICE_NATIVE").ok();
    let mut refusals = Vec::new();
    for tier in TIERS
        .iter()
        .filter(|tier| chosen.as_deref().is_none_or(|name| name == tier.name))
    {
        match (tier.load)(candidate, request) {
            Ok(handle) => {
                trace::line(format_args!(
                    "{}: loaded by {}",
                    candidate.absolute, tier.name
                ));
                return Ok(handle);
            }
            Err(Refusal::Unfit(reason)) => {
                trace::line(format_args!(
                    "{}: {}: {reason}",
                    candidate.absolute, tier.name
                ));
                refusals.push(format!("{}: {reason}", tier.name));
            }
            Err(Refusal::Final(text)) => return Err(text),
        }
    }
    Err(format!(
        "{}: cannot be loaded from this executable ({})",
        candidate.absolute,
        refusals.join("; ")
    ))
}

/// Gives the contents of a library to `reader`. What lies in the executable as it is, is not read and verified as a whole: as with
/// libraries on the disk, only those pages are read that are used.
///
/// # Errors
/// Those of `reader`.
pub(crate) fn with_bytes<T>(
    path: &str,
    file: &FileNode,
    reader: impl FnOnce(&[u8]) -> Result<T, String>,
) -> Result<T, String> {
    match tree::bytes_in_place(file) {
        Some(bytes) => reader(bytes),
        None => tree::with_contents(file, path, |bytes| Ok(reader(bytes)))
            .unwrap_or_else(|errno| Err(errno.to_string())),
    }
}
