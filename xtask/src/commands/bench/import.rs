//! `cargo xtask bench import`.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use fs_err as fs;
use miette::{IntoDiagnostic, bail};

use super::{builder, freeze, runtime};
use crate::workspace;

/// How many modules the programs have.
const SIZES: [usize; 3] = [100, 1_000, 10_000];

/// Modules of a package.
const PACKAGE: usize = 100;

/// Microseconds of a lookup and of an import, one pair for each run.
#[derive(Default)]
struct Times {
    lookups: Vec<f64>,
    imports: Vec<f64>,
}

/// Measures imports out of programs of several sizes, frozen and as files on the disk under the same interpreter, in turns.
pub(super) fn run(runs: usize, options: &runtime::Options) -> miette::Result<()> {
    let python = crate::runtime::provide(&options.request())?;
    let builder = builder(&options.request())?;
    println!(
        "{:>8}{:>22}{:>22}{:>10}{:>16}",
        "modules", "lookup, µs", "import, µs", "ratio", "freezing, s"
    );
    println!(
        "{:>8}{:>11}{:>11}{:>11}{:>11}",
        "", "frozen", "plain", "frozen", "plain"
    );
    for size in SIZES {
        let directory = workspace::target_directory().join(format!("bench/import-{size}"));
        write(&directory, size)?;
        let program = directory.with_extension("frozen");
        let begin = Instant::now();
        freeze(&builder, &directory, &program, &[])?;
        let freezing = begin.elapsed().as_secs_f64();
        let compiled = Command::new(&python)
            .args(["-m", "compileall", "-q"])
            .arg(&directory)
            .status()
            .into_diagnostic()?;
        if !compiled.success() {
            bail!("{} could not be compiled ({compiled})", directory.display());
        }
        let (mut frozen, mut plain) = (Times::default(), Times::default());
        let count = size.to_string();
        for round in 0..=runs {
            let pair = [
                measure(&[&program, Path::new(&count)])?,
                measure(&[&python, &directory, Path::new(&count)])?,
            ];
            // The first run reads everything from the disk.
            if round > 0 {
                for (times, (lookup, import)) in [&mut frozen, &mut plain].into_iter().zip(pair) {
                    times.lookups.push(lookup);
                    times.imports.push(import);
                }
            }
        }
        let [a, b, c, d] =
            [frozen.lookups, plain.lookups, frozen.imports, plain.imports].map(median);
        println!(
            "{size:>8}{a:>11.1}{b:>11.1}{c:>11.1}{d:>11.1}{:>9.2}×{freezing:>16.1}",
            c / d
        );
    }
    Ok(())
}

/// Writes a program of `size` small modules.
fn write(directory: &Path, size: usize) -> miette::Result<()> {
    for index in 0..size {
        let package = directory.join(format!("p{:03}", index / PACKAGE));
        if index % PACKAGE == 0 {
            fs::create_dir_all(&package).into_diagnostic()?;
            fs::write(package.join("__init__.py"), "").into_diagnostic()?;
        }
        let mut source = String::new();
        for number in 0..5 {
            let _ = write!(
                source,
                "def function_{number}(x, y=None):\n    if y is None:\n        return x + {index}\n    return [x, y]\n\n\n"
            );
        }
        let path = package.join(format!("m{:02}.py", index % PACKAGE));
        fs::write(path, source).into_diagnostic()?;
    }
    let script = workspace::root().join("xtask/src/commands/bench/import.py");
    fs::copy(script, directory.join("__main__.py")).into_diagnostic()?;
    Ok(())
}

/// Runs the program: a lookup's and an import's microseconds.
fn measure(command: &[&Path]) -> miette::Result<(f64, f64)> {
    let output = Command::new(command[0])
        .args(&command[1..])
        .output()
        .into_diagnostic()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<f64> = text
        .split_whitespace()
        .filter_map(|number| number.parse().ok())
        .collect();
    match numbers[..] {
        [lookup, import] if output.status.success() => Ok((lookup, import)),
        _ => bail!(
            "{} failed: {}",
            command[0].display(),
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}
