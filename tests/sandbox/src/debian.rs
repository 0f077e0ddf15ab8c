//! Other systems to run programs in: Debian's releases, each with the C library of its time.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;

/// Where packages come from.
const MIRROR: &str = "http://deb.debian.org/debian";

/// The root directory of a minimal Debian of the release `suite`, such as `bullseye`, made below `cache` unless it is there.
/// Uses debootstrap, which wants root.
///
/// # Errors
/// When it cannot be made.
pub fn debian(suite: &str, cache: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(cache)?;
    let lock = fs::File::create(cache.join(format!("{suite}.lock")))?;
    lock.file().lock()?;
    let finished = cache.join(suite);
    if finished.exists() {
        return Ok(finished);
    }
    let unfinished = cache.join(format!("{suite}.unfinished"));
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    let output = Command::new("debootstrap")
        .args(["--variant=minbase", suite])
        .arg(&unfinished)
        .arg(MIRROR)
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .output()?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stdout);
        let last: Vec<&str> = text.lines().rev().take(3).collect();
        return Err(io::Error::other(format!(
            "debootstrap {suite}: {}",
            last.join("\n")
        )));
    }
    fs::rename(unfinished, &finished)?;
    Ok(finished)
}
