//! The header of the index: everything a start needs, decoded in one step.

use std::collections::BTreeMap;

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::node::Extent;
use crate::python::PythonConfig;

/// Decoded once at each start. Its size does not depend on how many files or modules the image holds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct Header {
    /// The builder that wrote the image, `fastice 0.1.0`.
    pub built_by: String,
    /// The program's name, as `-o` or the project gave it.
    pub name: String,
    /// The CPython that the code objects are for.
    pub python: PythonIdentity,
    /// What runs.
    pub program: Program,
    /// What else may run, by name.
    pub alternatives: Vec<Alternative>,
    /// How the interpreter is set up.
    pub settings: Settings,
    /// Modules given to `PyImport_FrozenModules`: what is imported before a path hook can exist.
    pub frozen: Vec<FrozenModule>,
    /// The stub these bytes belong to: XXH3 of the stub as it lies at the start of the file.
    pub stub: Extent,
    /// The start snapshot, if there is one.
    pub snapshot: Option<Snapshot>,
}

/// The memory of an initialized interpreter, for a process to begin with.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct Snapshot {
    /// What string hashes are seeded with (`PyConfig.hash_seed`), in every process that starts from it.
    pub hash_seed: u32,
    /// All of its bytes.
    pub data: Extent,
    /// How they are mapped.
    pub segments: Vec<SnapshotSegment>,
    /// XXH3 of [samples](crate::snapshot::sample) of its bytes, to be compared at each start.
    pub sample: u64,
    /// Variables of the environment that modules have read when they were imported into it: it is for processes in which they
    /// are the same.
    pub guards: Vec<Guard>,
    /// What is told about the modules of the program in it: JSON, the last of its bytes. Nothing if there are none.
    pub report: Option<Extent>,
}

/// A variable of the environment, and what it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct Guard {
    /// Its name.
    pub name: String,
    /// Its value, or nothing if it is not to be set.
    pub value: Option<String>,
}

/// A run of memory in a snapshot. Everything is a multiple of 4096.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct SnapshotSegment {
    /// Where it is in memory.
    pub address: u64,
    /// Where its bytes are, from the start of the snapshot's data.
    pub offset: u64,
    /// How many they are.
    pub len: u64,
    /// How much memory it takes: zeros follow.
    pub memory_len: u64,
}

/// Identifies a CPython as far as code objects and extension modules care.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct PythonIdentity {
    /// `3.13.5`.
    pub version: String,
    /// `PY_VERSION_HEX`, `0x030d05f0`.
    pub hexversion: u32,
    /// `importlib.util.MAGIC_NUMBER`, little endian.
    pub magic: u32,
    /// `sys.implementation.cache_tag`, `cpython-313`.
    pub cache_tag: String,
    /// Triplet of the platform, `x86_64-linux-gnu`.
    pub platform: String,
}

/// What a frozen executable runs. Paths are below the root.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
#[serde(tag = "mode", rename_all = "lowercase")]
pub enum Program {
    /// A file, run as `python FILE`: a script, or the console script of an entry point.
    File {
        /// `app/script.py`, `bin/forecast`.
        path: String,
    },
    /// A module, run as `python -m NAME`; a package's `__main__` is named in full (`notes.__main__`).
    Module {
        /// Dotted name of the module whose code runs.
        name: String,
    },
    /// A directory with a `__main__.py`, run as `python DIR`.
    Directory {
        /// `app`.
        path: String,
    },
    /// No program: the command line is that of `python` itself. This is what a runtime pack is.
    Interpreter,
    /// A ZIP archive with a `__main__`, run as `python FILE`.
    Archive {
        /// `app/tool.pyz`.
        path: String,
    },
    /// Code, run as `python -c CODE`.
    Command {
        /// Python source.
        code: String,
    },
    /// What comes on standard input, run as `python -`.
    Stdin,
    /// The prompt, as of `python -i`.
    Interactive,
    /// Nothing of itself: one of the [alternatives](Header::alternatives) must be named.
    Choice,
}

/// A program that runs when the executable is called by its name, or with its name as the first argument.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct Alternative {
    /// The name.
    pub name: String,
    /// What runs.
    pub program: Program,
    /// Arguments in front of those that it is called with.
    pub arguments: Vec<String>,
    /// Fields of `PyPreConfig` and `PyConfig`, if they differ from those of the main program.
    pub python: Option<PythonConfig>,
}

/// What the environment may override at run time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// Nothing: baked variables win, and `PYTHON*` variables have no effect.
    #[default]
    None,
    /// What `allow` lists. `PYTHON*` variables that it does not list are removed from the program's environment.
    Listed,
    /// Everything.
    All,
}

/// What `sys.argv[0]` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Arguments0 {
    /// The name under which the executable was called. The default, except for archives.
    #[default]
    Executable,
    /// What it is under `python` in this mode: the path of the file or module, `-c`, `-`, or nothing. The default for archives,
    /// which open themselves by it.
    Python,
}

/// How the interpreter is set up: the part of `PyPreConfig` and `PyConfig` that the builder decides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct Settings {
    /// `sys.path`, below the root, in order.
    pub search_paths: Vec<String>,
    /// `PyConfig.optimization_level`, 0 to 2: what the code objects were compiled with.
    pub optimization_level: u8,
    /// Arguments in front of those that the program is called with.
    pub arguments: Vec<String>,
    /// What `sys.argv[0]` is.
    pub argv0: Arguments0,
    /// Variables of the environment.
    pub environment: EnvironmentSettings,
    /// Fields of `PyPreConfig` and `PyConfig`.
    pub python: PythonConfig,
    /// Audit hooks (PEP 578) to add before Python is initialized.
    pub audit_hooks: Vec<AuditHook>,
}

impl Header {
    /// How the interpreter is set up for the alternative with this number, or for the main program.
    pub fn python_config(&self, alternative: Option<usize>) -> &PythonConfig {
        alternative
            .and_then(|at| self.alternatives.get(at)?.python.as_ref())
            .unwrap_or(&self.settings.python)
    }
}

impl Settings {
    /// Is the interpreter set up as that of a program without any configuration of its own? Only such an interpreter can be
    /// made before the process is there.
    pub fn is_usual(&self) -> bool {
        let usual = PythonConfig {
            isolated: Some(true),
            use_environment: Some(false),
            parse_argv: Some(false),
            site_import: Some(false),
            optimization_level: Some(self.optimization_level),
            write_bytecode: Some(false),
            user_site_directory: Some(false),
            safe_path: Some(true),
            pathconfig_warnings: Some(false),
            ..PythonConfig::default()
        };
        self.python == usual
            && self.environment.policy == Policy::None
            && self.argv0 == Arguments0::Executable
            && self.audit_hooks.is_empty()
    }
}

/// A C function that CPython calls for each audit event: `Py_AuditHookFunction`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct AuditHook {
    /// The shared object that has it, below the root.
    pub library: String,
    /// Its symbol.
    pub symbol: String,
}

/// Variables of the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct EnvironmentSettings {
    /// What the environment may override.
    pub policy: Policy,
    /// With [`Policy::Listed`]: names of variables; `*` at the end stands for any rest.
    pub allow: Vec<String>,
    /// Variables that are set before Python starts.
    pub variables: BTreeMap<String, String>,
}

/// One entry of `PyImport_FrozenModules`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
pub struct FrozenModule {
    /// Full name.
    pub name: String,
    /// It is a package.
    pub is_package: bool,
    /// Marshaled code object.
    pub code: Extent,
}
