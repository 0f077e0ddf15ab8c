//! The command line: what can be written, and what each thing means. Behaviour is in [`crate::commands`].

mod examples;
pub mod reference;
mod tools;

use std::ffi::OsString;
use std::path::PathBuf;

pub use tools::{Completions, Init, Man, Report, Runtime, RuntimeAction, Trace};

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::configure::Mode;
use crate::snapshot::Choice;

/// Turn a Python project or script into one native executable.
#[derive(Debug, Parser)]
#[command(
    name = "fastice",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "Exit status: 0 done, 1 the input is at fault, 2 the command line, fastice or the machine is at fault."
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Print nothing but errors.
    #[arg(
        short,
        long,
        global = true,
        help_heading = "Global options",
        conflicts_with = "verbose"
    )]
    pub quiet: bool,
    /// Print what each stage decides.
    #[arg(short, long, global = true, help_heading = "Global options", action = ArgAction::Count)]
    pub verbose: u8,
    /// When to use colours; `auto` honours `NO_COLOR` and `CLICOLOR`.
    #[arg(
        long,
        global = true,
        help_heading = "Global options",
        value_name = "WHEN",
        default_value = "auto"
    )]
    pub color: Color,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// When the output is a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The shape of what a command prints on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Freeze a script, a project or a requirement into one executable.
    Build(Build),
    /// Freeze into the cache, run the executable there, and pass on its exit status.
    Run(Run),
    /// Write a configuration to begin with.
    Init(Init),
    /// Run the unfrozen program, and record what it imports, reads, loads and starts.
    Trace(Trace),
    /// Run an executable where there is nothing but it, and say what happens.
    Check(Check),
    /// Say what an executable is, without running it.
    Inspect(Inspect),
    /// List the files inside an executable: size, stored size, path.
    List(List),
    /// Show how large the directories inside an executable are.
    Tree(Tree),
    /// Print a file inside an executable.
    Cat(Cat),
    /// Write the files inside an executable to the disk.
    Extract(Extract),
    /// Say why a module or a distribution is in an executable.
    Why(Why),
    /// Write a page for a browser: sizes, imports, a start, licences, warnings.
    Report(Report),
    /// List what an executable is made of, with its licences.
    Licenses(Licenses),
    /// Print the bill of materials of an executable.
    Sbom(Sbom),
    /// Say what changed from one executable to another.
    Diff(Diff),
    /// Compare an executable with its checksums, and with a fresh build.
    Verify(Verify),
    /// List the runtimes that programs can be frozen with.
    Runtime(Runtime),
    /// Print what a shell needs to complete command lines of fastice.
    Completions(Completions),
    /// Print a manual page.
    Man(Man),
    /// Make the start snapshot of an executable anew, on this machine.
    Snapshot(Snapshot),
    /// Explain an error code; without one, list them all.
    Explain(Explain),
    /// Say where the cache is and how large it is, or make it smaller.
    Cache(Cache),
}

/// Arguments of `fastice build`.
#[derive(Debug, Args)]
#[command(after_help = examples::BUILD)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Build {
    /// What is frozen and how.
    #[command(flatten)]
    pub source: Source,
    /// The executable to write [default: dist/NAME].
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Overwrite the output even if fastice did not make it.
    #[arg(long, help_heading = "Output")]
    pub force: bool,
    /// Do everything but writing: say what would go in, and how large it would be.
    #[arg(long, help_heading = "Output")]
    pub dry_run: bool,
    /// Say how long each stage took.
    #[arg(long, help_heading = "Output")]
    pub timings: bool,
    /// Do not run the executable to see that it works.
    #[arg(long, help_heading = "Output")]
    pub no_check: bool,
    /// Write a page for a browser about what was built: sizes, imports, licences, warnings.
    #[arg(
        long,
        value_name = "FILE.html",
        conflicts_with = "dry_run",
        help_heading = "Output"
    )]
    pub report: Option<PathBuf>,
    /// Run the executable for that page, and show what its start imports.
    #[arg(long, requires = "report", help_heading = "Output")]
    pub timeline: bool,
    /// The shape of the summary on stdout.
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Output"
    )]
    pub output_format: OutputFormat,
}

/// Arguments of `fastice run`.
#[derive(Debug, Args)]
#[command(after_help = examples::RUN)]
pub struct Run {
    /// What is frozen and how.
    #[command(flatten)]
    pub source: Source,
    /// Arguments of the program, after `--`.
    #[arg(last = true, value_name = "ARGS")]
    pub arguments: Vec<OsString>,
}

/// Arguments of `fastice check`.
#[derive(Debug, Args)]
#[command(after_help = examples::CHECK)]
pub struct Check {
    /// An executable made by fastice.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Seconds after which it is killed [default: 60 for a command line that is given, else 20].
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
    /// The shape of the answer.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub output_format: OutputFormat,
    /// Arguments of the program, after `--` [default: `--help` if it reads a command line, else what it begins with is imported].
    #[arg(last = true, value_name = "ARGS")]
    pub arguments: Vec<String>,
}

/// Arguments of `fastice inspect`.
#[derive(Debug, Args)]
#[command(after_help = examples::INSPECT)]
pub struct Inspect {
    /// An executable made by fastice.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The shape of the answer.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub output_format: OutputFormat,
}

/// Arguments of `fastice list`.
#[derive(Debug, Args)]
#[command(after_help = examples::LIST)]
pub struct List {
    /// An executable made by fastice.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A file or directory inside it; only this is listed.
    #[arg(value_name = "PATH")]
    pub path: Option<String>,
    /// The shape of the list.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub output_format: OutputFormat,
}

/// Arguments of `fastice tree`.
#[derive(Debug, Args)]
#[command(after_help = examples::TREE)]
pub struct Tree {
    /// An executable made by fastice.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A directory inside it [default: all].
    #[arg(value_name = "PATH")]
    pub path: Option<String>,
    /// How many levels are shown.
    #[arg(short, long, value_name = "LEVELS", default_value_t = 3)]
    pub depth: usize,
    /// The shape of the tree.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub output_format: OutputFormat,
}

/// Arguments of `fastice cat`.
#[derive(Debug, Args)]
#[command(after_help = examples::CAT)]
pub struct Cat {
    /// An executable made by fastice.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The file inside it, as `fastice list` names it.
    #[arg(value_name = "PATH")]
    pub path: String,
}

/// Arguments of `fastice extract`.
#[derive(Debug, Args)]
#[command(after_help = examples::EXTRACT)]
pub struct Extract {
    /// An executable made by fastice.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Files and directories inside it, as `fastice list` names them [default: all].
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// The directory to write to.
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub output: PathBuf,
}

/// Arguments of `fastice why`.
#[derive(Debug, Args)]
#[command(after_help = examples::WHY)]
pub struct Why {
    /// An executable made by fastice.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A module, a distribution or a file inside it.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Show a chain for every module that imports it.
    #[arg(long)]
    pub all: bool,
    /// The shape of the answer.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub output_format: OutputFormat,
}

/// Arguments of `fastice cache`.
#[derive(Debug, Args)]
#[command(after_help = examples::CACHE)]
pub struct Cache {
    /// What to do with it.
    #[command(subcommand)]
    pub action: CacheAction,
}

/// What to do with the cache.
#[derive(Debug, Subcommand)]
pub enum CacheAction {
    /// Print its directory.
    Dir,
    /// Print how much is in it.
    Size {
        /// The shape of the answer.
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        output_format: OutputFormat,
    },
    /// Remove what was not used for some time: what the builder keeps, and what executables have put there.
    Prune {
        /// Keep what was used in so many days.
        #[arg(long, value_name = "DAYS", default_value_t = 30)]
        days: u32,
        /// Remove everything. Nothing that uses the cache may run meanwhile.
        #[arg(long, conflicts_with = "days")]
        all: bool,
    },
}

/// Arguments of `fastice licenses`.
#[derive(Debug, Args)]
#[command(after_help = examples::LICENSES)]
pub struct Licenses {
    /// An executable made by fastice.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Print the texts.
    #[arg(long)]
    pub texts: bool,
    /// The shape of the list.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub output_format: OutputFormat,
}

/// The shape of a bill of materials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BillFormat {
    /// CycloneDX 1.6, JSON.
    Cyclonedx,
    /// SPDX 2.3, JSON.
    Spdx,
}

/// Arguments of `fastice sbom`.
#[derive(Debug, Args)]
#[command(after_help = examples::SBOM)]
pub struct Sbom {
    /// An executable made by fastice.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The standard that it follows.
    #[arg(long, value_name = "FORMAT", default_value = "cyclonedx")]
    pub format: BillFormat,
}

/// Arguments of `fastice diff`.
#[derive(Debug, Args)]
#[command(after_help = examples::DIFF)]
pub struct Diff {
    /// An executable made by fastice.
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// Another one.
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Show all modules that came or went.
    #[arg(long)]
    pub all: bool,
    /// The shape of the answer.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub output_format: OutputFormat,
}

/// Arguments of `fastice verify`.
#[derive(Debug, Args)]
#[command(after_help = examples::VERIFY)]
pub struct Verify {
    /// An executable made by fastice.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Build it again, from what follows with the options of that build, and compare the bytes.
    #[arg(long)]
    pub rebuild: bool,
    /// What is frozen and how.
    #[command(flatten)]
    pub source: Source,
    /// The shape of the answer.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub output_format: OutputFormat,
}

/// Arguments of `fastice snapshot`.
#[derive(Debug, Args)]
#[command(after_help = examples::SNAPSHOT)]
pub struct Snapshot {
    /// An executable made by fastice. It is replaced.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What a process begins with: `off` takes the snapshot out [default: as the present snapshot, or base].
    #[arg(long, value_name = "SCOPE")]
    pub snapshot: Option<Choice>,
    /// What string hashes are seeded with [default: a random number].
    #[arg(long, value_name = "NUMBER")]
    pub hash_seed: Option<u32>,
}

/// Arguments of `fastice explain`.
#[derive(Debug, Args)]
#[command(after_help = examples::EXPLAIN)]
pub struct Explain {
    /// A code such as E0005.
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// What is frozen and how: shared by `build` and `run`.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Source {
    /// A script (its PEP 723 metadata is honoured), a project directory with a `pyproject.toml`, or a
    /// directory or ZIP archive with a `__main__.py` [default: the working directory].
    #[arg(value_name = "INPUT", conflicts_with = "from")]
    pub input: Option<PathBuf>,
    /// A requirement whose console script becomes the program: `--from httpie --script http`.
    #[arg(long, value_name = "REQ")]
    pub from: Option<String>,
    /// The executable's name [default: the script's, the console script's or the module's].
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// The console script that becomes the program, if there are several.
    #[arg(
        long,
        value_name = "NAME",
        group = "entry_choice",
        help_heading = "Entry"
    )]
    pub script: Option<String>,
    /// The function that becomes the program; its result is the exit status.
    #[arg(
        short,
        long,
        value_name = "PKG.MOD:FUNC",
        group = "entry_choice",
        help_heading = "Entry"
    )]
    pub entry: Option<String>,
    /// The module that becomes the program, as with `python -m`.
    #[arg(
        short,
        long,
        value_name = "PKG.MOD",
        group = "entry_choice",
        help_heading = "Entry"
    )]
    pub module: Option<String>,
    /// The code that becomes the program, as with `python -c`.
    #[arg(
        short,
        long,
        value_name = "CODE",
        group = "entry_choice",
        help_heading = "Entry"
    )]
    pub command: Option<String>,
    /// How the program runs, if the input and the other options leave a choice.
    #[arg(long, value_name = "MODE", help_heading = "Entry")]
    pub mode: Option<Mode>,
    /// Make a `python` of one file, with all its options and the whole standard library.
    #[arg(
        long,
        help_heading = "Entry",
        conflicts_with_all = ["entry_choice", "mode"]
    )]
    pub interpreter: bool,
    /// An argument in front of those that the program is called with. Can be given several times.
    #[arg(
        long,
        value_name = "ARG",
        allow_hyphen_values = true,
        help_heading = "Entry"
    )]
    pub argument: Vec<String>,

    /// Set a key of the configuration: `--config python.utf8_mode=true`. Can be given several times.
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Configuration")]
    pub config: Vec<String>,
    /// Read the configuration from this file rather than from `fastice.toml`.
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub config_file: Option<PathBuf>,

    /// Install what a requirements file lists. Can be given several times.
    #[arg(
        short,
        long = "requirements",
        value_name = "FILE",
        help_heading = "Dependencies",
        conflicts_with = "site"
    )]
    pub requirements: Vec<PathBuf>,
    /// Install a requirement beside the program's own. Can be given several times.
    #[arg(
        long,
        value_name = "REQ",
        help_heading = "Dependencies",
        conflicts_with = "site"
    )]
    pub with: Vec<String>,
    /// Take an installed tree or a virtual environment as it is, and install nothing.
    #[arg(
        long,
        value_name = "DIR",
        help_heading = "Dependencies",
        conflicts_with = "from"
    )]
    pub site: Option<PathBuf>,
    /// What resolves and installs dependencies. `auto` is uv if it is on PATH, else the runtime's pip [default: auto].
    #[arg(long, value_name = "TOOL", help_heading = "Dependencies")]
    pub installer: Option<Installer>,

    /// Install exactly what the lock file says, and fail if there is none or it no longer fits: `uv.lock`, `SCRIPT.lock`, `pylock.toml`, or
    /// requirements files in which everything has a hash.
    #[arg(
        long,
        help_heading = "Dependencies",
        conflicts_with_all = ["site", "frozen"]
    )]
    pub locked: bool,
    /// Install exactly what the lock file says, without looking whether it still fits.
    #[arg(long, help_heading = "Dependencies", conflicts_with = "site")]
    pub frozen: bool,
    /// Install from uv's cache alone, without the network.
    #[arg(long, help_heading = "Dependencies")]
    pub offline: bool,

    /// Optimize as `python -O` does; twice as `python -OO`.
    #[arg(short = 'O', action = ArgAction::Count, help_heading = "Contents")]
    pub optimize: u8,
    /// Leave the sources of modules out, so that tracebacks show no lines.
    #[arg(long, help_heading = "Contents")]
    pub no_source: bool,
    /// Take a standard module that no import was found of. Can be given several times.
    #[arg(long, value_name = "MODULE", help_heading = "Contents")]
    pub include_module: Vec<String>,
    /// Leave a standard module out although it is imported. Can be given several times.
    #[arg(long, value_name = "MODULE", help_heading = "Contents")]
    pub exclude_module: Vec<String>,
    /// Take what a run imported and read that `fastice trace` recorded. Can be given several times.
    #[arg(long, value_name = "FILE", help_heading = "Contents")]
    pub trace: Vec<PathBuf>,
    /// Take a shared library of this machine that nothing is seen to need, by name (`libmagic.so.1`) or path. Can be given
    /// several times.
    #[arg(long, value_name = "LIBRARY", help_heading = "Contents")]
    pub include_library: Vec<String>,
    /// Take no shared libraries of this machine that native code needs, such as `libstdc++.so.6`: wherever the executable runs
    /// must have them.
    #[arg(long, help_heading = "Contents")]
    pub no_system_libraries: bool,
    /// Make modules frozen modules, as `_imp.is_frozen()` knows them: a module, a package with everything in it,
    /// `:stdlib:` for the whole standard library, or `:all:`. Can be given several times.
    #[arg(long, value_name = "PATTERN", help_heading = "Contents")]
    pub freeze: Vec<String>,
    /// What a process begins with [default: base].
    #[arg(long, value_name = "SCOPE", help_heading = "Contents")]
    pub snapshot: Option<Choice>,
    /// Take the runtime that is hardened against exploits: position-independent, with read-only relocations and stack canaries.
    /// There is no start snapshot then.
    #[arg(long, help_heading = "Contents")]
    pub hardened: bool,
    /// The runtime inside the executable: `full`, or `base` without OpenSSL, SQLite, curses and readline, if the builder has it
    /// [default: the smaller that has what the program imports].
    #[arg(long, value_name = "NAME", help_heading = "Contents")]
    pub runtime: Option<String>,
}

impl Source {
    /// Does it say what runs?
    pub(crate) fn chooses(&self) -> bool {
        self.interpreter
            || self.mode.is_some()
            || self.script.is_some()
            || self.entry.is_some()
            || self.module.is_some()
            || self.command.is_some()
    }
}

/// What resolves and installs dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Installer {
    /// uv if it is on PATH, else pip.
    #[default]
    Auto,
    /// The `uv` on PATH.
    Uv,
    /// The pip inside the runtime.
    Pip,
}
