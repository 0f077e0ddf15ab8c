//! `cargo xtask bench speed`: how fast Python runs, frozen and elsewhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use miette::{IntoDiagnostic, bail};
use walkdir::WalkDir;

use super::super::build::builder;
use super::super::runtime;
use super::freeze;
use crate::cache::Shelf;
use crate::runtime::{Build, Request};
use crate::step::Step;
use crate::workspace;

/// Where the benchmarks come from.
const PYPERFORMANCE: &str = "pyperformance==1.14.0";

/// Benchmarks that need nothing but the standard library, with their arguments.
const SELECTION: [(&str, &[&str]); 40] = [
    ("argparse", &["many_optionals"]),
    ("async_generators", &[]),
    ("async_tree", &["none"]),
    ("barnes_hut", &[]),
    ("chaos", &[]),
    ("comprehensions", &[]),
    ("coroutines", &[]),
    ("deepcopy", &[]),
    ("deltablue", &[]),
    ("fannkuch", &[]),
    ("float", &[]),
    ("gc_traversal", &[]),
    ("generators", &[]),
    ("go", &[]),
    ("hexiom", &[]),
    ("json_dumps", &[]),
    ("json_loads", &[]),
    ("logging", &["format"]),
    ("logging", &["silent"]),
    ("mdp", &[]),
    ("meteor_contest", &[]),
    ("nbody", &[]),
    ("nqueens", &[]),
    ("pathlib", &[]),
    ("pickle", &["pickle"]),
    ("pickle", &["unpickle"]),
    ("pickle", &["--pure-python", "pickle"]),
    ("pidigits", &[]),
    ("pprint", &[]),
    ("pyflate", &[]),
    ("raytrace", &[]),
    ("regex_compile", &[]),
    ("regex_effbot", &[]),
    ("richards", &[]),
    ("scimark", &[]),
    ("spectral_norm", &[]),
    ("sqlite_synth", &[]),
    ("telco", &[]),
    ("unpack_sequence", &[]),
    ("xml_etree", &[]),
];

#[derive(clap::Args)]
pub(super) struct Options {
    /// Times that each interpreter runs each benchmark
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Measure only benchmarks whose name contains this
    #[arg(long, value_name = "TEXT", default_value = "")]
    filter: String,
    /// The interpreter of the machine to compare with
    #[arg(long, value_name = "FILE", default_value = "/usr/bin/python3")]
    python: PathBuf,
    #[command(flatten)]
    runtime: runtime::Options,
}

/// What runs the benchmarks.
struct Subject {
    name: String,
    command: Vec<PathBuf>,
}

/// Times in seconds by what was measured.
type Times = BTreeMap<String, f64>;

pub(super) fn run(options: &Options) -> miette::Result<()> {
    let request = options.runtime.request();
    let builder = builder(&request)?;
    let plain = crate::runtime::provide_python(&Request {
        build: Build::Plain,
        ..request
    })?;
    let tree = tree()?;
    let program = workspace::target_directory().join("bench/speed");
    freeze(&builder, &tree, &program, &[])?;
    let subjects = [
        Subject {
            name: String::from("frozen"),
            command: vec![program],
        },
        Subject {
            name: options.python.display().to_string(),
            command: vec![options.python.clone(), tree.clone()],
        },
        Subject {
            name: String::from("plain -O3 build"),
            command: vec![plain, tree],
        },
    ];
    let mut results = Vec::new();
    println!(
        "{:<28} {:>10} {:>10} {:>10}",
        "", "frozen", "machine", "plain"
    );
    for (benchmark, arguments) in SELECTION {
        if benchmark.contains(&options.filter) {
            compare(
                &subjects,
                benchmark,
                arguments,
                options.rounds,
                &mut results,
            )?;
        }
    }
    println!("geometric mean of {} benchmarks", results.len());
    for (index, subject) in subjects.iter().enumerate().skip(1) {
        let logarithms = results.iter().map(|ratios| ratios[index].ln());
        #[expect(clippy::cast_precision_loss, reason = "there are few")]
        let mean = (logarithms.sum::<f64>() / results.len() as f64).exp();
        println!("{mean:.3} times as fast as {}", subject.name);
    }
    Ok(())
}

/// Measures one benchmark with every subject in turn, round by round, and prints the ratios.
fn compare(
    subjects: &[Subject; 3],
    benchmark: &str,
    arguments: &[&str],
    rounds: usize,
    results: &mut Vec<[f64; 3]>,
) -> miette::Result<()> {
    let (_, loops) = measure(&subjects[0], benchmark, arguments, 0)?;
    // Whatever else the machine does meanwhile slows all of a round.
    let mut measured: BTreeMap<String, Vec<[f64; 3]>> = BTreeMap::new();
    for _ in 0..rounds {
        let mut round = Vec::new();
        for subject in subjects {
            round.push(measure(subject, benchmark, arguments, loops)?.0);
        }
        for (name, frozen) in &round[0] {
            let time = |index: usize| round[index].get(name).copied().unwrap_or(f64::NAN);
            measured
                .entry(name.clone())
                .or_default()
                .push([*frozen, time(1), time(2)]);
        }
    }
    for (name, rounds) in measured {
        let ratio = |index: usize| {
            let mut ratios: Vec<f64> = rounds.iter().map(|times| times[index] / times[0]).collect();
            ratios.sort_by(f64::total_cmp);
            ratios[ratios.len() / 2]
        };
        let shortest = rounds
            .iter()
            .map(|times| times[0])
            .fold(f64::INFINITY, f64::min);
        let ratios = [1.0, ratio(1), ratio(2)];
        println!(
            "{name:<28} {:>7.1} ms {:>9.3}× {:>9.3}×",
            shortest * 1e3,
            ratios[1],
            ratios[2],
        );
        results.push(ratios);
    }
    Ok(())
}

/// Runs one benchmark once, and returns its times and the largest number of loops.
fn measure(
    subject: &Subject,
    benchmark: &str,
    arguments: &[&str],
    loops: u64,
) -> miette::Result<(Times, u64)> {
    let output = Step::output(
        Command::new(&subject.command[0])
            .args(&subject.command[1..])
            .args([benchmark, &loops.to_string(), "3"])
            .args(arguments)
            .env_remove("PYTHONPATH")
            .env("PYTHONHASHSEED", "0"),
    )?;
    let mut times = Times::new();
    let mut most = 1;
    for line in output.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, loops, seconds] = words[..] else {
            bail!("{benchmark} printed {line}");
        };
        most = most.max(loops.parse().into_diagnostic()?);
        times.insert(name.to_owned(), seconds.parse().into_diagnostic()?);
    }
    Ok((times, most))
}

/// The directory with the benchmarks and what runs them.
fn tree() -> miette::Result<PathBuf> {
    let own = workspace::root().join("xtask/src/commands/bench/speed");
    let packages = Shelf::open("benchmarks")?.get_or_make(PYPERFORMANCE, |workshop| {
        let step = Step::start(format!("Getting {PYPERFORMANCE}"), "benchmarks")?;
        step.run(
            Command::new("python3")
                .args(["-m", "pip", "install", "--quiet", "--no-deps", "--target"])
                .arg(workshop.entry)
                .arg(PYPERFORMANCE),
        )?;
        step.finish();
        Ok(())
    })?;
    let tree = workspace::target_directory().join("bench/speed-tree");
    if tree.exists() {
        fs::remove_dir_all(&tree).into_diagnostic()?;
    }
    copy(&own, &tree)?;
    let benchmarks = packages.join("pyperformance/data-files/benchmarks");
    for (name, _) in SELECTION {
        let name = format!("bm_{name}");
        copy(&benchmarks.join(&name), &tree.join(name))?;
    }
    Ok(tree)
}

fn copy(from: &Path, to: &Path) -> miette::Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry.into_diagnostic()?;
        let target = to.join(entry.path().strip_prefix(from).into_diagnostic()?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).into_diagnostic()?;
        } else {
            fs::copy(entry.path(), target).into_diagnostic()?;
        }
    }
    Ok(())
}
