//! `fastice why`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;

use serde::Serialize;

use super::{inside, print};
use crate::cli::{self, OutputFormat};
use crate::error::ExitStatus;
use crate::inspect::{self, Distribution, Executable};
use crate::metadata::names;
use crate::provenance::graph::{Graph, How, Reason, Step};
use crate::{Code, Error, Result};

/// Version of the JSON document.
const SCHEMA: u32 = 1;

/// Chains shown unless all are asked for.
const SHOWN: usize = 3;

/// Why something is in an executable.
#[derive(Serialize)]
struct Document {
    schema: u32,
    name: String,
    /// About the module of that name.
    module: Option<Module>,
    /// About the distribution of that name, or the one that the module or file belongs to.
    distribution: Option<Whole>,
}

/// Why a module is there.
#[derive(Serialize)]
struct Module {
    /// Its file, below the root; none for a module in the interpreter.
    path: Option<String>,
    /// What brought it in besides imports.
    reasons: Vec<Reason>,
    /// Something leads to it from what runs.
    reached: bool,
    /// The shortest chain for each module that imports it, the shortest first.
    chains: Vec<Vec<Step>>,
}

/// Why a distribution is there, which is always taken whole.
#[derive(Serialize)]
struct Whole {
    name: String,
    version: String,
    /// From a distribution that nothing requires: who requires what.
    required_by: Vec<Requirement>,
}

/// One distribution requires another.
#[derive(Serialize)]
struct Requirement {
    distribution: String,
    version: String,
    requires: String,
}

/// Prints why something is in an executable.
pub(super) fn why(arguments: &cli::Why) -> Result<ExitStatus> {
    let bytes = inspect::read(&arguments.file)?;
    let executable = Executable::open(&arguments.file, &bytes)?;
    let graph = executable.graph()?.ok_or_else(|| {
        Error::new(
            Code::NoRecord,
            format!(
                "`{}` holds no record of its imports",
                arguments.file.display()
            ),
        )
        .hint("a runtime pack has none; an executable gets one when it is built")
    })?;
    let distributions = executable.distributions()?;
    let name = inside::path(&arguments.name);
    let module = graph.contains(name).then(|| module(&graph, name));
    let path = match &module {
        Some(module) => module.path.as_deref(),
        None => executable.node(name)?.map(|_| name),
    };
    let distribution = distributions
        .iter()
        .find(|one| one.name == names::normalize(name))
        .or_else(|| {
            distributions
                .iter()
                .find(|one| path.is_some_and(|path| one.files.iter().any(|file| file == path)))
        })
        .map(|one| whole(one, &distributions));
    if module.is_none() && distribution.is_none() {
        return Err(unknown(&arguments.file, name, path, &graph, &distributions));
    }
    let document = Document {
        schema: SCHEMA,
        name: name.to_owned(),
        module,
        distribution,
    };
    match arguments.output_format {
        OutputFormat::Json => print::json(&document)?,
        OutputFormat::Text => print::text(&text(&document, arguments.all))?,
    }
    Ok(ExitStatus::Success)
}

fn module(graph: &Graph, name: &str) -> Module {
    Module {
        path: graph.path(name).map(str::to_owned),
        reasons: graph.reasons(name),
        reached: graph.is_reached(name),
        chains: graph.chains(name),
    }
}

/// The shortest way to a distribution from one that no other requires.
fn whole(target: &Distribution, all: &[Distribution]) -> Whole {
    let requires = |one: &Distribution| -> Vec<(String, String)> {
        one.requirements()
            .filter_map(|text| Some((names::of_requirement(text)?, text.to_owned())))
            .collect()
    };
    let required: BTreeSet<String> = all
        .iter()
        .flat_map(|one| requires(one).into_iter().map(|(name, _)| name))
        .collect();
    let mut before: BTreeMap<String, Option<(&Distribution, String)>> = BTreeMap::new();
    let mut queue = VecDeque::new();
    for one in all.iter().filter(|one| !required.contains(&one.name)) {
        before.insert(one.name.clone(), None);
        queue.push_back(one);
    }
    while let Some(one) = queue.pop_front() {
        for (name, text) in requires(one) {
            let Some(next) = all.iter().find(|other| other.name == name) else {
                continue;
            };
            before.entry(name).or_insert_with(|| {
                queue.push_back(next);
                Some((one, text))
            });
        }
    }
    let mut required_by = Vec::new();
    let mut at = target.name.clone();
    while let Some(Some((one, text))) = before.get(&at) {
        required_by.push(Requirement {
            distribution: one.name.clone(),
            version: one.version.clone(),
            requires: text.clone(),
        });
        at.clone_from(&one.name);
    }
    required_by.reverse();
    Whole {
        name: target.name.clone(),
        version: target.version.clone(),
        required_by,
    }
}

/// Nothing of that name is there; or it is a file that nothing more is known of.
fn unknown(
    file: &std::path::Path,
    name: &str,
    path: Option<&str>,
    graph: &Graph,
    distributions: &[Distribution],
) -> Error {
    let file = file.display();
    if path.is_some() {
        return Error::new(
            Code::NotInside,
            format!("`{name}` is in `{file}`, and belongs to no module or distribution"),
        )
        .hint("`fastice list` shows all files; ask for a module or a distribution");
    }
    let known = graph
        .names()
        .chain(distributions.iter().map(|one| one.name.as_str()));
    let error = Error::new(
        Code::NotInside,
        format!("there is no module or distribution `{name}` in `{file}`"),
    );
    match crate::ui::format::closest(name, known) {
        Some(close) => error.hint(format!("did you mean `{close}`?")),
        None => error.hint("`fastice list` shows all files"),
    }
}

fn text(document: &Document, all: bool) -> String {
    let mut out = String::new();
    if let Some(module) = &document.module {
        let place = module
            .path
            .as_deref()
            .unwrap_or("a part of the interpreter");
        let _ = writeln!(out, "module {} ({place})", document.name);
        for reason in &module.reasons {
            out.push_str(match reason {
                Reason::Entry => "  is what the program begins with\n",
                Reason::Interpreter => "  the interpreter itself needs it\n",
                Reason::Trace => "  a traced run imported it\n",
                Reason::Flag => "  --include-module named it\n",
            });
        }
        let shown = if all { usize::MAX } else { SHOWN };
        for chain in module.chains.iter().take(shown) {
            out.push('\n');
            push_chain(&mut out, chain);
        }
        let more = module.chains.len().saturating_sub(shown);
        if more > 0 {
            let modules = crate::ui::format::count(more, "more module");
            let verb = if more == 1 { "imports" } else { "import" };
            let _ = writeln!(out, "\n  {modules} {verb} it; `--all` shows them");
        }
        if !module.reached && module.reasons.is_empty() {
            out.push_str("\n  nothing that runs is seen to import it\n");
        }
    }
    if let Some(whole) = &document.distribution {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(
            out,
            "distribution {} {} (taken whole)",
            whole.name, whole.version
        );
        for step in &whole.required_by {
            let _ = writeln!(
                out,
                "  {} {} requires {}",
                step.distribution, step.version, step.requires
            );
        }
        if whole.required_by.is_empty() {
            out.push_str("  no other distribution requires it: it is the program, or the program asks for it\n");
        }
    }
    out
}

/// The steps of a chain, one a line, in two columns.
fn push_chain(out: &mut String, chain: &[Step]) {
    let place = |step: &Step| match (&step.path, step.line) {
        (Some(path), Some(line)) => format!("{path}:{line}"),
        (Some(path), None) => path.clone(),
        (None, _) => step.module.clone(),
    };
    let width = chain
        .iter()
        .map(|step| place(step).len())
        .max()
        .unwrap_or(0);
    for step in chain {
        let rule = match step.how {
            How::Static => "",
            How::Rule => " (by rule)",
        };
        let _ = writeln!(
            out,
            "  {:width$}  imports {}{rule}",
            place(step),
            step.imports
        );
    }
}
