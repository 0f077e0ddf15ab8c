//! Boots CPython from the image appended to this executable.
//!
//! [`executable`] finds and maps the file, [`image`] holds what was found in it, [`run`] takes CPython through
//! its three phases. [`processes`] tells children that are this program again what to run. [`vfs`] and [`native`]
//! stand between the C library and everything in the process.

#![no_main]

mod audit;
mod config;
mod environment;
mod executable;
mod extract;
mod failure;
mod frozen;
mod guard;
mod image;
mod memory;
mod module;
mod native;
mod path;
mod processes;
mod program;
mod run;
mod settings;
mod snapshot;
mod status;
mod surroundings;
mod trace;
mod unwind;
mod vfs;

use std::ffi::{c_char, c_int};

use config::CommandLine;
use snapshot::zones;

#[global_allocator]
static ALLOCATOR: zones::Own = zones::Own;

/// The C entry point. Not Rust's: that one would change the disposition of SIGPIPE, open closed standard streams
/// and handle SIGSEGV, and a Python process does none of this.
#[unsafe(no_mangle)]
extern "C" fn main(argc: c_int, argv: *const *const c_char) -> c_int {
    failure::catch_panics();
    vfs::hidden::look_up();
    // SAFETY: nothing ran before in this process but the C library's start.
    let marker = unsafe { processes::take_marker() };
    // SAFETY: the arguments of `main` are what the structure wants.
    match run::run(unsafe { CommandLine::from_main(argc, argv) }, marker) {
        Ok(status) => status,
        Err(failure) => failure.report(),
    }
}
