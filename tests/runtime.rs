//! What the runtime pack is, seen with binutils and from inside: its linkage, its manifest, its modules.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::env;
use std::path::Path;
use std::process::Command;

use fastice::runtime::Pack;
use support::{Workspace, python, stderr, stdout};

/// What a program prints; it has to succeed.
fn run(program: impl AsRef<Path>, arguments: &[&str]) -> String {
    let output = Command::new(program.as_ref())
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output)
}

/// What a line of Python prints in the runtime.
fn ask(code: &str) -> String {
    run(python(), &["-c", code]).trim().to_owned()
}

/// `nm`, `readelf` or `objdump` on the runtime.
fn inspect(tool: &str, arguments: &[&str]) -> String {
    let runtime = python();
    run(tool, &[arguments, &[runtime.to_str().unwrap()]].concat())
}

/// The names in a list of the workspace.
fn listed(path: &str) -> BTreeSet<String> {
    let text = fs_err::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn manifest() -> serde_json::Value {
    serde_json::from_str(&Pack::locate().unwrap().manifest().unwrap()).unwrap()
}

#[test]
fn exports_what_python_exports_and_what_is_interposed() {
    let symbols = inspect("nm", &["--dynamic", "--defined-only", "--format=posix"]);
    let exported: BTreeSet<String> = symbols
        .lines()
        .filter_map(|line| line.split(' ').next())
        // Variables of the C library that a program which is not position-independent holds a copy of.
        .filter(|name| !name.contains('@'))
        .map(str::to_owned)
        .collect();
    let interposed = listed("runtime/stub/interposed.txt");
    let mut expected = listed("runtime/cpython/exports.txt");
    assert!(expected.is_disjoint(&interposed));
    expected.extend(interposed);
    assert_eq!(exported, expected);
}

#[test]
fn needs_the_c_library_and_nothing_else() {
    let dynamic = inspect("readelf", &["--dynamic", "--wide"]);
    let needed: BTreeSet<&str> = dynamic
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .filter_map(|line| line.split(['[', ']']).nth(1))
        .collect();
    assert!(needed.contains("libc.so.6"), "{dynamic}");
    // All of them are glibc; before version 2.34 it had more libraries.
    let c_library = [
        "libc.so.6",
        "libm.so.6",
        "ld-linux-x86-64.so.2",
        "libdl.so.2",
        "libpthread.so.0",
        "librt.so.1",
        "libutil.so.1",
    ];
    assert!(needed.is_subset(&c_library.into()), "{needed:?}");
    assert!(!dynamic.contains("PATH)"), "{dynamic}");
}

#[test]
fn runs_on_the_glibc_that_the_manifest_names() {
    let symbols = inspect("objdump", &["--dynamic-syms"]);
    let newest: Vec<u32> = symbols
        .split(|c: char| c.is_whitespace() || c == '(' || c == ')')
        .filter_map(|word| word.strip_prefix("GLIBC_"))
        .map(|version| {
            version
                .split('.')
                .map(|part| part.parse().unwrap())
                .collect()
        })
        .max()
        .unwrap();
    let claimed = manifest()["glibc"].as_str().unwrap().to_owned();
    let parts: Vec<u32> = claimed
        .split('.')
        .map(|part| part.parse().unwrap())
        .collect();
    assert_eq!(newest, parts);
    assert!(newest <= vec![2, 34], "{claimed}");
}

#[test]
fn is_the_python_that_the_manifest_names() {
    let manifest = manifest();
    let version = ask("import platform; print(platform.python_version())");
    assert_eq!(manifest["version"], *version);
    let magic = ask("import importlib.util as u; print(int.from_bytes(u.MAGIC_NUMBER, 'little'))");
    assert_eq!(manifest["magic"].to_string(), magic);
    let triplet = ask("import sysconfig; print(sysconfig.get_config_var('MULTIARCH'))");
    assert_eq!(manifest["platform"], *triplet);
}

#[test]
fn has_every_expected_module_compiled_in() {
    let expected = listed("runtime/cpython/modules.txt");
    let named: BTreeSet<String> =
        serde_json::from_value(manifest()["builtin_modules"].clone()).unwrap();
    assert_eq!(named, expected);
    let names: Vec<&str> = expected.iter().map(String::as_str).collect();
    // Each can be initialized, not only found.
    ask(&format!("import {}", names.join(", ")));
    let found = ask("import sys; print(*sys.builtin_module_names)");
    let found: BTreeSet<String> = found.split(' ').map(str::to_owned).collect();
    assert!(found.is_superset(&expected));
}

#[test]
fn libraries_inside_work() {
    ask("import ssl; ssl.create_default_context()");
    ask("import sqlite3; sqlite3.connect(':memory:').execute('select json_array(1)')");
    ask("import zlib, bz2, lzma; [m.decompress(m.compress(b'x')) for m in (zlib, bz2, lzma)]");
    ask("import ctypes; ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 3)()");
    ask("import uuid; uuid.uuid1()");
    ask("import hashlib; [hashlib.new(name) for name in hashlib.algorithms_guaranteed]");
    assert_eq!(ask("import readline; print(readline.backend)"), "editline");
}

#[test]
fn sysconfig_is_fit_for_extension_modules() {
    let value = |name: &str| {
        ask(&format!(
            "import sysconfig; print(sysconfig.get_config_var({name:?}))"
        ))
    };
    assert_eq!(value("EXT_SUFFIX"), ".cpython-313-x86_64-linux-gnu.so");
    assert_eq!(value("CCSHARED"), "-fPIC");
    assert_eq!(value("prefix"), "/fastice");
    let all = ask("import sysconfig; print(sysconfig.get_config_vars())");
    for flag in ["-fno-pic", "-fno-pie", "-no-pie"] {
        assert!(!all.contains(flag), "{flag}: {all}");
    }
}

/// Parts of paths of this machine that builds see.
fn paths_of_this_machine() -> Vec<String> {
    let own = [
        env!("CARGO_MANIFEST_DIR"),
        "/.cargo/",
        "runtime-build",
        "unfinished-",
    ];
    let home = env::var("HOME").into_iter();
    own.into_iter()
        .map(str::to_owned)
        .chain(home.filter(|home| home.len() > 1).map(|home| home + "/"))
        .collect()
}

#[test]
fn names_no_path_of_the_machine_that_built_it() {
    let stub = Pack::locate().unwrap().stub().unwrap();
    // What lies in the image is compressed: it is read from inside.
    let search = format!(
        "import os
paths = [path.encode() for path in {:?}]
for directory, _, files in os.walk('/fastice'):
    for name in files:
        file = os.path.join(directory, name)
        with open(file, 'rb') as stream:
            contents = stream.read()
        for path in paths:
            # In the code of pip and others: a directory of every machine.
            if path in contents and path != b'/root/':
                print(file, path)",
        paths_of_this_machine()
    );
    assert_eq!(ask(&search), "");
    let workspace = Workspace::new();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/hello/hello.py");
    let program = fs_err::read(workspace.freeze(&[script])).unwrap();
    for path in paths_of_this_machine() {
        for (what, bytes) in [("the stub", stub), ("a frozen program", &program)] {
            let mut windows = bytes.windows(path.len());
            let found = windows.any(|window| window == path.as_bytes());
            assert!(!found, "{what} contains {path}");
        }
    }
}

#[test]
fn carries_the_licences_of_what_it_is_made_of() {
    let directory = "/fastice/share/licenses";
    let packages = manifest()["libraries"].as_object().unwrap().clone();
    assert!(packages.contains_key("libssl-dev"));
    for package in packages.keys() {
        let text = ask(&format!(
            "print(open('{directory}/{package}/copyright').read())"
        ));
        assert!(!text.is_empty(), "{package}");
    }
    let compiler = packages.keys().find(|name| name.starts_with("libgcc"));
    let text = ask(&format!(
        "print(open('{directory}/{}/copyright').read())",
        compiler.unwrap()
    ));
    assert!(text.contains("GCC RUNTIME LIBRARY EXCEPTION"), "{text}");
    let python = ask(&format!(
        "print(open('{directory}/cpython/LICENSE').read())"
    ));
    assert!(
        python.contains("PYTHON SOFTWARE FOUNDATION LICENSE"),
        "{python}"
    );
}
