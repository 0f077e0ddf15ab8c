//! `cargo xtask cpython-tests`: CPython's own tests, in a frozen interpreter and in the same one unfrozen.
//!
//! What passes unfrozen must pass frozen, case by case, or stand in `expected.toml` with its reason.

mod compare;
mod expected;
mod interpreter;
mod outcome;
mod table;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use fs_err as fs;
use miette::{IntoDiagnostic, bail};

use super::runtime;
use crate::runtime::{Request, Tested, provide_tested};
use crate::step::Step;
use compare::Comparison;
use expected::Expected;
use outcome::Store;

/// Runs test files by regrtest and writes their outcomes.
const DRIVER: &str = include_str!("driver.py");

/// Resources that tests may use: `python -m test --help`. Nothing from the network, no sound, no gigabytes.
const RESOURCES: &str = "--use=subprocess,curses,console";

/// What to run, and with which runtime.
#[derive(clap::Args)]
#[group(id = "cpython-tests")]
pub(crate) struct Options {
    /// Test files, as regrtest names them: `test_os`, `test.test_asyncio.test_events` [default: all]
    #[arg(value_name = "TEST")]
    tests: Vec<String>,
    /// Run the selection that `cargo xtask test` runs
    #[arg(long, conflicts_with = "tests")]
    fast: bool,
    #[command(flatten)]
    flow: Flow,
    #[command(flatten)]
    runtime: runtime::Options,
}

/// What is done anew, and what comes out.
#[derive(clap::Args)]
struct Flow {
    /// Write docs/development/cpython-tests-table.md
    #[arg(long)]
    table: bool,
    /// Run the unfrozen interpreter too where its outcomes are known
    #[arg(long)]
    again: bool,
    /// Take the outcomes in this very frozen interpreter that are known from earlier runs
    #[arg(long)]
    resume: bool,
    /// Test files at a time
    #[arg(long, default_value_t = WORKERS)]
    workers: usize,
}

/// Test files at a time.
const WORKERS: usize = 2;

pub(crate) fn run(options: &Options) -> miette::Result<()> {
    let tested = provide_tested(&options.runtime.request())?;
    let expected = Expected::read()?;
    let names = if options.fast {
        &expected.fast
    } else {
        &options.tests
    };
    check(&tested, names, &expected, &options.flow)
}

/// Runs the fast selection.
pub(crate) fn fast(request: &Request) -> miette::Result<()> {
    let expected = Expected::read()?;
    let flow = Flow {
        table: false,
        again: false,
        resume: false,
        workers: WORKERS,
    };
    check(&provide_tested(request)?, &expected.fast, &expected, &flow)
}

/// The test files that regrtest makes of `names`: packages become their modules. All files if there are no names.
fn list(tested: &Tested, names: &[String]) -> miette::Result<BTreeSet<String>> {
    let text = Step::output(
        Command::new(tested.suite.python())
            .args(["-m", "test", "--list-tests"])
            .args(names),
    )?;
    // `test.test_asyncio.test_events` is the same as `test_asyncio.test_events`: both are written.
    let name = |line: &str| line.strip_prefix("test.").unwrap_or(line).to_owned();
    Ok(text.lines().map(name).collect())
}

/// One of the two interpreters, and where its outcomes are kept.
struct Side<'a> {
    name: &'static str,
    python: &'a Path,
    store: Store,
}

impl Side<'_> {
    /// Runs `files` and keeps what came out.
    fn run(&self, files: &BTreeSet<String>, workers: usize) -> miette::Result<()> {
        if files.is_empty() {
            return Ok(());
        }
        eprintln!("\n{} test files, {} …", files.len(), self.name);
        let scratch = tempfile::tempdir().into_diagnostic()?;
        let driver = scratch.path().join("driver.py");
        fs::write(&driver, DRIVER).into_diagnostic()?;
        // The library of a frozen interpreter is read-only: tests write into the working directory. It is empty,
        // so that nothing in it is imported.
        let directory = scratch.path().join("work");
        fs::create_dir(&directory).into_diagnostic()?;
        let outcomes = scratch.path().join("outcomes");
        // A shell that starts this in the background lets it ignore SIGINT, and tests that are about it fail.
        let status = Command::new("env")
            .arg("--default-signal=INT")
            .arg(self.python)
            .arg(&driver)
            .arg(&outcomes)
            .args(["--rerun", "--timeout=900", RESOURCES])
            .arg(format!("--tempdir={}", directory.display()))
            .arg(format!("-j{workers}"))
            .args(files)
            .current_dir(&directory)
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| KEPT.iter().any(|kept| name == kept)))
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::from(std::io::stderr()))
            .status()
            .into_diagnostic()?;
        self.store.keep(&outcomes)?;
        // Failed tests are no news here: 2, failed; 3, changed their environment; 4, ran no test; 5, failed at first.
        if !matches!(status.code(), Some(0 | 2..=5)) {
            bail!("regrtest in {} failed ({status})", self.python.display());
        }
        Ok(())
    }
}

/// Variables of the environment that tests may see.
const KEPT: [&str; 4] = ["HOME", "PATH", "TERM", "USER"];

/// Runs the test files that `names` mean on both sides, as far as their outcomes are not known, and compares.
fn check(
    tested: &Tested,
    names: &[String],
    expected: &Expected,
    flow: &Flow,
) -> miette::Result<()> {
    let mut files = list(tested, names)?;
    files.retain(|file| !expected.is_left_out(file));
    let python = tested.suite.python();
    let interpreter = interpreter::provide(&tested.pack)?;
    let unfrozen = Side {
        name: "unfrozen",
        python: &python,
        store: Store::open(&format!("unfrozen-{}", tested.suite.key))?,
    };
    let frozen = Side {
        name: "frozen",
        python: &interpreter.python,
        store: Store::open(&format!("frozen-{}", interpreter.key))?,
    };
    for (side, reuse) in [(&unfrozen, !flow.again), (&frozen, flow.resume)] {
        let left = files
            .iter()
            .filter(|file| !(reuse && side.store.has(file)))
            .cloned()
            .collect();
        side.run(&left, flow.workers)?;
    }
    let mut comparison = Comparison::default();
    for file in &files {
        comparison.add(file, unfrozen.store.get(file)?, frozen.store.get(file)?);
    }
    if flow.table {
        table::write(&comparison, expected)?;
    }
    comparison.check(expected)
}
