//! `FASTICE_TRACE=native`: how each library is loaded.

use std::fmt::Arguments;
use std::sync::OnceLock;

/// Was the trace asked for when the first library was loaded?
fn is_wanted() -> bool {
    static WANTED: OnceLock<bool> = OnceLock::new();
    *WANTED.get_or_init(|| {
        std::env::var("FASTICE_TRACE")
            .is_ok_and(|topics| topics.split(',').any(|topic| topic == "native"))
    })
}

/// Prints a line to stderr, if the trace was asked for.
pub(crate) fn line(text: Arguments<'_>) {
    if is_wanted() {
        eprintln!("fastice: native: {text}");
    }
}
