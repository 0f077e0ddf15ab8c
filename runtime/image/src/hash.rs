//! The one checksum of the format.

use xxhash_rust::xxh3;

/// XXH3, 64 bit, seed 0.
pub(crate) fn xxh3(bytes: &[u8]) -> u64 {
    xxh3::xxh3_64(bytes)
}

/// XXH3, 64 bit, with a seed.
pub(crate) fn xxh3_with_seed(bytes: &[u8], seed: u64) -> u64 {
    xxh3::xxh3_64_with_seed(bytes, seed)
}

/// Are these the bytes whose checksum was written?
///
/// A fuzzer cannot guess checksums: under `cfg(fuzzing)` every checksum is right, so that what lies behind them
/// is fuzzed too.
pub(crate) fn is_intact(bytes: &[u8], expected: u64) -> bool {
    cfg!(fuzzing) || xxh3(bytes) == expected
}
