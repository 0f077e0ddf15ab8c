//! Libraries that wheels expect of the system and an empty machine lacks: `libstdc++.so.6` above all. They are taken from the machine
//! that builds, as far as it has them, with all that they need.

use std::path::PathBuf;

use super::closure::{self, Closure, Provider};
use super::elf::Library;
use super::{BUNDLED, Bundled, system};
use crate::{Code, Error, Result};

/// A library of this machine that goes into the image.
pub(super) struct Taken {
    /// What is known of it; its path is the one in the image.
    pub(super) library: Library,
    /// Its file on this machine.
    pub(super) file: PathBuf,
}

/// Adds to `libraries` those of this machine that they need and `wanted`, which are names or paths.
///
/// # Errors
/// [`Code::NoSuchLibrary`] for one of `wanted` that this machine does not have.
pub(super) fn take(
    libraries: &mut Vec<Library>,
    machine: &system::Machine,
    wanted: &[String],
    needed: bool,
) -> Result<Vec<Taken>> {
    let mut taken = Vec::new();
    for name in wanted {
        let file = if name.contains('/') {
            Some(PathBuf::from(name))
        } else {
            machine.find(name, None)
        };
        let found = file.and_then(|file| {
            let name = file.file_name()?.to_str()?.to_owned();
            Some((system::read(&format!("{BUNDLED}/{name}"), &file)?, file))
        });
        let (library, file) = found.ok_or_else(|| {
            Error::new(
                Code::NoSuchLibrary,
                format!("this machine has no library `{name}`"),
            )
            .hint("install the package that has it, or give the path of its file")
        })?;
        libraries.push(library.clone());
        taken.push(Taken { library, file });
    }
    loop {
        let more = if needed {
            missing_of_machine(libraries, machine)
        } else {
            Vec::new()
        };
        if more.is_empty() {
            break;
        }
        libraries.extend(more.iter().map(|taken| taken.library.clone()));
        taken.extend(more);
    }
    taken.sort_by(|a, b| a.library.path.cmp(&b.library.path));
    Ok(taken)
}

/// What the libraries need, nothing in the image provides and this machine has.
fn missing_of_machine(libraries: &[Library], machine: &system::Machine) -> Vec<Taken> {
    let closure = Closure::new(libraries);
    let mut found: Vec<Taken> = Vec::new();
    for library in closure::needing(libraries) {
        for name in &library.needed {
            let path = format!("{BUNDLED}/{name}");
            // A library of the manylinux standards is searched in the system, whatever else in the image has its name.
            let is_expected = match closure.provider(library, name) {
                Provider::Found => false,
                Provider::Elsewhere => EXPECTED.contains(&name.as_str()),
                Provider::Machine => true,
            };
            if !is_expected || found.iter().any(|taken| taken.library.path == path) {
                continue;
            }
            let Some(file) = machine.find(name, Some(library)) else {
                continue;
            };
            if let Some(library) = system::read(&path, &file) {
                found.push(Taken { library, file });
            }
        }
    }
    found
}

/// Libraries that the manylinux standards let a wheel expect of the system (PEP 513, 571, 599, 600 and the policies of auditwheel), besides
/// those of glibc.
const EXPECTED: [&str; 14] = [
    "libatomic.so.1",
    "libexpat.so.1",
    "libgcc_s.so.1",
    "libglib-2.0.so.0",
    "libgobject-2.0.so.0",
    "libgthread-2.0.so.0",
    "libstdc++.so.6",
    "libz.so.1",
    "libGL.so.1",
    "libICE.so.6",
    "libSM.so.6",
    "libX11.so.6",
    "libXext.so.6",
    "libXrender.so.1",
];

/// The report of what was taken, with the files it came from.
pub(super) fn report(taken: &[Taken]) -> Vec<Bundled> {
    taken
        .iter()
        .map(|taken| Bundled {
            source: Some(taken.file.clone()),
            ..bundled(&taken.library)
        })
        .collect()
}

/// The libraries of this kind among those of an image.
pub(super) fn recognize(libraries: &[Library]) -> Vec<Bundled> {
    libraries
        .iter()
        .filter(|library| is_bundled(&library.path))
        .map(bundled)
        .collect()
}

/// Was the file at `path` taken from the machine that built the image?
pub(crate) fn is_bundled(path: &str) -> bool {
    path.strip_prefix(BUNDLED)
        .is_some_and(|name| name.rfind('/') == Some(0))
}

fn bundled(library: &Library) -> Bundled {
    Bundled {
        name: library.file_name().to_owned(),
        glibc: library.glibc,
        source: None,
    }
}
