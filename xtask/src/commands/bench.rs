//! `cargo xtask bench`.

mod build;
mod frozen;
mod import;
mod native;
mod speed;
mod start;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Subcommand;
use fs_err as fs;
use miette::{IntoDiagnostic, bail};

use super::build::builder;
use super::runtime;
use crate::step::Step;
use crate::workspace;

/// What to measure, and with which runtime.
#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// How long building takes, how much memory, and how large the result is, beside `PyInstaller` and `cx_Freeze`
    Build(build::Options),
    /// How fast benchmarks of pyperformance run frozen, against python3 of this machine and a build of the same CPython with -O3
    Speed(speed::Options),
    /// How long programs take that begin with a snapshot, against python and /bin/true; their memory and size
    Start {
        /// Runs of each program
        #[arg(long, default_value_t = 100)]
        runs: usize,
        #[command(flatten)]
        runtime: runtime::Options,
    },
    /// What finding a frozen module takes, and starting with many of them
    Frozen {
        /// Runs of each program
        #[arg(long, default_value_t = 50)]
        runs: usize,
        #[command(flatten)]
        runtime: runtime::Options,
    },
    /// What imports with native code take, against the unfrozen interpreter of the same build
    Native {
        /// Pairs of runs of each import
        #[arg(long, default_value_t = 30)]
        rounds: usize,
        #[command(flatten)]
        runtime: runtime::Options,
    },
    /// What finding and importing a module takes in programs of 100, 1,000 and 10,000 modules, against files on the disk
    Import {
        /// Runs of each program
        #[arg(long, default_value_t = 15)]
        runs: usize,
        #[command(flatten)]
        runtime: runtime::Options,
    },
    /// What `stat`, `access` and `open` take on real files, with and without the virtual file tree before them
    Files {
        /// Rounds of each measurement
        #[arg(long, default_value_t = 50)]
        rounds: usize,
        #[command(flatten)]
        runtime: runtime::Options,
    },
}

/// A program whose run time is measured.
struct Subject {
    name: String,
    command: Vec<PathBuf>,
    times: Vec<Duration>,
}

pub(crate) fn run(options: &Options) -> miette::Result<()> {
    match &options.what {
        What::Build(options) => build::run(options),
        What::Speed(options) => speed::run(options),
        What::Start { runs, runtime } => start::run(*runs, runtime),
        What::Frozen { runs, runtime } => frozen::run(*runs, runtime),
        What::Native { rounds, runtime } => native::run(*rounds, runtime),
        What::Import { runs, runtime } => import::run(*runs, runtime),
        What::Files { rounds, runtime } => files(*rounds, runtime),
    }
}

/// Measures all subjects and prints the result.
fn compare(subjects: &mut [Subject], runs: usize) -> miette::Result<()> {
    // Interleaved: whatever else the machine does meanwhile slows all of them.
    for round in 0..=runs {
        for subject in &mut *subjects {
            let time = measure(&subject.command)?;
            if round > 0 {
                subject.times.push(time);
            }
        }
    }
    report(subjects);
    Ok(())
}

fn files(rounds: usize, options: &runtime::Options) -> miette::Result<()> {
    let builder = builder(&options.request())?;
    let script = workspace::root().join("xtask/src/commands/bench/files.py");
    let program = workspace::target_directory().join("bench/files");
    freeze(&builder, &script, &program, &[])?;
    let status = Command::new(&program)
        .arg(rounds.to_string())
        .status()
        .into_diagnostic()?;
    if !status.success() {
        bail!("{} failed ({status})", program.display());
    }
    Ok(())
}

/// The interpreter behind `python3`, which may be a script that looks for one.
fn machines_python() -> miette::Result<PathBuf> {
    let path =
        Step::output(Command::new("python3").args(["-c", "import sys; print(sys.executable)"]))?;
    Ok(path.trim().into())
}

fn freeze(builder: &Path, script: &Path, program: &Path, options: &[&str]) -> miette::Result<()> {
    if let Some(parent) = program.parent() {
        fs::create_dir_all(parent).into_diagnostic()?;
    }
    let status = Command::new(builder)
        .args(["build", "--quiet", "--output"])
        .arg(program)
        .arg(script)
        .args(options)
        .status()
        .into_diagnostic()?;
    if !status.success() {
        bail!("{} could not be frozen ({status})", script.display());
    }
    Ok(())
}

fn measure(command: &[PathBuf]) -> miette::Result<Duration> {
    let started = Instant::now();
    let status = Command::new(&command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .into_diagnostic()?;
    let took = started.elapsed();
    if !status.success() {
        bail!("{} failed ({status})", command[0].display());
    }
    Ok(took)
}

/// Prints medians, and ratios to the first subject.
fn report(subjects: &mut [Subject]) {
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    let mut first = None;
    println!("{:<24} {:>10} {:>8}", "", "median", "ratio");
    for subject in subjects {
        let time = median(&mut subject.times).as_secs_f64();
        let ratio = time / *first.get_or_insert(time);
        println!("{:<24} {:>7.1} ms {ratio:>7.2}×", subject.name, time * 1e3);
    }
}
