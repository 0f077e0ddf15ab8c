//! The reporter for people: a spinner or a bar on a terminal, plain lines elsewhere.

use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Reporter, Warning, diagnostic, format};
use crate::Error;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// Stages, warnings and the summary.
    Normal,
    /// Also what each stage decided.
    Verbose,
}

/// Reports to stderr.
pub struct Terminal {
    verbosity: Verbosity,
    /// Something that moves may be drawn.
    animated: bool,
    stage: Mutex<Option<Stage>>,
    /// Stages that ended, with their durations.
    ended: Mutex<Vec<(String, Duration)>>,
    /// What was warned of.
    warnings: Mutex<Vec<Warning>>,
}

/// On a terminal, stages that took less than this leave nothing behind.
const TOLD: Duration = Duration::from_secs(1);

/// The stage that is going on.
struct Stage {
    name: String,
    begun: Instant,
    bar: ProgressBar,
}

impl Terminal {
    /// A reporter. `animated`: stderr is a terminal. Colours are taken out by `anstream` where they are not wanted.
    pub fn new(verbosity: Verbosity, animated: bool) -> Self {
        Self {
            verbosity,
            animated,
            stage: Mutex::new(None),
            ended: Mutex::new(Vec::new()),
            warnings: Mutex::new(Vec::new()),
        }
    }
    /// How much is said.
    pub fn verbosity(&self) -> Verbosity {
        self.verbosity
    }
    /// The stages that ended, with their durations.
    pub fn timings(&self) -> Vec<(String, Duration)> {
        self.ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
    /// What was warned of so far.
    pub fn warnings(&self) -> Vec<Warning> {
        self.warnings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
    /// Ends the current stage, so that other things can be printed.
    pub fn finish(&self) {
        if let Some(stage) = self.stage().take() {
            self.end(&stage);
        }
    }
    /// Prints a message of any number of lines for people; not when quiet.
    pub fn say(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.print(text);
        }
    }
    /// Prints an error, whatever the verbosity.
    pub fn error(&self, error: &Error) {
        self.finish();
        self.print(&diagnostic::render(error, diagnostic::Severity::Error));
    }

    fn stage(&self) -> std::sync::MutexGuard<'_, Option<Stage>> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Takes a stage's bar away; on a terminal a line with its duration remains of those that took time.
    fn end(&self, stage: &Stage) {
        stage.bar.finish_and_clear();
        self.ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((stage.name.clone(), stage.begun.elapsed()));
        let is_told = stage.begun.elapsed() >= TOLD || self.verbosity > Verbosity::Normal;
        if self.animated && self.verbosity > Verbosity::Quiet && is_told {
            let time = format::duration(stage.begun.elapsed());
            write(&format!("{} ({time})", stage.name));
        }
    }
    /// Prints above the bar, if there is one.
    fn print(&self, text: &str) {
        match self.stage().as_ref() {
            Some(stage) => stage.bar.suspend(|| write(text)),
            None => write(text),
        }
    }
}

/// Writes text to stderr, ended by one newline. A closed stderr must not end the build.
fn write(text: &str) {
    let _ = writeln!(anstream::stderr(), "{}", text.trim_end_matches('\n'));
}

impl Reporter for Terminal {
    fn stage(&self, name: &str) {
        let mut current = self.stage();
        if let Some(previous) = current.take() {
            self.end(&previous);
        }
        let bar = if self.animated && self.verbosity > Verbosity::Quiet {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(spinner());
            bar.set_message(name.to_owned());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        } else {
            if self.verbosity > Verbosity::Quiet {
                write(name);
            }
            ProgressBar::hidden()
        };
        *current = Some(Stage {
            name: name.to_owned(),
            begun: Instant::now(),
            bar,
        });
    }

    fn progress(&self, done: u64, total: u64) {
        if let Some(stage) = self.stage().as_ref() {
            if stage.bar.length() != Some(total) {
                stage.bar.set_length(total);
                stage.bar.set_style(counter());
            }
            stage.bar.set_position(done);
        }
    }

    fn detail(&self, text: &str) {
        if self.verbosity >= Verbosity::Verbose {
            self.print(&format!("  {text}"));
        }
    }

    fn warn(&self, warning: &Error) {
        self.warnings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Warning::from(warning));
        if self.verbosity > Verbosity::Quiet {
            self.print(&diagnostic::render(warning, diagnostic::Severity::Warning));
        }
    }
}

/// A stage whose length is not known.
fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// A stage that counts.
fn counter() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg} {bar:30} {pos}/{len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
