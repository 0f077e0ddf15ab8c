//! A step of a build: progress on the terminal, everything its programs print in a log.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write, pipe};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fs_err as fs;
use indicatif::{ProgressBar, ProgressStyle};
use miette::{IntoDiagnostic, bail};

use crate::cache;

/// Lines of the log that are shown when a program fails.
const TAIL: usize = 30;

/// A step that is under way.
pub(crate) struct Step {
    name: String,
    bar: ProgressBar,
    started: Instant,
    log_path: PathBuf,
    log: RefCell<fs::File>,
}

impl Step {
    /// Begins the step `name`, with its log in the file `log` of the cache.
    pub(crate) fn start(name: impl Into<String>, log: &str) -> miette::Result<Self> {
        let name = name.into();
        let directory = cache::directory()?.join("logs");
        fs::create_dir_all(&directory).into_diagnostic()?;
        let log_path = directory.join(format!("{log}.log"));
        let log = fs::File::create(&log_path).into_diagnostic()?;
        let bar = ProgressBar::new_spinner()
            .with_style(
                ProgressStyle::with_template("{spinner} {prefix} {elapsed} {wide_msg:.dim}")
                    .into_diagnostic()?,
            )
            .with_prefix(name.clone());
        bar.enable_steady_tick(Duration::from_millis(120));
        if bar.is_hidden() {
            eprintln!("{name} …");
        }
        Ok(Self {
            name,
            bar,
            started: Instant::now(),
            log_path,
            log: RefCell::new(log),
        })
    }

    /// Says what is being done.
    pub(crate) fn message(&self, text: impl Into<String>) {
        self.bar.set_message(text.into());
    }

    /// Runs a program to its end; its output goes to the log.
    ///
    /// # Errors
    /// When it cannot be started or fails; the end of its output is shown.
    pub(crate) fn run(&self, command: &mut Command) -> miette::Result<()> {
        let (output, writer) = pipe().into_diagnostic()?;
        let mut log = self.log.borrow_mut();
        writeln!(log, "+ {command:?}").into_diagnostic()?;
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(writer.try_clone().into_diagnostic()?)
            .stderr(writer)
            .spawn()
            .map_err(|error| miette::miette!("{program} cannot be started: {error}"))?;
        // The command still holds the writing ends of the pipe; reading would never come to an end.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut tail = VecDeque::with_capacity(TAIL);
        for line in BufReader::new(output).split(b'\n') {
            let line = String::from_utf8_lossy(&line.into_diagnostic()?).into_owned();
            writeln!(log, "{line}").into_diagnostic()?;
            if let Some(message) = told(&line) {
                self.bar.set_message(message);
            }
            if tail.len() == TAIL {
                tail.pop_front();
            }
            tail.push_back(line);
        }
        let status = child.wait().into_diagnostic()?;
        if !status.success() {
            self.bar.suspend(|| {
                for line in &tail {
                    eprintln!("{line}");
                }
            });
            bail!(
                help = format!("the whole log is in {}", self.log_path.display()),
                "{}: {program} failed ({status})",
                self.name,
            );
        }
        Ok(())
    }

    /// Runs a program and returns what it prints on stdout; stderr goes to the terminal.
    ///
    /// # Errors
    /// When it cannot be started or fails.
    pub(crate) fn output(command: &mut Command) -> miette::Result<String> {
        let program = command.get_program().to_string_lossy().into_owned();
        let output = command
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| miette::miette!("{program} cannot be started: {error}"))?;
        if !output.status.success() {
            bail!("{command:?} failed ({})", output.status);
        }
        String::from_utf8(output.stdout).into_diagnostic()
    }

    /// Ends the step and tells how long it took.
    pub(crate) fn finish(self) {
        let took = self.started.elapsed();
        self.bar.finish_and_clear();
        eprintln!("{} … {:.1} s", self.name, took.as_secs_f64());
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// What a line of output tells about the progress: the object that a compiler makes, else the line itself.
fn told(line: &str) -> Option<String> {
    let object = line
        .split_once(" -o ")
        .and_then(|(_, rest)| rest.split_whitespace().next());
    Some(object.unwrap_or_else(|| line.trim()).to_owned()).filter(|text| !text.is_empty())
}
