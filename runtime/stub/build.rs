//! Links the whole of libpython into the stub.
//!
//! `FASTICE_CPYTHON_DIR` names a finished build tree of CPython: the directory in which `make` ran, with
//! `libpython3.13.a` in it. `FASTICE_LIBRARY_DIR` names the directory of the static third-party libraries
//! (default: `../deps/lib` beside that tree). Without the first, the crate can be checked but not linked.

use std::path::{Path, PathBuf};

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

/// Functions of these that `src/surroundings` defines anew.
const WRAPPED: [&str; 3] = [
    "X509_get_default_cert_dir",
    "X509_get_default_cert_file",
    "_nc_next_db",
];

/// Where the guard is mapped: the page behind the program headers (the linker begins at 0x200000).
const GUARD_ADDRESS: u64 = 0x20_1000;

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
    // The entry point, in a segment of its own before all others (see src/guard.rs).
    arg("-Wl,-e,fastice_guard".into());
    arg(format!("-Wl,--section-start=.guard={GUARD_ADDRESS:#x}"));
    println!(
        "cargo::rustc-link-search=native={}",
        out_dir_without_unwinder().display()
    );
    // Extension modules bind to the interpreter in this executable, and to their own copies of everything else.
    arg(format!("-Wl,--dynamic-list={}", dynamic_list().display()));
    arg("-Wl,--whole-archive".into());
    arg(tree.join("libpython3.13.a").display().to_string());
    arg("-Wl,--no-whole-archive".into());
    // After optimization at link time they are part of libpython.
    for archive in OWN_ARCHIVES.map(|name| tree.join(name)) {
        if archive.exists() {
            arg(archive.display().to_string());
        }
    }
    for library in LIBRARIES {
        arg(libraries
            .join(format!("lib{library}.a"))
            .display()
            .to_string());
    }
    for function in WRAPPED {
        arg(format!("-Wl,--wrap={function}"));
    }
    for library in ["dl", "m", "pthread"] {
        arg(format!("-l{library}"));
    }
}

/// Writes the linker's list of exported symbols: what a conventional `python` exports, and the functions of
/// the C library that the stub interposes. Everything else (OpenSSL, SQLite, …) stays invisible to extension modules.
fn dynamic_list() -> PathBuf {
    let mut list = String::from("{\n");
    for path in ["../cpython/exports.txt", "interposed.txt"] {
        println!("cargo::rerun-if-changed={path}");
        for name in names(Path::new(path)) {
            list.push_str(&name);
            list.push_str(";\n");
        }
    }
    list.push_str("};\n");
    write("exports.list", &list)
}

/// A directory whose `libgcc_s` is an empty archive, for the linker to find before the real one: `src/unwind.rs`
/// defines what the standard library wants from it. Were the real one seen by the linker, it would also export
/// those definitions, and C++ extension modules would bind to them.
fn out_dir_without_unwinder() -> PathBuf {
    let mut directory = write("libgcc_s.a", "!<arch>\n");
    directory.pop();
    directory
}

/// Writes a file for the linker and returns its path.
fn write(name: &str, contents: &str) -> PathBuf {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let file = out.join(name);
    fs_err::write(&file, contents).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    file
}

/// The names in a file of one name per line; `#` begins a comment.
fn names(path: &Path) -> Vec<String> {
    let text =
        fs_err::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}
