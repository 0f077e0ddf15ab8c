//! Puts the runtime pack named by `FASTICE_RUNTIME_PACK` into the builder; without it the builder
//! carries none.

use std::env;
use std::path::{Path, PathBuf};

use fs_err as fs;

fn main() {
    println!("cargo::rerun-if-env-changed=FASTICE_RUNTIME_PACK");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let named = env::var_os("FASTICE_RUNTIME_PACK").filter(|value| !value.is_empty());
    let (path, hash) = if let Some(path) = named {
        let path = PathBuf::from(path);
        println!("cargo::rerun-if-changed={}", path.display());
        let hash = hash(&path);
        (path, hash)
    } else {
        let empty = out.join("no-runtime");
        fs::write(&empty, b"").expect("OUT_DIR is writable");
        (empty, String::new())
    };
    let literal = format!(
        "{:?}",
        path.to_str().expect("the path of the pack is UTF-8")
    );
    let source = format!(
        "/// The runtime pack, empty if this builder carries none.\n\
         static EMBEDDED: &[u8] = include_bytes!({literal});\n\
         /// XXH3 (128 bit) of `EMBEDDED`, hexadecimal.\n\
         const EMBEDDED_HASH: &str = {hash:?};\n"
    );
    fs::write(out.join("pack.rs"), source).expect("OUT_DIR is writable");
}

/// The hash that names the unpacked pack in the cache.
fn hash(path: &Path) -> String {
    let bytes = fs::read(path)
        .unwrap_or_else(|error| panic!("FASTICE_RUNTIME_PACK={}: {error}", path.display()));
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(&bytes))
}
