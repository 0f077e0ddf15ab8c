//! `cargo xtask survey`: how many packages work frozen as they do with plain Python.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fastice_differential::{Application, Environment, Outcome, PyInstaller, Tools, compare, table};
use fs_err as fs;
use miette::{IntoDiagnostic, bail};

use super::build::quick_builder;
use super::runtime;
use crate::workspace;

/// Begins the name of each script, or it would shadow the package that it uses.
const PREFIX: &str = "use-";

/// Begins the line of the page that says how many are the same.
const COUNT: &str = "Of the last run: ";

/// What to survey.
#[derive(clap::Args)]
pub(crate) struct Survey {
    /// Names of scripts in tests/survey, or paths of others [default: all of tests/survey]
    scripts: Vec<String>,
    /// Write what came out into docs/reference/survey.md
    #[arg(long)]
    update: bool,
    /// Pin the distributions of the scripts: write the versions that pip chooses today into NAME.txt, and run nothing
    #[arg(long, conflicts_with = "update")]
    lock: bool,
    /// Remove the installed distributions of a script when it has been tried: the whole survey installs many gigabytes
    #[arg(long)]
    discard: bool,
    /// Freeze with PyInstaller, too, which is installed for this Python 3.13; it needs one with a shared libpython
    #[arg(long, value_name = "PYTHON")]
    pyinstaller: Option<PathBuf>,
    #[command(flatten)]
    runtime: runtime::Options,
}

pub(crate) fn run(options: &Survey) -> miette::Result<()> {
    let request = options.runtime.request();
    let tools = Tools::new(
        quick_builder()?,
        &crate::runtime::provide(&request)?,
        &crate::runtime::provide_python(&request)?,
        &fastice::cache::directory().into_diagnostic()?,
    )?;
    let beside = match &options.pyinstaller {
        Some(python) => {
            let directory = workspace::target_directory().join("pyinstaller");
            Some(PyInstaller::provide(python, &directory)?)
        }
        None => None,
    };
    let scripts = scripts(&options.scripts)?;
    let results = Mutex::new(BTreeMap::new());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(script) = scripts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = if options.lock {
                lock(script, &tools)
            } else {
                examine(script, &tools, beside.as_ref(), options.discard)
            };
            let Ok(mut results) = results.lock() else {
                return;
            };
            results.insert(name(script), result);
            // After every script: a survey takes an hour, and what it found is not lost if it is stopped.
            if options.update
                && let Err(error) = update(&results, &count(&results, beside.as_ref()))
            {
                println!("docs/reference/survey.md: {error:?}");
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
    if !options.lock {
        println!("{}", count(&results, beside.as_ref()));
    }
    if same != scripts.len() {
        bail!("some scripts differ");
    }
    Ok(())
}

/// How many scripts came out how, in words.
fn count(results: &BTreeMap<String, Examined>, beside: Option<&PyInstaller>) -> String {
    let same = results.values().filter(|result| result.same).count();
    let count = format!("{same} of {} scripts do the same frozen", results.len());
    match beside {
        Some(beside) => {
            let same = results.values().filter(|result| result.beside).count();
            format!("{count}; {same} do with {}", beside.version)
        }
        None => count,
    }
}

/// How one script came out.
#[derive(Default)]
struct Examined {
    same: bool,
    /// With PyInstaller.
    beside: bool,
    row: Option<String>,
}

/// Compares one script and says at once how it came out.
fn examine(script: &Path, tools: &Tools, beside: Option<&PyInstaller>, discard: bool) -> Examined {
    let name = name(script);
    let compared = Application::of_script(&name, script).and_then(|application| {
        let comparison = compare(&application, tools, beside)?;
        if discard {
            Environment::provide(&application, tools)?.discard(tools)?;
        }
        Ok((comparison, application))
    });
    match compared {
        Ok((comparison, application)) => {
            println!("{name}: {}", told(&comparison.outcome));
            if let Some(outcome) = &comparison.beside {
                println!("{name} with PyInstaller: {}", told(outcome));
            }
            Examined {
                same: comparison.outcome == Outcome::Same,
                beside: comparison.beside == Some(Outcome::Same),
                row: Some(if beside.is_some() {
                    table::row_beside(&application, &comparison)
                } else {
                    table::row(&application, &comparison.outcome)
                }),
            }
        }
        Err(error) => {
            println!("{name}: ERROR {error:?}");
            Examined::default()
        }
    }
}

/// An outcome, for people.
fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Same => "same".to_owned(),
        Outcome::Differs(difference) => format!("DIFFERS {difference}"),
    }
}

/// Writes the lock of a script.
fn lock(script: &Path, tools: &Tools) -> Examined {
    let name = name(script);
    let file = Application::lock(script);
    let locked = (|| {
        // An old lock would be what it asks for.
        if file.exists() {
            fs::remove_file(&file).into_diagnostic()?;
        }
        let application = Application::of_script(&name, script)?;
        let pinned = Environment::resolve(&application, tools)?;
        fs::write(&file, pinned.join("\n") + "\n").into_diagnostic()
    })();
    if let Err(error) = &locked {
        println!("{name}: ERROR {error:?}");
    }
    Examined {
        same: locked.is_ok(),
        ..Examined::default()
    }
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

/// Writes the rows of the scripts that ran into the documentation, and how many are the same.
fn update(results: &BTreeMap<String, Examined>, count: &str) -> miette::Result<()> {
    let names = scripts(&[])?
        .iter()
        .map(|path| name(path))
        .collect::<Vec<_>>();
    let rows = results
        .iter()
        .filter_map(|(name, result)| Some((name.clone(), result.row.clone()?)))
        .collect();
    let page = workspace::root().join("docs/reference/survey.md");
    let mut text = fs::read_to_string(&page).into_diagnostic()?;
    let counted = |line: &str| line.starts_with(COUNT);
    text = text
        .lines()
        .map(|line| {
            if counted(line) {
                format!(
                    "{COUNT}{count}.
"
                )
            } else {
                format!(
                    "{line}
"
                )
            }
        })
        .collect();
    fs::write(&page, table::update(&text, &names, &rows)).into_diagnostic()
}
