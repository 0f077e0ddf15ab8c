//! Links the whole of libpython into the stub.
//!
//! `FASTICE_CPYTHON_DIR` names a finished build tree of CPython: the directory in which `make` ran, with
//! `libpython3.13.a` in it. `FASTICE_LIBRARY_DIR` names the directory of the static third-party libraries
//! (default: `../deps/lib` beside that tree). Without the first, the crate can be checked but not linked.

use std::path::PathBuf;

/// Archives of the build tree, besides libpython itself.
const OWN_ARCHIVES: [&str; 3] = [
    "Modules/_decimal/libmpdec/libmpdec.a",
    "Modules/expat/libexpat.a",
    "Modules/_hacl/libHacl_Hash_SHA2.a",
];

/// Third-party archives; each comes before those it needs.
const LIBRARIES: [&str; 14] = [
    "ssl", "crypto", "sqlite3", "edit", "bsd", "md", "panelw", "ncursesw", "tinfo", "bz2", "lzma",
    "z", "ffi", "uuid",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=FASTICE_CPYTHON_DIR");
    println!("cargo::rerun-if-env-changed=FASTICE_LIBRARY_DIR");
    let Some(tree) = std::env::var_os("FASTICE_CPYTHON_DIR").map(PathBuf::from) else {
        return;
    };
    let libraries = std::env::var_os("FASTICE_LIBRARY_DIR")
        .map_or_else(|| tree.join("../deps/lib"), PathBuf::from);
    let arg = |argument: String| println!("cargo::rustc-link-arg-bins={argument}");

    // Not position-independent: faster code.
    arg("-no-pie".into());
    // Extension modules bind to the interpreter in this executable …
    arg("-Wl,--export-dynamic".into());
    // … and to their own copies of everything else.
    let hidden: Vec<_> = LIBRARIES
        .iter()
        .map(|library| format!("lib{library}.a"))
        .collect();
    arg(format!("-Wl,--exclude-libs,{}", hidden.join(":")));
    arg("-Wl,--whole-archive".into());
    arg(tree.join("libpython3.13.a").display().to_string());
    arg("-Wl,--no-whole-archive".into());
    for archive in OWN_ARCHIVES {
        arg(tree.join(archive).display().to_string());
    }
    for library in LIBRARIES {
        arg(libraries
            .join(format!("lib{library}.a"))
            .display()
            .to_string());
    }
    for library in ["dl", "m", "pthread"] {
        arg(format!("-l{library}"));
    }
}
