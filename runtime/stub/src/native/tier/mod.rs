//! Ways to give ld.so bytes that lie in the executable, best first.

mod copy;
#[cfg(target_arch = "x86_64")]
mod dispatch;
mod in_place;
mod name;

use fastice_image::FileNode;

use super::circle::Member;
use super::link_map::Handle;
use super::load::Request;
use super::trace;
use crate::vfs::errno::Errno;
use crate::vfs::tree;

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
#[derive(Clone, Copy)]
struct Tier {
    /// What `FASTICE_NATIVE` and messages call it.
    name: &'static str,
    /// Loads the first of the libraries, with the others that it needs in a circle.
    load: fn(&[Member], Request) -> Result<Handle, Refusal>,
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

/// Loads the first of the libraries, with the others that it needs in a circle, by the first tier that can do it. `FASTICE_NATIVE`
/// leaves only the one that it names.
///
/// # Errors
/// What `dlerror` is to say.
pub(crate) fn load(circle: &[Member], request: Request) -> Result<Handle, String> {
    let path = circle.first().map_or("", |member| &member.absolute);
    let chosen = std::env::var("FASTICE_NATIVE").ok();
    let mut refusals = Vec::new();
    for tier in TIERS
        .iter()
        .filter(|tier| chosen.as_deref().is_none_or(|name| name == tier.name))
    {
        match (tier.load)(circle, request) {
            Ok(handle) => {
                for member in circle {
                    trace::line(format_args!("{}: loaded by {}", member.absolute, tier.name));
                }
                return Ok(handle);
            }
            Err(Refusal::Unfit(reason)) => {
                trace::line(format_args!("{path}: {}: {reason}", tier.name));
                refusals.push(format!("{}: {reason}", tier.name));
            }
            Err(Refusal::Final(text)) => return Err(text),
        }
    }
    if refusals.is_empty() {
        let names = TIERS.map(|tier| tier.name).join(", ");
        refusals.push(format!("FASTICE_NATIVE is none of {names}"));
    }
    Err(format!(
        "{path}: cannot be loaded from this executable ({})",
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
