//! `fastice build`.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use fastice_image::{Arguments0, EnvironmentSettings, Settings};
use serde::Serialize;

use super::{check, print, report};
use crate::Result;
use crate::check::Report;
use crate::cli::{self, OutputFormat};
use crate::configure::{self, Configuration};
use crate::error::ExitStatus;
use crate::pipeline::{self, FreezeOptions, Origin, Policy, Summary};
use crate::resolve::{self, Application, Entry, Interpreter, Request};
use crate::runtime::Pack;
use crate::trace::Trace;
use crate::ui::{Reporter, Terminal, Verbosity, Warning, format};

/// Version of the JSON summary. It grows when a field changes its meaning or goes away, not when one is added.
const SCHEMA: u32 = 1;

/// Builds one executable and prints the summary.
pub(super) fn build(arguments: &cli::Build, terminal: &Terminal) -> Result<ExitStatus> {
    let configuration = configure::load(&arguments.source)?;
    let output = arguments.output.as_ref().or(configuration.output.as_ref());
    if let Some(output) = output {
        // Known at once, so said before anything is installed.
        pipeline::check_output(output, arguments.force)?;
    }
    let source = &arguments.source;
    let how = How {
        force: arguments.force,
        dry_run: arguments.dry_run,
    };
    let summary = freeze(source, &configuration, how, terminal, |name| {
        Ok(output.map_or_else(|| PathBuf::from("dist").join(name), PathBuf::clone))
    })?;
    if arguments.output_format == OutputFormat::Text {
        terminal.say(&text(&summary, terminal.verbosity()));
    }
    if let Some(page) = &arguments.report {
        report::after_build(&summary.output, page, arguments.timeline, terminal)?;
    }
    // A check that nobody would hear of is none.
    let unheard =
        terminal.verbosity() == Verbosity::Quiet && arguments.output_format == OutputFormat::Text;
    let checking = &configuration.check;
    let left_out = arguments.no_check || arguments.dry_run || checking.enabled == Some(false);
    let report = if left_out || unheard && checking.commands.is_empty() {
        None
    } else {
        check::after_build(&summary.output, checking, terminal)?
    };
    let timings = arguments.timings.then(|| timings(terminal));
    if let Some(timings) = &timings {
        terminal.say(&timings_text(timings));
    }
    if arguments.output_format == OutputFormat::Json {
        print::json(&Document {
            schema: SCHEMA,
            summary: &summary,
            check: report,
            warnings: terminal.warnings(),
            timings,
        })?;
    }
    Ok(ExitStatus::Success)
}

/// How an executable is written.
#[derive(Clone, Copy, Default)]
pub(super) struct How {
    /// Over a file that fastice did not make.
    pub(super) force: bool,
    /// Not at all.
    pub(super) dry_run: bool,
}

/// The stages of a build: what the user named becomes the file that `output` decides from the program's name.
pub(super) fn freeze(
    source: &cli::Source,
    configuration: &Configuration,
    how: How,
    terminal: &Terminal,
    output: impl FnOnce(&str) -> Result<PathBuf>,
) -> Result<Summary> {
    if let Some(file) = &configuration.passed_over {
        let message = format!(
            "`{}` is not read: it is that of the project",
            format::path(file)
        );
        terminal.warn(
            &crate::Error::new(crate::Code::ConfigurationPassedOver, message)
                .hint("`--config-file` with its name reads it for this file, too"),
        );
    }
    let trace = Trace::read(&configuration.trace)?;
    let mut request = Request::new(source, configuration);
    request.traced = trace.own_files().map(Path::to_owned).collect();
    resolve::check(&request)?;
    let pack = Pack::locate()?;
    configuration.check_encodings(&pack)?;
    let resolved = resolve::resolve(&request, &Interpreter::of(&pack), terminal)?;
    let application = resolved.application();
    let output = output(&application.name)?;
    terminal.detail(&format!("writing {}", output.display()));
    let options = FreezeOptions {
        settings: settings(configuration, application),
        optimization_level: configuration.optimization_level(),
        include_modules: configuration.include_module.clone(),
        traced_modules: trace.modules.into_keys().collect(),
        exclude_modules: configuration.exclude_module.clone(),
        leave_sources: !configuration.source.unwrap_or(true),
        leave_libraries: !configuration.system_libraries.unwrap_or(true),
        include_libraries: configuration.include_library.clone(),
        freeze: configuration.freeze.clone(),
        flavour: configuration.runtime.clone(),
        snapshot: configuration.snapshot.mode,
        preload: configuration.snapshot.preload.clone(),
        hardened: configuration.hardened.unwrap_or_default(),
        bin_configs: configuration.bin_configs(),
        force: how.force,
        dry_run: how.dry_run,
        policy: Policy::new(&configuration.policy)?,
    };
    let summary = pipeline::freeze(application, &options, &pack, &output, terminal)?;
    terminal.finish();
    Ok(summary)
}

/// The archives of pex start `sys.executable` with a PYTHONPATH, so that variable counts for them unless something else is said.
fn for_pex<'c>(
    configuration: &'c Configuration,
    application: &Application,
) -> Cow<'c, Configuration> {
    let (Some(Entry::Archive(file)), Some(app)) = (&application.entry, &application.app) else {
        return Cow::Borrowed(configuration);
    };
    let is_decided = configuration.environment.policy.is_some()
        || configuration.python.use_environment.is_some()
        || configuration.python.isolated.is_some();
    if is_decided || !resolve::zip::is_pex(&app.root.join(file)) {
        return Cow::Borrowed(configuration);
    }
    let mut configuration = configuration.clone();
    configuration.environment.policy = Some(fastice_image::Policy::Listed);
    configuration.environment.allow = vec!["PYTHONPATH".to_owned()];
    Cow::Owned(configuration)
}

/// How the interpreter is set up.
fn settings(configuration: &Configuration, application: &Application) -> Settings {
    let configuration = &for_pex(configuration, application);
    let entry = application.entry.as_ref();
    let argv0 = match entry {
        // shiv and pex open the archive that `sys.argv[0]` names.
        Some(Entry::Archive(_)) => Arguments0::Python,
        _ => Arguments0::Executable,
    };
    let python = match entry {
        Some(Entry::Interpreter) => configuration.interpreter_config(),
        Some(Entry::Interactive) => configuration.program_config(true),
        _ => configuration.program_config(false),
    };
    Settings {
        arguments: configuration.arguments.clone(),
        argv0: configuration.argv0.unwrap_or(argv0),
        environment: EnvironmentSettings {
            policy: configuration.policy(),
            allow: configuration.environment.allow.clone(),
            variables: configuration.environment.variables.clone(),
        },
        python,
        audit_hooks: configuration.audit_hooks(),
        ..Settings::default()
    }
}

/// The JSON document that a build prints.
#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    #[serde(flatten)]
    summary: &'a Summary,
    /// Absent with `--no-check`, or where nothing could be checked.
    check: Option<Report>,
    /// What the user was warned of.
    warnings: Vec<Warning>,
    /// With `--timings`.
    #[serde(skip_serializing_if = "Option::is_none")]
    timings: Option<Vec<Timing>>,
}

/// How long a stage took.
#[derive(Serialize)]
struct Timing {
    stage: String,
    seconds: f64,
}

fn timings(terminal: &Terminal) -> Vec<Timing> {
    terminal
        .timings()
        .into_iter()
        .map(|(stage, time)| Timing {
            stage,
            seconds: time.as_secs_f64(),
        })
        .collect()
}

fn timings_text(timings: &[Timing]) -> String {
    let all = timings.iter().map(|timing| timing.seconds).sum();
    let rows = timings
        .iter()
        .map(|timing| (timing.stage.as_str(), timing.seconds))
        .chain([("in all", all)]);
    rows.fold(String::new(), |mut out, (stage, seconds)| {
        let time = format::duration(std::time::Duration::from_secs_f64(seconds));
        let _ = writeln!(out, "  {time:>12}  {stage}");
        out
    })
}

/// The summary for people: what takes the room, then the file.
fn text(summary: &Summary, verbosity: Verbosity) -> String {
    /// Parts shown unless verbose.
    const SHOWN: usize = 10;
    let shown = if verbosity > Verbosity::Normal {
        summary.parts.len()
    } else {
        SHOWN
    };
    let mut rows: Vec<(String, u64)> = summary
        .parts
        .iter()
        .take(shown)
        .map(|part| {
            let version = part
                .version
                .as_deref()
                .map(|v| format!(" {v}"))
                .unwrap_or_default();
            let kind = if part.origin == Origin::Program {
                " (program)"
            } else {
                ""
            };
            (format!("{}{version}{kind}", part.name), part.size)
        })
        .collect();
    let rest = &summary.parts[rows.len().min(summary.parts.len())..];
    if !rest.is_empty() {
        let size = rest.iter().map(|part| part.size).sum();
        rows.push((format!("{} more", rest.len()), size));
    }
    let width = rows
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for (name, size) in &rows {
        let size = format::size(*size);
        let _ = writeln!(out, "  {name:width$}  {size:>9}");
    }
    let native = &summary.native;
    if let Some(libraries) = native.taken() {
        let _ = writeln!(out, "taken from this machine: {libraries}");
    }
    let requirement = native
        .requirement()
        .map_or_else(String::new, |requirement| format!(", for {requirement}"));
    let nothing = match &summary.files {
        Some(files) => format!(
            "; {}, and nothing was written",
            format::count(files.len(), "file")
        ),
        None => String::new(),
    };
    let _ = writeln!(
        out,
        "{}: {}, {}{requirement}{nothing}",
        summary.output.display(),
        format::size(summary.size),
        format::count(summary.modules, "module"),
    );
    out
}
