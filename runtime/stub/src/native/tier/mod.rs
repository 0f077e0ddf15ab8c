//! Ways to give ld.so bytes that lie in the executable, best first.

mod cache;
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
    fn one_by_one() -> Self {
        Self::Unfit(String::from(
            "libraries that need each other cannot be loaded one by one",
        ))
    }

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

const TIERS: [Tier; 3] = [
    Tier {
        name: "inplace",
        load: in_place::load,
    },
    Tier {
        name: "memfd",
        load: copy::load,
    },
    Tier {
        name: "cache",
        load: cache::load,
    },
];

/// Those that are tried if the user names none: they write nothing.
const DEFAULT: &str = "inplace,memfd";

/// Loads the first of the libraries, with the others that it needs in a circle, by the first tier that can do it. `FASTICE_NATIVE`
/// names the tiers in their order, separated by commas.
///
/// # Errors
/// What `dlerror` is to say.
pub(crate) fn load(circle: &[Member], request: Request) -> Result<Handle, String> {
    let path = circle.first().map_or("", |member| &member.absolute);
    let chosen = std::env::var("FASTICE_NATIVE").ok();
    let chosen = chosen.as_deref().unwrap_or(DEFAULT);
    let mut refusals = Vec::new();
    for name in chosen.split(',').map(str::trim) {
        let Some(tier) = TIERS.iter().find(|tier| tier.name == name) else {
            let names = TIERS.map(|tier| tier.name).join(", ");
            refusals.push(format!("FASTICE_NATIVE: `{name}` is none of {names}"));
            continue;
        };
        match (tier.load)(circle, request) {
            Ok(handle) => {
                for member in circle {
                    trace::line(format_args!("{}: loaded by {name}", member.absolute));
                }
                return Ok(handle);
            }
            Err(Refusal::Unfit(reason)) => {
                trace::line(format_args!("{path}: {name}: {reason}"));
                refusals.push(format!("{name}: {reason}"));
            }
            Err(Refusal::Final(text)) => return Err(text),
        }
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
