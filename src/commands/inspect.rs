//! `fastice inspect`.

use std::fmt::Write as _;

use fastice_image::{
    Alternative, Guard, Policy, Program, PythonConfig, PythonIdentity, Settings, Snapshot,
};
use serde::Serialize;

use super::print;
use crate::Result;
use crate::audit::Native;
use crate::cli::{self, OutputFormat};
use crate::error::ExitStatus;
use crate::inspect::{self, Executable, FileKind, Hardening, Kind};
use crate::pipeline::Part;
use crate::snapshot::{Contents, LeftOut};
use crate::ui::format;

/// Version of the JSON document.
const SCHEMA: u32 = 1;

/// What is said about an executable.
#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    name: &'a str,
    built_by: &'a str,
    format: u16,
    python: &'a PythonIdentity,
    program: &'a Program,
    alternatives: &'a [Alternative],
    settings: &'a Settings,
    size: u64,
    frozen_modules: usize,
    modules: usize,
    stub_is_whole: bool,
    hardening: Option<Hardening>,
    /// The import graph is recorded.
    provenance: bool,
    native: Native,
    kinds: Vec<Kind>,
    snapshot: Option<&'a Snapshot>,
    snapshot_is_whole: Option<bool>,
    /// The modules of the program in it.
    snapshot_contents: Option<Contents>,
    parts: Vec<Part>,
}

/// Prints what an executable is; reads it and never runs it.
pub(super) fn inspect(arguments: &cli::Inspect) -> Result<ExitStatus> {
    let bytes = inspect::read(&arguments.file)?;
    let executable = Executable::open(&arguments.file, &bytes)?;
    let header = executable.header();
    let document = Document {
        schema: SCHEMA,
        name: &header.name,
        built_by: &header.built_by,
        format: fastice_image::FORMAT_VERSION,
        python: &header.python,
        program: &header.program,
        alternatives: &header.alternatives,
        settings: &header.settings,
        size: executable.size(),
        frozen_modules: header.frozen.len(),
        modules: executable.modules()?,
        stub_is_whole: executable.stub_is_whole(),
        hardening: executable.hardening(),
        provenance: executable.graph()?.is_some(),
        native: executable.native()?,
        kinds: executable.kinds()?,
        snapshot: header.snapshot.as_ref(),
        snapshot_is_whole: executable.snapshot_is_whole(),
        snapshot_contents: executable.snapshot_contents()?,
        parts: executable.parts()?,
    };
    match arguments.output_format {
        OutputFormat::Json => print::json(&document)?,
        OutputFormat::Text => print::text(&text(&document))?,
    }
    Ok(ExitStatus::Success)
}

fn text(document: &Document) -> String {
    let mut rows = vec![
        ("name", document.name.to_owned()),
        (
            "built by",
            format!("{} (image format {})", document.built_by, document.format),
        ),
        (
            "python",
            format!(
                "{} for {}, code objects {}",
                document.python.version, document.python.platform, document.python.cache_tag
            ),
        ),
        (
            "runs",
            with_arguments(program(document.program), &document.settings.arguments),
        ),
        ("optimize", document.settings.optimization_level.to_string()),
        ("size", format::size(document.size)),
        (
            "modules",
            format!(
                "{}, and {} for the start",
                document.modules, document.frozen_modules
            ),
        ),
        (
            "stub",
            if document.stub_is_whole {
                "whole"
            } else {
                "damaged"
            }
            .to_owned(),
        ),
        (
            "hardening",
            document.hardening.map_or_else(String::new, hardening),
        ),
        (
            "records",
            if document.provenance {
                "imports (`fastice why`), components (`fastice sbom`)"
            } else {
                "none"
            }
            .to_owned(),
        ),
    ];
    for alternative in document.alternatives {
        let how = program(&alternative.program);
        let how = with_arguments(how, &alternative.arguments);
        rows.push(("or", format!("{}: {how}", alternative.name)));
    }
    environment(&mut rows, document.settings);
    for hook in &document.settings.audit_hooks {
        rows.push(("audit", format!("{}:{}", hook.library, hook.symbol)));
    }
    rows.push(("snapshot", snapshot(document)));
    if let Some(contents) = &document.snapshot_contents {
        rows.extend(preloaded(contents));
    }
    if let Some(snapshot) = document
        .snapshot
        .filter(|snapshot| !snapshot.guards.is_empty())
    {
        let names: Vec<String> = snapshot.guards.iter().map(guard).collect();
        rows.push(("", format!("only if {}", names.join(", "))));
    }
    for (number, path) in document.settings.search_paths.iter().enumerate() {
        let key = if number == 0 { "sys.path" } else { "" };
        rows.push((key, format!("{}/{path}", fastice_image::ROOT)));
    }
    rows.extend(native(&document.native));
    let mut out = String::new();
    for (key, value) in rows {
        let _ = writeln!(out, "{key:<10}{value}");
    }
    configuration(&mut out, "configuration", &document.settings.python);
    for alternative in document.alternatives {
        if let Some(python) = &alternative.python {
            let title = format!("configuration of {}", alternative.name);
            configuration(&mut out, &title, python);
        }
    }
    out.push_str("\nkinds\n");
    for kind in &document.kinds {
        let name = match kind.kind {
            FileKind::Code => "compiled Python",
            FileKind::Source => "Python source",
            FileKind::Native => "native libraries",
            FileKind::Metadata => "metadata and licences",
            FileKind::Data => "data",
        };
        let files = format::count(kind.files, "file");
        let _ = writeln!(out, "{:>12}  {name} ({files})", format::size(kind.size));
    }
    out.push_str("\ncontents\n");
    for part in &document.parts {
        let version = part
            .version
            .as_deref()
            .map(|v| format!(" {v}"))
            .unwrap_or_default();
        let size = format::size(part.size);
        let files = format::count(part.files, "file");
        let _ = writeln!(out, "{size:>12}  {}{version} ({files})", part.name);
    }
    out
}

/// What is said about the native code.
fn native(native: &Native) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    rows.extend(native.requirement().map(|text| ("needs", text)));
    rows.push(("native", format::count(native.libraries, "file")));
    rows.extend(native.taken().map(|text| ("taken", text)));
    let with_files = |name: &str, paths: &[String]| format!("{name} ({})", paths.join(", "));
    for missing in &native.missing {
        rows.push(("missing", with_files(&missing.name, &missing.needed_by)));
    }
    for copies in &native.duplicates {
        rows.push(("copies", with_files(&copies.name, &copies.paths)));
    }
    for unfit in &native.unfit {
        rows.push(("unfit", format!("{} is for {}", unfit.path, unfit.made_for)));
    }
    rows
}

/// A command line with the arguments that are baked in.
fn with_arguments(mut line: String, arguments: &[String]) -> String {
    for argument in arguments {
        let _ = write!(line, " {argument}");
    }
    line
}

/// Variables, and what may override them.
fn environment(rows: &mut Vec<(&str, String)>, settings: &Settings) {
    let environment = &settings.environment;
    let policy = match environment.policy {
        Policy::None => "overrides nothing".to_owned(),
        Policy::Listed => format!("may override {}", environment.allow.join(", ")),
        Policy::All => "may override everything".to_owned(),
    };
    rows.push(("variables", policy));
    for (name, value) in &environment.variables {
        rows.push(("", format!("{name}={value}")));
    }
}

/// The fields of `PyPreConfig` and `PyConfig` that are not CPython's default.
fn configuration(out: &mut String, title: &str, python: &PythonConfig) {
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(python) else {
        return;
    };
    if fields.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{title}");
    for (name, value) in fields {
        let _ = writeln!(out, "  {name} = {value}");
    }
}

/// Protections, in words.
fn hardening(hardening: Hardening) -> String {
    let rows = hardening
        .rows()
        .map(|(name, held)| format!("{name} {held}"));
    rows.join(", ")
}

/// What a process begins with.
fn snapshot(document: &Document) -> String {
    let Some(snapshot) = document.snapshot else {
        return "off".to_owned();
    };
    let state = match document.snapshot_is_whole {
        Some(true) => "whole",
        _ => "damaged",
    };
    format!("{state}, strings hashed with seed {}", snapshot.hash_seed)
}

/// What of the program is in the snapshot, and what is not.
fn preloaded(contents: &Contents) -> Vec<(&'static str, String)> {
    let count = format::count(contents.modules.len(), "module");
    let mut rows = vec![("", format!("with {count} of the program's imports"))];
    let (followers, causes): (Vec<&LeftOut>, Vec<&LeftOut>) =
        contents.left_out.iter().partition(|one| one.is_follower);
    for cause in causes {
        let place = cause
            .place()
            .map_or_else(String::new, |place| format!(" ({place})"));
        rows.push((
            "",
            format!("without {}: {}{place}", cause.module, cause.reason),
        ));
    }
    if !followers.is_empty() {
        let count = format::count(followers.len(), "module");
        rows.push((
            "",
            format!("and without {count} that need those or come after them"),
        ));
    }
    rows
}

/// When a snapshot is for a process.
fn guard(guard: &Guard) -> String {
    match &guard.value {
        Some(value) => format!("{} is {value:?}", guard.name),
        None => format!("{} is not set", guard.name),
    }
}

/// What runs, as a command line of `python` would say it.
fn program(program: &Program) -> String {
    let root = fastice_image::ROOT;
    match program {
        Program::File { path } | Program::Directory { path } | Program::Archive { path } => {
            format!("python {root}/{path}")
        }
        Program::Module { name } => format!("python -m {name}"),
        Program::Interpreter => "python itself".to_owned(),
        Program::Command { code } => format!("python -c {code:?}"),
        Program::Stdin => "python -".to_owned(),
        Program::Interactive => "python -i".to_owned(),
        Program::Choice => "one of its programs".to_owned(),
    }
}
