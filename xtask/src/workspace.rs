//! Where things are.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The root of this workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the workspace")
}

/// The cargo that runs this.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Where cargo puts what it builds.
pub(crate) fn target_directory() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |path| root().join(path))
}

/// Flags for rustc that keep the paths of this machine out of what it compiles.
pub(crate) fn path_flags() -> Vec<String> {
    let home = |name: &str| env::var_os(name).map(PathBuf::from);
    let registry = home("CARGO_HOME").or_else(|| home("HOME").map(|home| home.join(".cargo")));
    let mut flags = vec![format!("--remap-path-prefix={}=fastice", root().display())];
    if let Some(registry) = registry {
        flags.push(format!("--remap-path-prefix={}=cargo", registry.display()));
    }
    flags
}
