//! Time zones for machines that have none: in the standard library, the last place where `zoneinfo` looks.

use std::path::Path;
use std::sync::Arc;

use super::create::{Files, read};
use crate::{Code, Error, Result};

/// Begins every compiled time zone (RFC 8536).
const MAGIC: &[u8] = b"TZif";

/// Copies of all zones, without and with leap seconds, that nobody asks for; and the zone of this machine.
const LEFT_OUT: [&str; 4] = ["posix", "right", "localtime", "posixrules"];

/// The directory of the zones. It lies in `zoneinfo`, so that it goes where that package goes.
fn zones(library: &str) -> String {
    format!("{library}/zoneinfo/zones")
}

/// The zones in `source`, as files of the standard library in `library`.
///
/// # Errors
/// [`Code::Io`], and [`Code::DamagedRuntime`] when there are none.
pub(super) fn files(source: &Path, library: &str) -> Result<Files> {
    let mut files = Files::new();
    let walk = walkdir::WalkDir::new(source)
        .follow_links(true)
        .into_iter()
        .filter_entry(|entry| {
            let name = entry.file_name().to_string_lossy();
            entry.depth() != 1 || !LEFT_OUT.contains(&&*name)
        });
    for entry in walk {
        let entry = entry.map_err(|error| {
            Error::new(Code::Io, "the time zones cannot be read").caused_by(error)
        })?;
        let path = entry.path().strip_prefix(source).ok();
        let Some(path) = path
            .and_then(Path::to_str)
            .filter(|_| entry.file_type().is_file())
        else {
            continue;
        };
        let contents = read(entry.path())?;
        if contents.starts_with(MAGIC) {
            files.insert(format!("{}/{path}", zones(library)), contents);
        }
    }
    if files.is_empty() {
        let name = source.display();
        return Err(Error::new(
            Code::DamagedRuntime,
            format!("{name} holds no time zones"),
        ));
    }
    Ok(files)
}

/// sysconfig's variables, `data`, with the directory of the zones at the end of `TZPATH`.
///
/// # Errors
/// [`Code::DamagedRuntime`] when there is no such variable.
pub(super) fn add_to_search_path(data: &[u8], library: &str) -> Result<Arc<[u8]>> {
    const VARIABLE: &str = " 'TZPATH': '";
    let text = String::from_utf8_lossy(data);
    let root = fastice_image::ROOT;
    let added = text.split_once(VARIABLE).and_then(|(before, rest)| {
        let (path, after) = rest.split_once('\'')?;
        let zones = zones(library);
        Some(format!("{before}{VARIABLE}{path}:{root}/{zones}'{after}"))
    });
    let added = added
        .ok_or_else(|| Error::new(Code::DamagedRuntime, "sysconfig's variables have no TZPATH"))?;
    Ok(added.into_bytes().into())
}
