//! Variables of the environment that modules of the snapshot have read.

use std::ffi::OsStr;

use fastice_image::Guard;

/// Are all of them in this process what they were when the snapshot was made?
pub(super) fn hold(guards: &[Guard]) -> bool {
    guards.iter().all(|guard| {
        std::env::var_os(&guard.name).as_deref() == guard.value.as_deref().map(OsStr::new)
    })
}
