//! `cargo xtask bench frozen`.

use std::process::Command;

use fs_err as fs;
use miette::{IntoDiagnostic, bail};

use super::{Subject, builder, compare, freeze, runtime};
use crate::workspace;

/// How many modules are frozen.
const NUMBERS: [usize; 3] = [100, 1_000, 10_000];

/// Measures how long CPython takes to find a frozen module, in the index and in an array, and how long programs with many
/// take to start.
pub(super) fn run(runs: usize, options: &runtime::Options) -> miette::Result<()> {
    let builder = builder(&options.request())?;
    let directory = workspace::target_directory().join("bench/frozen");
    let mut subjects = Vec::new();
    for number in NUMBERS {
        let app = directory.join(format!("app{number}"));
        let package = app.join("many");
        fs::create_dir_all(&package).into_diagnostic()?;
        fs::write(package.join("__init__.py"), "").into_diagnostic()?;
        for index in 0..number {
            let module = package.join(format!("m{index}.py"));
            fs::write(module, format!("index = {index}\n")).into_diagnostic()?;
        }
        let main = app.join("__main__.py");
        fs::write(main, include_str!("frozen.py")).into_diagnostic()?;
        for (kind, flags) in [("frozen", &["--freeze", "many"][..]), ("not frozen", &[])] {
            let program = directory.join(format!("{}{number}", kind.replace(' ', "-")));
            freeze(&builder, &app, &program, flags)?;
            if kind == "frozen" {
                let status = Command::new(&program)
                    .arg(number.to_string())
                    .status()
                    .into_diagnostic()?;
                if !status.success() {
                    bail!("{} failed ({status})", program.display());
                }
            }
            subjects.push(Subject {
                name: format!("start, {number} {kind}"),
                command: vec![program],
                times: Vec::new(),
            });
        }
    }
    println!();
    compare(&mut subjects, runs)
}
