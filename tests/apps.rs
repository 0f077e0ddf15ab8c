//! Every application of `tests/apps` does the same with plain Python and frozen, and the table in the documentation says so.
//!
//! Each is a test by its name: `cargo test --test apps -- flask`. With `UPDATE=1` the rows of those that ran are written anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use fastice::runtime::Pack;
use fastice_differential::{Application, Outcome, Tools, compare, table};
use fs_err as fs;
use libtest_mimic::{Arguments, Failed, Trial};

/// Environment variable that makes this write the table.
const UPDATE_VARIABLE: &str = "UPDATE";

/// Rows of the table by the name of the application.
type Rows = Arc<Mutex<BTreeMap<String, String>>>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let directory = path("tests/apps");
    let applications = match Application::all(&directory) {
        Ok(applications) => applications,
        Err(error) => return fail(&format!("{error:?}")),
    };
    let names: Vec<String> = (applications.iter())
        .map(|application| application.name.clone())
        .collect();
    let rows = Rows::default();
    let trials = applications
        .into_iter()
        .map(|application| {
            let rows = Arc::clone(&rows);
            Trial::test(application.name.clone(), move || check(&application, &rows))
        })
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    match check_table(&names, &rows) {
        Ok(()) => conclusion.exit_code(),
        Err(message) => fail(&message),
    }
}

/// Compares one application and notes its row.
fn check(application: &Application, rows: &Rows) -> Result<(), Failed> {
    let error = |error: miette::Report| format!("{error:?}");
    let pack = Pack::locate().map_err(|error| error.to_string())?;
    let cache = fastice::cache::directory().map_err(|error| error.to_string())?;
    let builder = PathBuf::from(env!("CARGO_BIN_EXE_fastice"));
    let tools = Tools::find(builder, pack.python(), &cache).map_err(error)?;
    let outcome = compare(application, &tools, None).map_err(error)?.outcome;
    let row = table::row(application, &outcome);
    (rows.lock().map_err(|error| error.to_string())?).insert(application.name.clone(), row);
    match outcome {
        Outcome::Same => Ok(()),
        Outcome::Differs(difference) => Err(difference.into()),
    }
}

/// Fails unless the documentation has exactly the rows of the applications, and those that ran as they came out.
fn check_table(names: &[String], rows: &Rows) -> Result<(), String> {
    let rows = rows.lock().map_err(|error| error.to_string())?;
    let file = path("docs/reference/applications.md");
    let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
    let updated = table::update(&text, names, &rows);
    if updated == text {
        return Ok(());
    }
    if std::env::var_os(UPDATE_VARIABLE).is_some() {
        return fs::write(&file, updated).map_err(|error| error.to_string());
    }
    Err(format!(
        "the table in docs/reference/applications.md is out of date: {UPDATE_VARIABLE}=1 cargo test --test apps"
    ))
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[allow(clippy::print_stderr, reason = "this is the test program")]
fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}
