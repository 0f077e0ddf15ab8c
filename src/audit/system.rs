//! Libraries of the machine that builds.

use std::env;
use std::path::{Path, PathBuf};

use fs_err as fs;
use object::read::ReadCache;

use super::elf::Library;

/// Where ld.so searches without being told.
const DEFAULT: [&str; 8] = [
    "/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/lib64",
    "/usr/lib64",
    "/lib",
    "/usr/lib",
];

/// Beginnings of the names of libraries that belong to a driver in the kernel of the very machine they run on.
const DRIVERS: [&str; 4] = ["libcuda.so", "libnvcuvid.so", "libnvidia-", "libamdcuda"];

/// Does the library belong to a driver?
fn is_driver(name: &str) -> bool {
    DRIVERS.iter().any(|driver| name.starts_with(driver))
}

/// The directories in which this machine has its libraries, in the order of ld.so.
pub(super) struct Machine {
    directories: Vec<PathBuf>,
}

impl Machine {
    /// Finds the directories: `LD_LIBRARY_PATH`, those that `/etc/ld.so.conf` names, the default ones.
    pub(super) fn new() -> Self {
        let variable = env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
        let mut directories: Vec<PathBuf> = env::split_paths(&variable)
            .filter(|path| path.is_absolute())
            .collect();
        configured(Path::new("/etc/ld.so.conf"), &mut directories);
        directories.extend(DEFAULT.map(PathBuf::from));
        Self { directories }
    }

    /// The file of the library that ld.so would take for `name` when `needing` needs it.
    pub(super) fn find(&self, name: &str, needing: Option<&Library>) -> Option<PathBuf> {
        if is_driver(name) {
            return None;
        }
        let own = needing
            .into_iter()
            .flat_map(|library| &library.search_path)
            .filter(|path| path.starts_with('/'))
            .map(PathBuf::from);
        own.chain(self.directories.iter().cloned())
            .map(|directory| directory.join(name))
            .find(|file| read(name, file).is_some_and(|library| library.foreign.is_none()))
    }
}

impl Machine {
    /// The name of the library that `ctypes.util.find_library(name)` finds here: `libmagic.so.1` for `magic`.
    pub(super) fn search(&self, name: &str) -> Option<String> {
        let start = format!("lib{name}.so");
        let found = self.directories.iter().find_map(|directory| {
            let mut files: Vec<String> = fs::read_dir(directory)
                .ok()?
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .filter(|file| {
                    let version = file.strip_prefix(&start);
                    version.is_some_and(|version| version.starts_with('.'))
                })
                .collect();
            // `libmagic.so.1` and the file that it is a link to, `libmagic.so.1.0.0`: the former is the library's own name.
            files.sort_by_key(String::len);
            let file = files.into_iter().next()?;
            read(&file, &directory.join(&file))?;
            Some(file)
        });
        found.filter(|name| !is_driver(name))
    }
}

/// Reads a library of this machine that will be at `path` below the root.
pub(super) fn read(path: &str, file: &Path) -> Option<Library> {
    let cache = ReadCache::new(fs::File::open(file).ok()?);
    Library::read(path, &cache)
}

/// Adds the directories that a configuration file of ldconfig names, and those of the files that it includes.
fn configured(file: &Path, directories: &mut Vec<PathBuf>) {
    let text = fs::read_to_string(file).unwrap_or_default();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(pattern) = line.strip_prefix("include ") {
            // Distributions include all of one directory: `/etc/ld.so.conf.d/*.conf`.
            let Some((directory, "*.conf")) = pattern.trim().rsplit_once('/') else {
                continue;
            };
            let mut files: Vec<PathBuf> = fs::read_dir(directory)
                .into_iter()
                .flatten()
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|path| {
                    path.extension()
                        .is_some_and(|extension| extension == "conf")
                })
                .collect();
            files.sort();
            for file in files {
                configured(&file, directories);
            }
        } else if line.starts_with('/') {
            directories.push(PathBuf::from(line));
        }
    }
}
