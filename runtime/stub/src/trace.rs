//! `FASTICE_TRACE=startup`: how long each phase of the start takes.

use std::io::{self, Write};
use std::time::Instant;

/// A stopwatch that prints a line to stderr for each phase, if it was asked to.
pub(crate) struct Trace(Option<Instant>);

impl Trace {
    /// Starts the watch.
    pub(crate) fn start() -> Self {
        let wanted = std::env::var_os("FASTICE_TRACE").is_some_and(|topics| topics == "startup");
        Self(wanted.then(Instant::now))
    }

    /// Tells how long the phase took that ends now.
    pub(crate) fn phase(&mut self, name: &str) {
        if let Some(begin) = self.0 {
            // Not eprintln!, which panics when stderr is closed.
            let _ = writeln!(
                io::stderr(),
                "fastice: {:>6} µs {name}",
                begin.elapsed().as_micros()
            );
            self.0 = Some(Instant::now());
        }
    }
}
