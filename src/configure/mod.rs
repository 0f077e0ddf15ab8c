//! What a build is told: the table `[tool.fastice]` of `pyproject.toml` or of a script's metadata block, `fastice.toml`, the
//! environment, and the command line.
//!
//! [`Configuration`] is the table, typed. To add a key, add a field here with a doc comment; to add a section, add a type in a
//! file of its own and a field of that type here. Everything else follows from the types: what is a valid
//! key, the nearest one to a wrong one, the variables `FASTICE_CONFIG_…`, the reference page and the JSON schema.
//!
//! - [`document`]: one text with such a table in it, checked against the [`schema`];
//! - [`layers`]: several of them, the stronger over the weaker;
//! - [`discover`]: where they come from;
//! - [`check`]: what contradicts itself; [`values`]: what CPython would refuse.

mod bin;
mod check;
mod discover;
mod document;
mod environment;
mod layers;
mod policy;
pub mod reference;
mod schema;
mod values;
mod variables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fastice_image::{Arguments0, AuditHook, Policy, PythonConfig};
use schemars::JsonSchema;
use serde::Deserialize;

pub use bin::{Bin, Mode};
pub use discover::load;
pub use environment::Environment;
pub use policy::{Checking, Limits};

use crate::runtime::Pack;
use crate::runtime::encodings::{self, Use};
use crate::{Code, Error, Result, cli, snapshot};

/// The table `[tool.fastice]`. Lists in it are replaced, and tables are completed, by a stronger source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Configuration {
    /// Name of the executable, as `--name`.
    pub name: Option<String>,
    /// The executable to write, as `--output`.
    pub output: Option<PathBuf>,
    /// How the program runs, as `--mode`. By default what the input is decides.
    pub mode: Option<Mode>,
    /// The console script that becomes the program, as `--script`.
    pub script: Option<String>,
    /// The function that becomes the program, `pkg.mod:func`, as `--entry`.
    pub entry: Option<String>,
    /// The module that becomes the program, as `--module`.
    pub module: Option<String>,
    /// The code that becomes the program, as `--command`.
    pub command: Option<String>,
    /// Arguments in front of those that the program is called with.
    pub arguments: Vec<String>,
    /// What `sys.argv[0]` is.
    pub argv0: Option<Arguments0>,
    /// Further programs in the same file.
    pub bin: Vec<Bin>,

    /// Requirements files to install, as `--requirements`.
    pub requirements: Vec<PathBuf>,
    /// Requirements to install beside the program's own, as `--with`.
    pub with: Vec<String>,
    /// An installed tree or a virtual environment to take as it is, as `--site`.
    pub site: Option<PathBuf>,
    /// What installs dependencies, as `--installer`.
    pub installer: Option<cli::Installer>,

    /// Optimization level of the code, 0 to 2, as `-O`.
    #[schemars(range(min = 0, max = 2))]
    pub optimize: Option<u8>,
    /// Whether the sources of modules are in the executable; `false` as `--no-source`. Default: `true`.
    pub source: Option<bool>,
    /// Standard modules to take although no import of them was found, as `--include-module`.
    pub include_module: Vec<String>,
    /// Standard modules to leave out although they are imported, as `--exclude-module`.
    pub exclude_module: Vec<String>,
    /// Files of `fastice trace`: what those runs imported and read is taken, as `--trace`.
    pub trace: Vec<PathBuf>,
    /// Shared libraries of this machine to take although nothing is seen to need them, as `--include-library`.
    pub include_library: Vec<String>,
    /// Whether shared libraries of this machine that native code needs are taken; `false` as `--no-system-libraries`.
    /// Default: `true`.
    pub system_libraries: Option<bool>,
    /// Modules to make frozen modules: dotted names (a package means all of it), `:stdlib:` or `:all:`, as `--freeze`.
    pub freeze: Vec<String>,

    /// The runtime inside the executable, as `--runtime`: `base` or `full`. By default the smaller that has what the program imports.
    pub runtime: Option<String>,

    /// How the executable is checked.
    pub check: Checking,
    /// What is not written.
    pub policy: Limits,

    /// Audit hooks (PEP 578) that are added before Python is initialized, as `FILE:FUNCTION`: a shared object of the program, by
    /// its path below `/fastice` (`app/audit.so`), and a C function in it of the type `Py_AuditHookFunction`.
    pub audit_hooks: Vec<String>,
    /// The start snapshot.
    pub snapshot: snapshot::Settings,
    /// Whether the runtime has to be hardened, as `--hardened`.
    pub hardened: Option<bool>,

    /// Variables of the environment.
    pub environment: Environment,
    /// How CPython is set up: fields of `PyPreConfig` and `PyConfig`. Both `utf8_mode` and `utf8-mode` are understood.
    #[schemars(with = "PythonConfig")]
    pub python: PythonConfig,

    /// The `fastice.toml` of a project that was not read for one of its files.
    #[serde(skip)]
    pub passed_over: Option<PathBuf>,
}

impl Configuration {
    /// Puts what the command line says over it. Lists become longer; a choice of what runs takes the place of another.
    fn apply(&mut self, source: &cli::Source) {
        fn over<T: Clone>(own: &mut Option<T>, flag: Option<&T>) {
            if let Some(flag) = flag {
                *own = Some(flag.clone());
            }
        }
        if source.chooses() {
            self.script = None;
            self.entry = None;
            self.module = None;
            self.command = None;
            self.mode = None;
        }
        over(&mut self.name, source.name.as_ref());
        over(&mut self.mode, source.mode.as_ref());
        over(&mut self.script, source.script.as_ref());
        over(&mut self.entry, source.entry.as_ref());
        over(&mut self.module, source.module.as_ref());
        over(&mut self.command, source.command.as_ref());
        over(&mut self.site, source.site.as_ref());
        over(&mut self.runtime, source.runtime.as_ref());
        over(&mut self.installer, source.installer.as_ref());
        over(&mut self.snapshot.mode, source.snapshot.as_ref());
        if source.interpreter {
            self.mode = Some(Mode::Interpreter);
        }
        if source.optimize > 0 {
            self.optimize = Some(source.optimize.min(2));
        }
        if source.hardened {
            self.hardened = Some(true);
        }
        if source.no_source {
            self.source = Some(false);
        }
        self.arguments.extend(source.argument.iter().cloned());
        self.requirements
            .extend(source.requirements.iter().cloned());
        self.with.extend(source.with.iter().cloned());
        self.include_module
            .extend(source.include_module.iter().cloned());
        self.trace.extend(source.trace.iter().cloned());
        self.exclude_module
            .extend(source.exclude_module.iter().cloned());
        self.include_library
            .extend(source.include_library.iter().cloned());
        if source.no_system_libraries {
            self.system_libraries = Some(false);
        }
        self.freeze.extend(source.freeze.iter().cloned());
    }

    /// The optimization level, under either of its names.
    pub fn optimization_level(&self) -> u8 {
        self.optimize
            .or(self.python.optimization_level)
            .unwrap_or(0)
    }

    /// The audit hooks.
    pub fn audit_hooks(&self) -> Vec<AuditHook> {
        self.audit_hooks
            .iter()
            .filter_map(|hook| audit_hook(hook))
            .collect()
    }

    /// What the environment may override at run time.
    pub fn policy(&self) -> Policy {
        match (self.environment.policy, self.python.use_environment) {
            (Some(policy), _) => policy,
            (None, Some(true)) => Policy::All,
            (None, _) => Policy::None,
        }
    }

    /// The fields of `PyPreConfig` and `PyConfig` for a frozen program: what is not set is so that nothing outside the executable
    /// changes how it runs.
    pub fn program_config(&self, has_prompt: bool) -> PythonConfig {
        let mut python = self.interpreter_config();
        let variables = self.policy() != Policy::None;
        let is_open = variables
            || python.user_site_directory == Some(true)
            || python.safe_path == Some(false);
        python.isolated.get_or_insert(!is_open);
        python.use_environment.get_or_insert(variables);
        python.user_site_directory.get_or_insert(false);
        python.safe_path.get_or_insert(true);
        // It is `site` that gives the prompt its history and completion.
        python.site_import.get_or_insert(has_prompt);
        python.write_bytecode.get_or_insert(false);
        python.pathconfig_warnings.get_or_insert(false);
        python.parse_argv.get_or_insert(false);
        python
    }

    /// Checks that CPython has the encodings that are set: it would not start.
    ///
    /// # Errors
    /// [`Code::ConfigurationValue`].
    pub(crate) fn check_encodings(&self, pack: &Pack) -> Result<()> {
        let bins = self.bin.iter().map(|bin| &bin.python);
        for python in std::iter::once(&self.python).chain(bins) {
            for (field, value, purpose) in [
                (
                    "filesystem_encoding",
                    &python.filesystem_encoding,
                    Use::Names,
                ),
                ("stdio_encoding", &python.stdio_encoding, Use::Streams),
            ] {
                if let Some(name) = value
                    && !encodings::is_fit(pack, name, purpose)?
                {
                    let message = format!(
                        "`python.{field}` cannot be `{name}`: CPython could not start with it"
                    );
                    return Err(Error::new(Code::ConfigurationValue, message)
                        .hint("the names are those of the Python module `encodings`: utf-8, latin-1, cp1252, …"));
                }
            }
        }
        Ok(())
    }

    /// This configuration as a further program has it.
    pub(super) fn of_bin(&self, bin: &Bin) -> Self {
        let fields = |python: &PythonConfig| toml::Table::try_from(python).unwrap_or_default();
        let mut table = fields(&self.python);
        table.extend(fields(&bin.python));
        Self {
            // What was one of these fields is one again.
            python: table.try_into().unwrap_or_default(),
            bin: Vec::new(),
            ..self.clone()
        }
    }

    /// The fields of `PyPreConfig` and `PyConfig` of the further programs that set some, by name.
    pub fn bin_configs(&self) -> BTreeMap<String, PythonConfig> {
        self.bin
            .iter()
            .filter(|bin| bin.python != PythonConfig::default())
            .map(|bin| (bin.name.clone(), self.of_bin(bin).program_config(false)))
            .collect()
    }

    /// The same for an interpreter, which is as `python` is.
    pub fn interpreter_config(&self) -> PythonConfig {
        let mut python = self.python.clone();
        if python.hash_seed.is_some() {
            python.use_hash_seed.get_or_insert(true);
        }
        python.optimization_level = Some(self.optimization_level());
        python
    }
}

/// Reads `FILE:FUNCTION`.
fn audit_hook(text: &str) -> Option<AuditHook> {
    let (library, symbol) = text.rsplit_once(':')?;
    let mut bytes = symbol.bytes();
    let is_symbol = bytes
        .next()
        .is_some_and(|first| first == b'_' || first.is_ascii_alphabetic())
        && bytes.all(|next| next == b'_' || next.is_ascii_alphanumeric());
    (!library.is_empty() && is_symbol).then(|| AuditHook {
        library: library.to_owned(),
        symbol: symbol.to_owned(),
    })
}

/// Keys of paths, which a file gives relative to itself.
const PATHS: [&str; 4] = ["output", "site", "requirements", "trace"];

/// `path` as the file in `directory` means it.
fn relative_to(directory: &Path, path: &str) -> String {
    directory.join(path).to_string_lossy().into_owned()
}
