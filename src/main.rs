//! The `fastice` command.
fn main() {}
