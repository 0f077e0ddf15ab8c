//! CPython's three phases, from nothing to the exit status.

use std::ffi::{c_char, c_int};

use crate::failure::Failure;
use crate::image;

/// Runs the program in the image and returns its exit status.
///
/// # Errors
/// When Python could not be started.
pub(crate) fn run(_argc: c_int, _argv: *const *const c_char) -> Result<c_int, Failure> {
    image::load()?;
    Ok(0)
}
