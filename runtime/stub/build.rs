//! Links the whole of libpython into the stub.
//!
//! `FASTICE_CPYTHON_DIR` names a finished build tree of CPython: the directory in which `make` ran, with
//! `libpython3.13.a` in it. `FASTICE_LIBRARY_DIR` names the directory of the static third-party libraries
//! (default: `../deps/lib` beside that tree). Without the first, the crate can be checked but not linked.
//! `FASTICE_FLAVOUR` names a file in `flavours`, without its ending: what the stub leaves out.

#[path = "build/flavour.rs"]
mod flavour;

use std::path::{Path, PathBuf};

use flavour::Flavour;

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

/// Functions that CPython and the libraries behind it call, and that the stub stands in for: `src/snapshot` for those that
/// allocate memory or keys of threads, `src/surroundings` for those of the libraries. It works for what is undefined in the archive of the caller
/// alone: calls inside of a libpython that was optimized at link time are bound.
const WRAPPED: [&str; 8] = [
    "malloc",
    "calloc",
    "realloc",
    "reallocarray",
    "free",
    "strdup",
    "wcsdup",
    "pthread_key_create",
];

/// The same in libraries that a flavour may leave out: the library, and its functions.
const WRAPPED_IN: [(&str, &[&str]); 2] = [
    (
        "crypto",
        &["X509_get_default_cert_dir", "X509_get_default_cert_file"],
    ),
    ("tinfo", &["_nc_next_db"]),
];

/// The part of `src/snapshot` that knows CPython's private structures.
const PRIVATE: [&str; 5] = ["dump.c", "restore.c", "streams.c", "run.c", "exit.c"];

/// Where the linker begins, unless the stub is position-independent. The guard is the page behind the program headers.
const FIXED_BASE: u64 = 0x20_0000;

/// Bytes of a page.
const PAGE: u64 = 4096;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    let flavour = Flavour::read();
    println!("cargo::rustc-check-cfg=cfg(linked, values(\"crypto\", \"tinfo\"))");
    for (library, _) in WRAPPED_IN {
        if flavour.has(library) {
            println!("cargo::rustc-cfg=linked=\"{library}\"");
        }
    }
    println!("cargo::rerun-if-env-changed=FASTICE_CPYTHON_DIR");
    println!("cargo::rerun-if-env-changed=FASTICE_LIBRARY_DIR");
    let Some(tree) = std::env::var_os("FASTICE_CPYTHON_DIR").map(PathBuf::from) else {
        return;
    };
    let libraries = std::env::var_os("FASTICE_LIBRARY_DIR")
        .map_or_else(|| tree.join("../deps/lib"), PathBuf::from);
    let arg = |argument: String| println!("cargo::rustc-link-arg-bins={argument}");

    println!("cargo::rerun-if-env-changed=FASTICE_HARDENED");
    let hardened = std::env::var_os("FASTICE_HARDENED").is_some_and(|value| value == "1");
    // Not position-independent unless that is asked for: faster code.
    arg(if hardened { "-pie" } else { "-no-pie" }.into());
    // It would differ by the directory that the stub is built in, and by nothing else that is left in the file.
    arg("-Wl,--build-id=none".into());
    // The entry point, in a segment of its own before all others (see src/guard.rs).
    arg("-Wl,-e,fastice_guard".into());
    let base = if hardened { 0 } else { FIXED_BASE };
    arg(format!("-Wl,--section-start=.guard={:#x}", base + PAGE));
    // gcc tells apart what the profile has seen running often, seldom and never: the first lies together.
    arg("-Wl,-z,keep-text-section-prefix".into());
    println!(
        "cargo::rustc-link-search=native={}",
        out_dir_without_unwinder().display()
    );
    // Extension modules bind to the interpreter in this executable, and to their own copies of everything else.
    arg(format!("-Wl,--dynamic-list={}", dynamic_list().display()));
    arg("-Wl,--whole-archive".into());
    if let Some(table) = flavour.table(hardened) {
        arg(table.display().to_string());
    }
    let libpython = flavour.libpython(&tree.join("libpython3.13.a"));
    arg(libpython.display().to_string());
    if let Some(script) = flavour.nowhere(&libpython, &libraries) {
        arg(script.display().to_string());
    }
    arg("-Wl,--no-whole-archive".into());
    // After optimization at link time they are part of libpython.
    for archive in OWN_ARCHIVES.map(|name| tree.join(name)) {
        if archive.exists() {
            arg(archive.display().to_string());
        }
    }
    for library in LIBRARIES.into_iter().filter(|name| flavour.has(name)) {
        arg(libraries
            .join(format!("lib{library}.a"))
            .display()
            .to_string());
    }
    // What a start snapshot holds, gathered in whole pages.
    println!("cargo::rerun-if-changed=warm.ld");
    arg(format!("-Wl,-T,{}", absolute("warm.ld").display()));
    let wrapped_in = WRAPPED_IN
        .into_iter()
        .filter(|(library, _)| flavour.has(library))
        .flat_map(|(_, functions)| functions);
    for function in WRAPPED.iter().chain(wrapped_in) {
        arg(format!("-Wl,--wrap={function}"));
    }
    compile_snapshot(&tree, hardened);
    for library in ["dl", "m", "pthread"] {
        arg(format!("-l{library}"));
    }
}

/// Compiles the C code against the headers of the very CPython in `tree`.
fn compile_snapshot(tree: &Path, hardened: bool) {
    let source = tree.join("../source");
    let directory = Path::new("src/snapshot/python");
    println!("cargo::rerun-if-changed={}", directory.display());
    let layout = io_layout(&source.join("Modules/_io"));
    cc::Build::new()
        .files(PRIVATE.map(|name| directory.join(name)))
        .include(tree)
        .include(source.join("Include"))
        .include(source.join("Include/internal"))
        .include(source.join("Modules/_io"))
        .include(layout)
        .define("Py_BUILD_CORE", "1")
        // As CPython itself is compiled; assertions would also name files of this machine.
        .define("NDEBUG", None)
        .pic(false)
        .flag(if hardened { "-fPIE" } else { "-fno-pie" })
        .flag("-std=c11")
        .warnings(true)
        .flag("-Wno-unused-parameter")
        .flag("-Wno-missing-field-initializers")
        .flag("-Wno-deprecated-declarations")
        .warnings_into_errors(true)
        .opt_level(2)
        .debug(false)
        .cargo_metadata(false)
        .compile("fastice_snapshot");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    println!(
        "cargo::rustc-link-arg-bins={}",
        out.join("libfastice_snapshot.a").display()
    );
}

/// Writes the structures of the standard streams' types, which CPython defines in source files, into a header, and returns its
/// directory.
fn io_layout(directory: &Path) -> PathBuf {
    const STRUCTURES: [(&str, &str, &str); 3] = [
        ("fileio.c", "typedef struct {", "} fileio;"),
        ("bufferedio.c", "typedef struct {", "} buffered;"),
        (
            "textio.c",
            "typedef PyObject *\n        (*encodefunc_t)",
            "\n};",
        ),
    ];
    let mut header = String::new();
    for (file, begin, end) in STRUCTURES {
        let path = directory.join(file);
        let text = fs_err::read_to_string(&path).unwrap_or_else(|error| panic!("{error}"));
        let missing = || panic!("{}: no structure up to `{end}`", path.display());
        let (end_at, begin_at) = if begin.starts_with("typedef struct") {
            let end_at = text.find(end).unwrap_or_else(missing);
            (end_at, text[..end_at].rfind(begin).unwrap_or_else(missing))
        } else {
            let begin_at = text.find(begin).unwrap_or_else(missing);
            let len = text[begin_at..].find(end).unwrap_or_else(missing);
            (begin_at + len, begin_at)
        };
        header.push_str(&text[begin_at..end_at + end.len()]);
        header.push('\n');
    }
    header.push_str("typedef struct textio textio;\n");
    let mut path = write("io_layout.h", &header);
    path.pop();
    path
}

fn absolute(path: &str) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|error| panic!("{path}: {error}"))
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
