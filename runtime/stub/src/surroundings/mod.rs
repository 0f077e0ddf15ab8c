//! What the linked libraries take from the machine, where another machine than the one they were compiled for has it.
//!
//! Each of these is a function of a static library; the linker lets its callers call the definition here instead
//! (`--wrap`, see `build.rs`). Nothing else changes: no variable of the environment, which child processes would inherit.

#[cfg(linked = "crypto")]
mod certificates;
#[cfg(linked = "tinfo")]
mod terminals;
