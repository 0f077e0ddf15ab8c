//! `mode` and `[[tool.fastice.bin]]`: what runs.

use clap::ValueEnum;
use fastice_image::PythonConfig;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a frozen program runs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// By the input and the other choices.
    #[default]
    Auto,
    /// A file of Python source: `python FILE`.
    Script,
    /// A module: `python -m NAME`.
    Module,
    /// A function, called as a console script calls it.
    Entry,
    /// Compiled code, a `.pyc` file: `python FILE`.
    Bytecode,
    /// A directory with a `__main__.py`: `python DIR`. An archive is unpacked.
    Directory,
    /// A ZIP archive, kept byte for byte: `python FILE`.
    Archive,
    /// A string of code: `python -c CODE`.
    Command,
    /// What comes on standard input: `python -`.
    Stdin,
    /// The interactive prompt, with the modules of the program.
    Interactive,
    /// `python` itself, with all its options.
    Interpreter,
}

impl Mode {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Script => "script",
            Self::Module => "module",
            Self::Entry => "entry",
            Self::Bytecode => "bytecode",
            Self::Directory => "directory",
            Self::Archive => "archive",
            Self::Command => "command",
            Self::Stdin => "stdin",
            Self::Interactive => "interactive",
            Self::Interpreter => "interpreter",
        }
    }
}

/// A further program in the same file. It runs when the executable is called by its name, or with its name as the first argument.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Bin {
    /// Its name.
    pub name: String,
    /// A console script.
    pub script: Option<String>,
    /// A function, `pkg.mod:func`.
    pub entry: Option<String>,
    /// A module.
    pub module: Option<String>,
    /// Code.
    pub command: Option<String>,
    /// Arguments in front of those that it is called with.
    pub arguments: Vec<String>,
    /// How CPython is set up for it: fields that differ from those of the table `python`, which are its own otherwise.
    #[schemars(with = "PythonConfig")]
    pub python: PythonConfig,
}

impl Bin {
    /// The keys that say what runs, those that are set.
    pub(super) fn choices(&self) -> Vec<&'static str> {
        choices([
            ("script", self.script.is_some()),
            ("entry", self.entry.is_some()),
            ("module", self.module.is_some()),
            ("command", self.command.is_some()),
        ])
    }
}

/// The names of those that are set.
pub(super) fn choices<const N: usize>(keys: [(&'static str, bool); N]) -> Vec<&'static str> {
    keys.into_iter()
        .filter_map(|(name, set)| set.then_some(name))
        .collect()
}
