//! Any bytes as an executable.

#![no_main]

mod everything;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    // Damage is what most of them have; only how it is told matters here.
    let _ = everything::read(file);
});
