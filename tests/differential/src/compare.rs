//! The comparison itself.

use std::fmt::Write as _;
use std::sync::LazyLock;

use miette::IntoDiagnostic;
use regex::Regex;

use crate::definition::Application;
use crate::environment::Environment;
use crate::run::{self, FROZEN, Seen, Side};
use crate::tools::Tools;

/// Lines of either side that a difference shows.
const SHOWN: usize = 25;

/// Addresses of objects.
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("0x[0-9a-f]{6,}").expect("it is a regular expression"));

/// What came out of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Every call did the same.
    Same,
    /// A call did something else, or could not be made: the reason, for people.
    Differs(String),
}

/// Freezes an application and runs its calls on both sides.
///
/// # Errors
/// When the plain side cannot be made ready, or does not do what the definition says.
pub fn compare(application: &Application, tools: &Tools) -> miette::Result<Outcome> {
    fastice_sandbox::permitted().into_diagnostic()?;
    let environment = Environment::provide(application, tools)?;
    let directory = tempfile::Builder::new()
        .prefix("fastice-app-")
        .tempdir()
        .into_diagnostic()?;
    let executable = match run::freeze(application, &environment, tools, directory.path()) {
        Ok(executable) => executable,
        Err(error) => return Ok(Outcome::Differs(error.to_string())),
    };
    let plain = Side::plain(application, &environment, tools)?;
    let frozen = Side::frozen(application, &executable)?;
    for call in &application.definition.calls {
        let expected = expected(application, &environment, tools, plain.run(call)?);
        if expected.status != call.status {
            miette::bail!(
                "plain Python ends with status {} for {:?}:\n{}{}",
                expected.status,
                call.arguments,
                expected.stdout,
                expected.stderr
            );
        }
        let actual = match frozen.run(call) {
            Ok(seen) => actual(application, seen),
            Err(error) => return Ok(Outcome::Differs(error.to_string())),
        };
        if let Some(difference) = difference(&expected, &actual) {
            return Ok(Outcome::Differs(format!(
                "{:?}: {difference}",
                call.arguments
            )));
        }
    }
    Ok(Outcome::Same)
}

/// What is compared.
struct Observation {
    status: i32,
    stdout: String,
    stderr: String,
}

/// What was seen of plain Python, with the paths of the frozen program.
fn expected(
    application: &Application,
    environment: &Environment,
    tools: &Tools,
    seen: Seen,
) -> Observation {
    let library = "/fastice/lib/python3.13";
    let paths = [
        (environment.python(), "<python>".to_owned()),
        (tools.python.clone(), "<python>".to_owned()),
        (environment.site(), format!("{library}/site-packages")),
        (environment.directory().to_owned(), "/fastice".to_owned()),
        (tools.standard_library(), library.to_owned()),
        (application.sources(), "/fastice/app".to_owned()),
    ];
    observe(application, seen, |text| {
        paths.iter().fold(text, |text, (path, becomes)| {
            text.replace(&path.display().to_string(), becomes)
        })
    })
}

/// What was seen of the frozen program.
fn actual(application: &Application, seen: Seen) -> Observation {
    observe(application, seen, |text| text.replace(FROZEN, "<python>"))
}

fn observe(application: &Application, seen: Seen, paths: impl Fn(String) -> String) -> Observation {
    let text = |text| {
        let text = ADDRESS.replace_all(&paths(text), "0x…").into_owned();
        application
            .varies
            .iter()
            .fold(text, |text, (pattern, becomes)| {
                pattern.replace_all(&text, becomes.as_str()).into_owned()
            })
    };
    Observation {
        // A signal that reached the process that set up the root.
        status: seen.status.code().unwrap_or(-1),
        stdout: text(seen.stdout),
        stderr: text(seen.stderr),
    }
}

/// What is different, for people.
fn difference(expected: &Observation, actual: &Observation) -> Option<String> {
    let mut text = String::new();
    if expected.status != actual.status {
        let _ = writeln!(
            text,
            "exit status {}, plain {}",
            actual.status, expected.status
        );
    }
    let streams = [
        ("stdout", &expected.stdout, &actual.stdout),
        ("stderr", &expected.stderr, &actual.stderr),
    ];
    for (name, expected, actual) in streams {
        if expected != actual {
            let same = expected
                .lines()
                .zip(actual.lines())
                .take_while(|(expected, actual)| expected == actual)
                .count();
            let rest = |text: &str| {
                let lines: Vec<&str> = text.lines().skip(same).take(SHOWN).collect();
                lines.join("\n  ")
            };
            let _ = writeln!(
                text,
                "{name} from line {} on\n plain:\n  {}\n frozen:\n  {}",
                same + 1,
                rest(expected),
                rest(actual)
            );
        }
    }
    (!text.is_empty()).then_some(text)
}
