//! Chores of this workspace: `cargo xtask demo | runtime | build | test | bench`.
fn main() {}
