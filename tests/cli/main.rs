//! The command line from outside: what it accepts, what it says, what it leaves behind.
//!
//! These tests need a builder with its runtime: `cargo xtask test`, or `FASTICE_RUNTIME` with a runtime pack.

mod bad_archives;
mod bad_dependencies;
mod bad_executables;
mod bad_input;
mod bad_outputs;
mod check;
mod commands;
mod configuration;
mod contents;
mod inside;
mod interrupt;
mod json;
mod locks;
mod reference;
mod support;
mod terminal;
mod tools;
mod trace;
