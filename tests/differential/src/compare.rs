//! The comparison itself.

use std::sync::LazyLock;

use miette::IntoDiagnostic;
use regex::Regex;

use crate::definition::Application;
use crate::environment::Environment;
use crate::pyinstaller::{self, PyInstaller};
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

/// What came out of an application.
pub struct Comparison {
    /// Of fastice.
    pub outcome: Outcome,
    /// Of PyInstaller, if it was asked and can take it.
    pub beside: Option<Outcome>,
}

/// Freezes an application and runs its calls on both sides; also with `beside`, where exit status and standard output count alone.
///
/// # Errors
/// When the plain side cannot be made ready, or does not do what the definition says.
pub fn compare(
    application: &Application,
    tools: &Tools,
    beside: Option<&PyInstaller>,
) -> miette::Result<Comparison> {
    fastice_sandbox::permitted().into_diagnostic()?;
    let environment = Environment::provide(application, tools)?;
    let directory = tempfile::Builder::new()
        .prefix("fastice-app-")
        .tempdir()
        .into_diagnostic()?;
    let expected = expectations(application, &environment, tools)?;
    let outcome = match run::freeze(application, &environment, tools, directory.path()) {
        Ok(executable) => {
            let frozen = Side::frozen(application, &executable)?;
            judge(application, &frozen, &expected, Observation::difference)
        }
        Err(error) => Outcome::Differs(error.to_string()),
    };
    let beside = match beside {
        Some(other) => match other.freeze(application, &environment, directory.path()) {
            Ok(None) => None,
            Ok(Some(tree)) => {
                let frozen = Side::directory(application, &tree, pyinstaller::NAME)?;
                Some(judge(
                    application,
                    &frozen,
                    &expected,
                    Observation::essential_difference,
                ))
            }
            Err(error) => Some(Outcome::Differs(error.to_string())),
        },
        None => None,
    };
    Ok(Comparison { outcome, beside })
}

/// What plain Python does with every call.
fn expectations(
    application: &Application,
    environment: &Environment,
    tools: &Tools,
) -> miette::Result<Vec<Observation>> {
    let plain = Side::plain(application, environment, tools)?;
    let mut all = Vec::new();
    for call in &application.definition.calls {
        let expected = expected(application, environment, tools, plain.run(call)?);
        if expected.status != call.status {
            miette::bail!(
                "plain Python ends with status {} for {:?}:\n{}{}",
                expected.status,
                call.arguments,
                expected.stdout,
                expected.stderr
            );
        }
        all.push(expected);
    }
    Ok(all)
}

/// Runs every call on a frozen side until one differs.
fn judge(
    application: &Application,
    frozen: &Side,
    expected: &[Observation],
    difference: fn(&Observation, &Observation) -> Option<String>,
) -> Outcome {
    for (call, expected) in application.definition.calls.iter().zip(expected) {
        let actual = match frozen.run(call) {
            Ok(seen) => actual(application, seen),
            Err(error) => return Outcome::Differs(error.to_string()),
        };
        if let Some(difference) = difference(expected, &actual) {
            return Outcome::Differs(format!("{:?}: {difference}", call.arguments));
        }
    }
    Outcome::Same
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
    let modules = format!("{FROZEN}/_internal");
    observe(application, seen, |text| {
        text.replace(&modules, "/fastice/lib/python3.13/site-packages")
            .replace(FROZEN, "<python>")
    })
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

impl Observation {
    /// What is different, for people.
    fn difference(&self, actual: &Self) -> Option<String> {
        let stderr = stream("stderr", &self.stderr, &actual.stderr);
        join([self.essential_difference(actual), stderr])
    }

    /// What is different but messages.
    fn essential_difference(&self, actual: &Self) -> Option<String> {
        let status = (self.status != actual.status)
            .then(|| format!("exit status {}, plain {}\n", actual.status, self.status));
        join([status, stream("stdout", &self.stdout, &actual.stdout)])
    }
}

fn join(parts: [Option<String>; 2]) -> Option<String> {
    let text: String = parts.into_iter().flatten().collect();
    (!text.is_empty()).then_some(text)
}

/// What is different in a stream, for people.
fn stream(name: &str, expected: &str, actual: &str) -> Option<String> {
    if expected == actual {
        return None;
    }
    let same = expected
        .lines()
        .zip(actual.lines())
        .take_while(|(expected, actual)| expected == actual)
        .count();
    let rest = |text: &str| {
        let lines: Vec<&str> = text.lines().skip(same).take(SHOWN).collect();
        lines.join("\n  ")
    };
    Some(format!(
        "{name} from line {} on\n plain:\n  {}\n frozen:\n  {}\n",
        same + 1,
        rest(expected),
        rest(actual)
    ))
}
