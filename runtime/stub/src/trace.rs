//! `FASTICE_TRACE=startup`: how long each phase of the start takes.

use std::io::{self, Write};
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

/// When the running phase began; nothing unless somebody asked.
static BEGIN: OnceLock<Option<Mutex<Instant>>> = OnceLock::new();

/// Starts the watch, if it was asked for.
pub(crate) fn start() {
    let wanted = std::env::var_os("FASTICE_TRACE").is_some_and(|topics| topics == "startup");
    BEGIN.get_or_init(|| wanted.then(|| Mutex::new(Instant::now())));
    if wanted {
        // SAFETY: the function may be called at any time. Should the C library refuse, the last line is missing.
        unsafe { libc::atexit(end) };
    }
}

/// Called by the C library when everything else is done, however the program ended.
extern "C" fn end() {
    phase("end");
}

/// Tells on stderr how long the phase took that ends now.
pub(crate) fn phase(name: &str) {
    let Some(Some(begin)) = BEGIN.get() else {
        return;
    };
    let Ok(mut begin) = begin.lock() else {
        return;
    };
    // Not eprintln!, which panics when stderr is closed.
    let _ = writeln!(
        io::stderr(),
        "fastice: {:>6} µs {name}",
        begin.elapsed().as_micros()
    );
    *begin = Instant::now();
}
