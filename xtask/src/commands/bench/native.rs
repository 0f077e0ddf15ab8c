//! `cargo xtask bench native`: what an import with native code takes, frozen and with the unfrozen interpreter of the same build.

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use miette::{IntoDiagnostic, bail, miette};

use super::super::build::builder;
use super::super::runtime;
use super::freeze;
use crate::step::Step;
use crate::workspace;

/// What is imported: distribution with version, and module.
const SUBJECTS: [(&str, &str); 4] = [
    ("numpy==2.2.6", "numpy"),
    ("lxml==5.4.0", "lxml.etree"),
    ("pydantic==2.11.5", "pydantic"),
    ("cryptography==45.0.4", "cryptography.hazmat.bindings._rust"),
];

/// Times of one import, in microseconds.
#[derive(Clone, Copy)]
struct Times {
    clock: f64,
    processor: f64,
}

pub(super) fn run(rounds: usize, options: &runtime::Options) -> miette::Result<()> {
    let pack = crate::runtime::provide(&options.request())?;
    let python = crate::runtime::provide_python(&options.request())?;
    let builder = builder(&options.request())?;
    let directory = workspace::target_directory().join("bench/native");
    let site = directory.join("site");
    install(&pack, &site)?;
    let script = workspace::root().join("xtask/src/commands/bench/native.py");
    let program = directory.join("imports");
    let site_option = site.to_string_lossy();
    freeze(&builder, &script, &program, &["--site", &*site_option])?;
    println!(
        "{:<36} {:>10} {:>10} {:>8} {:>10}",
        "", "frozen", "plain", "ratio", "processor"
    );
    for (_, module) in SUBJECTS {
        let (mut frozen, mut plain) = (Vec::new(), Vec::new());
        // In turns: whatever else the machine does meanwhile slows both.
        for round in 0..=rounds {
            let pair = (
                measure(Command::new(&program).arg(module))?,
                measure(
                    Command::new(&python)
                        .arg(&script)
                        .arg(module)
                        .env("PYTHONPATH", &site)
                        // The first pair writes its code objects there, as an installation has them.
                        .env("PYTHONPYCACHEPREFIX", directory.join("pycache"))
                        .env_remove("PYTHONDONTWRITEBYTECODE"),
                )?,
            );
            // The first pair fills the caches.
            if round > 0 {
                frozen.push(pair.0);
                plain.push(pair.1);
            }
        }
        let clock = |times: &[Times]| median(times.iter().map(|times| times.clock));
        let ratio = |of: fn(&Times) -> f64| {
            median(
                frozen
                    .iter()
                    .zip(&plain)
                    .map(|(one, other)| of(one) / of(other)),
            )
        };
        println!(
            "{module:<36} {:>7.1} ms {:>7.1} ms {:>7.2}× {:>9.2}×",
            clock(&frozen) / 1e3,
            clock(&plain) / 1e3,
            ratio(|times| times.clock),
            ratio(|times| times.processor),
        );
    }
    Ok(())
}

/// Installs the distributions, unless they are there.
fn install(pack: &Path, site: &PathBuf) -> miette::Result<()> {
    let done = site.join("installed");
    let list = SUBJECTS.map(|(requirement, _)| requirement);
    if fs::read_to_string(&done).is_ok_and(|text| text == list.join("\n")) {
        return Ok(());
    }
    let step = Step::start("Installing what is imported", "bench-native")?;
    let mut pip = Command::new(pack);
    pip.args([
        "-I",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--upgrade",
        "--target",
    ])
    .arg(site)
    .args(list);
    step.run(&mut pip)?;
    step.finish();
    fs::write(done, list.join("\n")).into_diagnostic()
}

fn measure(command: &mut Command) -> miette::Result<Times> {
    let output = command.output().into_diagnostic()?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!(
            "{command:?} failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let numbers: Vec<f64> = text
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    let &[clock, processor] = numbers.as_slice() else {
        return Err(miette!("{command:?} printed no times: {text}"));
    };
    Ok(Times { clock, processor })
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
