//! `[tool.fastice.policy]` and `[tool.fastice.check]`: what an executable must be like.

use schemars::JsonSchema;
use serde::Deserialize;

/// What a build refuses to write.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Limits {
    /// Licences that nothing in the executable may have: SPDX identifiers, with `*` at the end for any rest; `unknown` stands for
    /// distributions that name none.
    pub deny_licenses: Vec<String>,
    /// Distributions whose licence is not looked at.
    pub exempt: Vec<String>,
    /// The longest that the executable may be: `30MB`.
    pub maximum_size: Option<String>,
    /// The newest glibc that the executable may need: `2.28`.
    pub maximum_glibc: Option<String>,
}

/// How an executable is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Checking {
    /// Whether an executable is checked after it was built; `false` as `--no-check`. Default: `true`.
    pub enabled: Option<bool>,
    /// Command lines of the program, each a list of arguments without its name. By default `--help`, or an import of what the program
    /// begins with.
    pub commands: Vec<Vec<String>>,
    /// Seconds that each of them may take. Default: 60.
    #[schemars(range(min = 1))]
    pub timeout: Option<u64>,
}
