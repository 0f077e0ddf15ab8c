//! `cargo xtask bench build`: how long building takes, how much memory, and how large the result is, beside `PyInstaller` and `cx_Freeze`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use fs_err as fs;
use miette::{IntoDiagnostic, bail};
use walkdir::WalkDir;

use super::super::build::builder;
use super::super::runtime;
use crate::step::Step;
use crate::{packages, workspace};

/// The others, from PyPI.
const OTHERS: [&str; 2] = ["pyinstaller==6.22.3", "cx_Freeze==8.7.3"];

/// Programs: name, what they depend on, source. The versions run on the Pythons of both sides.
const PROJECTS: [(&str, &[&str], &str); 3] = [
    ("hello", &[], "print('hello')\n"),
    (
        "django",
        &["django==5.2.8"],
        "import django\nfrom django.conf import settings\n\
            settings.configure(INSTALLED_APPS=['django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.admin'])\n\
            django.setup()\nprint(django.get_version())\n",
    ),
    (
        "numpy",
        &["numpy==2.3.5", "pandas==2.3.3"],
        "import numpy, pandas\nprint(numpy.arange(3).sum(), pandas.DataFrame({'a': [1]}).shape)\n",
    ),
];

#[derive(clap::Args)]
pub(super) struct Options {
    /// Builds of each kind; the fastest counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only projects whose name contains this
    #[arg(long, value_name = "TEXT", default_value = "")]
    filter: String,
    /// Leave the others out
    #[arg(long)]
    alone: bool,
    #[command(flatten)]
    runtime: runtime::Options,
}

/// What a build took.
struct Cost {
    /// Seconds.
    time: f64,
    /// Largest resident set of any of its processes, in KiB.
    memory: u64,
}

pub(super) fn run(options: &Options) -> miette::Result<()> {
    packages::provide(["time", "binutils"])?;
    let builder = builder(&options.runtime.request())?;
    let place = workspace::target_directory().join("bench/build");
    for (name, requirements, source) in PROJECTS {
        if !name.contains(&options.filter) {
            continue;
        }
        let place = place.join(name);
        fs::create_dir_all(&place).into_diagnostic()?;
        // Not named as what it imports.
        let script = place.join(format!("use_{name}.py"));
        fs::write(&script, source).into_diagnostic()?;
        println!("{name}");
        let fastest = fastice(&builder, &place, &script, requirements, options.rounds)?;
        if !options.alone {
            others(&place, &script, requirements, fastest, options.rounds)?;
        }
    }
    Ok(())
}

/// Measures fastice with an empty cache and with a full one; returns seconds of the latter. Dependencies are installed
/// beforehand, as they are for the others.
fn fastice(
    builder: &Path,
    place: &Path,
    script: &Path,
    requirements: &[&str],
    rounds: usize,
) -> miette::Result<f64> {
    let site = place.join("site");
    let mut arguments: Vec<PathBuf> = vec!["build".into(), "--quiet".into(), script.into()];
    let python = place.join("python");
    if !requirements.is_empty() {
        // The runtime itself installs, so that wheels are for it.
        let mut command = Command::new(builder);
        command.args(["build", "--quiet", "--interpreter", "--output"]);
        Step::output(command.arg(&python))?;
        let mut command = Command::new(&python);
        command.args(["-m", "pip", "install", "--quiet", "--upgrade", "--target"]);
        Step::output(command.arg(&site).args(requirements))?;
        arguments.extend(["--site".into(), site]);
    }
    let cache = place.join("cache");
    let program = place.join("frozen");
    arguments.extend(["--output".into(), program.clone()]);
    let build = || {
        let mut command = Command::new(builder);
        command.args(&arguments).env("FASTICE_CACHE_DIR", &cache);
        measure(&mut command)
    };
    let keep_runtime = || -> miette::Result<()> {
        for entry in fs::read_dir(&cache).into_diagnostic()? {
            let path = entry.into_diagnostic()?.path();
            if !path.ends_with("runtime") {
                fs::remove_dir_all(path).into_diagnostic()?;
            }
        }
        Ok(())
    };
    build()?;
    let mut cold = Vec::new();
    let mut warm = Vec::new();
    for _ in 0..rounds {
        keep_runtime()?;
        cold.push(build()?);
        warm.push(build()?);
    }
    let size = fs::metadata(&program).into_diagnostic()?.len();
    report("fastice, empty cache", &cold, size, None);
    Ok(report("fastice, nothing changed", &warm, size, None))
}

fn others(
    place: &Path,
    script: &Path,
    requirements: &[&str],
    fastest: f64,
    rounds: usize,
) -> miette::Result<()> {
    let environment = place.join("environment");
    if !environment.join("bin/cxfreeze").is_file() {
        Step::output(
            Command::new("python3")
                .args(["-m", "venv"])
                .arg(&environment),
        )?;
        let mut pip = Command::new(environment.join("bin/pip"));
        pip.args(["install", "--quiet"]);
        Step::output(pip.args(OTHERS).args(requirements))?;
    }
    let out = place.join("out");
    for (name, mode) in [
        ("PyInstaller --onedir", "--onedir"),
        ("PyInstaller --onefile", "--onefile"),
        ("cx_Freeze", ""),
    ] {
        let mut costs = Vec::new();
        for _ in 0..rounds {
            if out.exists() {
                fs::remove_dir_all(&out).into_diagnostic()?;
            }
            let bin = environment.join("bin");
            let mut command;
            if mode.is_empty() {
                command = Command::new(bin.join("cxfreeze"));
                command
                    .arg("--script")
                    .arg(script)
                    .arg("--target-dir")
                    .arg(&out);
            } else {
                command = Command::new(bin.join("pyinstaller"));
                // It keeps its analysis for the next build unless told otherwise.
                command.args([mode, "--clean", "--log-level", "ERROR", "--noconfirm"]);
                command.arg("--distpath");
                command.arg(&out).arg(script);
            }
            costs.push(measure(command.current_dir(place))?);
        }
        report(name, &costs, size_of(&out), Some(fastest));
    }
    Ok(())
}

/// Runs a command with the `time` of GNU and reads what it took.
fn measure(command: &mut Command) -> miette::Result<Cost> {
    let mut timed = Command::new("/usr/bin/time");
    timed.args(["--format", "%M"]).arg(command.get_program());
    timed.args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            timed.env(name, value);
        }
    }
    if let Some(directory) = command.get_current_dir() {
        timed.current_dir(directory);
    }
    let begun = Instant::now();
    let output = timed
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .into_diagnostic()?;
    let time = begun.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("{command:?} failed: {said}");
    }
    let memory = said
        .lines()
        .last()
        .and_then(|line| line.trim().parse().ok());
    Ok(Cost {
        time,
        memory: memory.unwrap_or_default(),
    })
}

/// Prints the fastest build, with its ratio to `fastest`; returns its seconds.
fn report(name: &str, costs: &[Cost], size: u64, fastest: Option<f64>) -> f64 {
    let time = costs
        .iter()
        .map(|cost| cost.time)
        .fold(f64::INFINITY, f64::min);
    let memory = costs
        .iter()
        .map(|cost| cost.memory)
        .max()
        .unwrap_or_default();
    let ratio = fastest.map_or_else(String::new, |fastest| format!("{:>7.1}×", time / fastest));
    println!(
        "  {name:<26} {time:>7.2} s {:>6} MB of memory {:>6} MB large {ratio}",
        memory / 1000,
        size / 1_000_000
    );
    time
}

/// Bytes of all files below a directory.
fn size_of(directory: &Path) -> u64 {
    WalkDir::new(directory)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|metadata| metadata.len())
        .sum()
}
