//! Snapshots with modules of the program: `--snapshot app`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use fastice_image::{Header, Program, ROOT};

use super::run::Runner;
use super::select::{Contents, LeftOut, Selection, select};
use super::survey::{Statement, Survey};
use crate::ui::{Reporter, format};
use crate::{Code, Error, Result, rules};

/// What of the program is to be in its snapshot.
#[derive(Debug, Clone)]
pub(crate) struct Preload {
    /// Names of modules; nothing for the program's first imports.
    modules: Vec<String>,
    program: Program,
    /// Variables that the program sets itself.
    variables: BTreeMap<String, String>,
}

impl Preload {
    /// `modules` of the program with this header, or its first imports if there are none.
    pub(crate) fn new(header: &Header, modules: Vec<String>) -> Self {
        Self {
            modules,
            program: header.program.clone(),
            variables: header.settings.environment.variables.clone(),
        }
    }
}

/// How many modules may prove to be different from process to process before nothing of the program goes in.
const ATTEMPTS: usize = 4;

/// Makes the snapshot, and says what is in it.
pub(super) fn dump(runner: &Runner, preload: &Preload) -> Result<(Vec<u8>, Selection)> {
    let directory = match &preload.program {
        Program::Directory { path } => format!("{ROOT}/{path}"),
        _ => String::new(),
    };
    let survey = runner.ask(&format!(
        "survey\n{directory}\n{}\n{}",
        rules::ask_again()?.join(" "),
        imports(preload, &preload.program)
    ))?;
    let survey = Survey::parse(&survey);
    let mut refused = Vec::new();
    loop {
        let mut selection = select(&survey, &preload.variables, &refused);
        selection.contents.preload.clone_from(&preload.modules);
        let statements = &selection.statements;
        let attempt = |modules: &[String]| {
            let mut plan = format!("preload\n{directory}\n{}", modules.join("\n"));
            for (module, statement) in statements {
                if modules.contains(module) {
                    let Statement { line, names, text } = statement;
                    let _ = write!(plan, "\n{module}\t{line}\t{names}\t{text}");
                }
            }
            match runner.dump(Some(&plan)) {
                Ok(result) => {
                    result.map_err(|place| format!("differs between two processes, in {place}"))
                }
                Err(error) => Err(format!("cannot be in a snapshot ({})", last_line(&error))),
            }
        };
        let modules = &selection.contents.modules;
        let mut reason = match attempt(modules) {
            Ok(dump) => return Ok((dump, selection)),
            Err(reason) => reason,
        };
        if refused.len() == ATTEMPTS || modules.is_empty() {
            return Err(Error::new(
                Code::NoSnapshot,
                format!("a start snapshot of the program {reason}"),
            ));
        }
        // The shortest beginning of the list that does not do ends with the module that is at fault.
        let (mut good, mut bad) = (0, modules.len());
        while bad - good > 1 {
            let middle = usize::midpoint(good, bad);
            match attempt(&modules[..middle]) {
                Ok(_) => good = middle,
                Err(text) => (bad, reason) = (middle, text),
            }
        }
        refused.push(LeftOut {
            module: modules[bad - 1].clone(),
            reason,
            file: None,
            line: None,
            is_follower: false,
            is_native: false,
        });
    }
}

/// What the survey imports.
fn imports(preload: &Preload, program: &Program) -> String {
    if !preload.modules.is_empty() {
        return format!("modules\n{}", preload.modules.join("\n"));
    }
    match program {
        Program::File { path } => format!("file\n{path}"),
        Program::Directory { path } => format!("directory\n{path}"),
        Program::Module { name } => format!("module\n{name}"),
        _ => "modules\n".to_owned(),
    }
}

/// What a process that failed has said last.
fn last_line(error: &Error) -> String {
    use std::error::Error as _;
    let cause = error
        .source()
        .map_or_else(|| error.to_string(), ToString::to_string);
    let line = |text: &str| {
        text.lines()
            .rev()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .map(str::to_owned)
    };
    let first = cause
        .lines()
        .rev()
        .find(|line| !line.contains("no start snapshot can be made"))
        .and_then(line);
    first.or_else(|| line(&cause)).unwrap_or_default()
}

/// How many modules a build warns of.
const WARNED: usize = 5;

/// Tells about a snapshot with modules of the program: what the program's author can change in warnings, the rest as details.
pub(crate) fn tell(contents: &Contents, reporter: &dyn Reporter) {
    reporter.detail(&format!(
        "{} in the start snapshot",
        format::count(contents.modules.len(), "module")
    ));
    for left_out in &contents.left_out {
        let place = left_out.place().map(|place| format!(", in {place}"));
        reporter.detail(&format!(
            "not in the start snapshot: {} {}{}",
            left_out.module,
            left_out.reason,
            place.unwrap_or_default()
        ));
    }
    for (name, why) in &contents.failed {
        reporter.detail(&format!("not in the start snapshot: {name} ({why})"));
    }
    let causes: Vec<&LeftOut> = contents
        .left_out
        .iter()
        .filter(|one| !one.is_follower && !one.is_native)
        .collect();
    for cause in causes.iter().take(WARNED) {
        reporter.warn(&warning(contents, cause));
    }
    if causes.len() > WARNED {
        reporter.warn(
            &Error::new(
                Code::ModuleLeftOut,
                format!(
                    "{} more modules are not in the start snapshot",
                    causes.len() - WARNED
                ),
            )
            .hint("`fastice inspect --output-format json` lists all of them"),
        );
    }
}

fn warning(contents: &Contents, cause: &LeftOut) -> Error {
    let needs = format!("needs {}, which ", cause.module);
    let followers = contents
        .left_out
        .iter()
        .filter(|one| one.is_follower && one.reason.starts_with(&needs))
        .count();
    let place = cause.place().map(|place| format!(", in {place}"));
    let others = match followers {
        0 => "is".to_owned(),
        count => format!("and {} that need it are", format::count(count, "module")),
    };
    Error::new(
        Code::ModuleLeftOut,
        format!(
            "{} {others} not in the start snapshot: {} {}{}",
            cause.module,
            cause.module,
            cause.reason,
            place.unwrap_or_default()
        ),
    )
    .hint("let it ask when the answer is needed, not when it is imported")
}
