//! glibc: the one thing that an executable needs of the machine it runs on.

use std::fmt;

use serde::{Serialize, Serializer};

/// Libraries that are part of glibc, by their names without the number (`libc.so.6`).
const LIBRARIES: [&str; 16] = [
    "ld-linux-x86-64",
    "ld-linux-aarch64",
    "libBrokenLocale",
    "libanl",
    "libc",
    "libdl",
    "libm",
    "libmvec",
    "libnsl",
    "libnss_compat",
    "libnss_dns",
    "libnss_files",
    "libpthread",
    "libresolv",
    "librt",
    "libutil",
];

/// Is this the name of one of glibc's own libraries?
pub(super) fn provides(name: &str) -> bool {
    name.split_once(".so")
        .is_some_and(|(stem, _)| LIBRARIES.contains(&stem))
}

/// A version of glibc: 2.34, or 2.2.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version([u32; 3]);

impl Version {
    /// The version that a symbol version stands for: `GLIBC_2.17`.
    pub(crate) fn of_symbol(name: &str) -> Option<Self> {
        // A library that was linked with compressed relocations (`-z pack-relative-relocs`).
        if name == "GLIBC_ABI_DT_RELR" {
            return Some(Self([2, 36, 0]));
        }
        let mut numbers = [0; 3];
        for (index, part) in name.strip_prefix("GLIBC_")?.split('.').enumerate() {
            *numbers.get_mut(index)? = part.parse().ok()?;
        }
        Some(Self(numbers))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}")?;
        if patch > 0 {
            write!(f, ".{patch}")?;
        }
        Ok(())
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        let version = |name| Version::of_symbol(name);
        assert!(version("GLIBC_2.17") > version("GLIBC_2.4"));
        assert!(version("GLIBC_2.3.4") < version("GLIBC_2.4"));
        assert_eq!(version("GLIBC_PRIVATE"), None);
        assert_eq!(version("GLIBC_2.2.5").unwrap().to_string(), "2.2.5");
    }

    #[test]
    fn libraries_are_told_by_their_names() {
        assert!(provides("libc.so.6") && provides("ld-linux-x86-64.so.2"));
        assert!(!provides("libcrypt.so.1") && !provides("libstdc++.so.6"));
    }
}
