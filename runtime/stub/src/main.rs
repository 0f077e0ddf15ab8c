//! Boots CPython from the image appended to this executable.
fn main() {}
