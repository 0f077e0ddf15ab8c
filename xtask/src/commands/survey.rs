//! `cargo xtask survey`: how many packages work frozen as they do with plain Python.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fastice_differential::{Application, Outcome, Tools, compare, table};
use fs_err as fs;
use miette::{IntoDiagnostic, bail};

use super::runtime;
use crate::workspace;

/// Begins the name of each script, or it would shadow the package that it uses.
const PREFIX: &str = "use-";

/// What to survey.
#[derive(clap::Args)]
pub(crate) struct Survey {
    /// Names of scripts in tests/survey, or paths of others [default: all of tests/survey]
    scripts: Vec<String>,
    /// Write what came out into docs/reference/survey.md
    #[arg(long)]
    update: bool,
    #[command(flatten)]
    runtime: runtime::Options,
}

pub(crate) fn run(options: &Survey) -> miette::Result<()> {
    let request = options.runtime.request();
    let tools = Tools::new(
        builder()?,
        &crate::runtime::provide(&request)?,
        &crate::runtime::provide_python(&request)?,
        &fastice::cache::directory().into_diagnostic()?,
    )?;
    let scripts = scripts(&options.scripts)?;
    let results = Mutex::new(BTreeMap::new());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(script) = scripts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (name, result) = examine(script, &tools);
            if let Ok(mut results) = results.lock() {
                results.insert(name, result);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..request.jobs {
            scope.spawn(work);
        }
    });
    let results = results.into_inner().into_diagnostic()?;
    let same = results.values().filter(|result| result.same).count();
    println!("{same} of {} are the same", scripts.len());
    if options.update {
        update(&results)?;
    }
    if same != scripts.len() {
        bail!("some packages do not work");
    }
    Ok(())
}

/// How one script came out.
struct Examined {
    same: bool,
    row: Option<String>,
}

/// Compares one script and says at once how it came out.
fn examine(script: &Path, tools: &Tools) -> (String, Examined) {
    let name = name(script);
    let outcome = Application::of_script(&name, script)
        .and_then(|application| Ok((compare(&application, tools)?, application)));
    let examined = match &outcome {
        Ok((outcome, application)) => Examined {
            same: *outcome == Outcome::Same,
            row: Some(table::row(application, outcome)),
        },
        Err(_) => Examined {
            same: false,
            row: None,
        },
    };
    match outcome {
        Ok((Outcome::Same, _)) => println!("{name}: same"),
        Ok((Outcome::Differs(difference), _)) => println!("{name}: DIFFERS {difference}"),
        Err(error) => println!("{name}: ERROR {error:?}"),
    }
    (name, examined)
}

/// The name of the package.
fn name(script: &Path) -> String {
    let stem = script.file_stem().unwrap_or_default().to_string_lossy();
    stem.strip_prefix(PREFIX).unwrap_or(&stem).to_owned()
}

/// The scripts that are meant.
fn scripts(named: &[String]) -> miette::Result<Vec<PathBuf>> {
    let directory = workspace::root().join("tests/survey");
    if !named.is_empty() {
        let path = |name: &String| match name.strip_suffix(".py") {
            Some(_) => PathBuf::from(name),
            None => directory.join(format!("{PREFIX}{name}.py")),
        };
        return Ok(named.iter().map(path).collect());
    }
    let mut scripts = fs::read_dir(directory)
        .into_diagnostic()?
        .map(|entry| Ok(entry.into_diagnostic()?.path()))
        .collect::<miette::Result<Vec<PathBuf>>>()?;
    scripts.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    scripts.sort();
    Ok(scripts)
}

/// Writes the rows of the scripts that ran into the documentation.
fn update(results: &BTreeMap<String, Examined>) -> miette::Result<()> {
    let names = scripts(&[])?
        .iter()
        .map(|path| name(path))
        .collect::<Vec<_>>();
    let rows = results
        .iter()
        .filter_map(|(name, result)| Some((name.clone(), result.row.clone()?)))
        .collect();
    let page = workspace::root().join("docs/reference/survey.md");
    let text = fs::read_to_string(&page).into_diagnostic()?;
    fs::write(&page, table::update(&text, &names, &rows)).into_diagnostic()
}

/// The builder, not optimized: it is there sooner.
fn builder() -> miette::Result<PathBuf> {
    let status = Command::new(workspace::cargo())
        .args([
            "build",
            "--quiet",
            "--package",
            "fastice",
            "--bin",
            "fastice",
        ])
        .current_dir(workspace::root())
        .status()
        .into_diagnostic()?;
    if !status.success() {
        bail!("fastice cannot be built ({status})");
    }
    Ok(workspace::target_directory().join("debug/fastice"))
}
