//! `[tool.fastice.environment]`: what is baked in, and what the environment may override at run time.

use std::collections::BTreeMap;

use fastice_image::Policy;
use schemars::JsonSchema;
use serde::Deserialize;

/// Variables of the environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Environment {
    /// What the environment may override at run time: the `variables` here, and by `PYTHON*` variables the fields in
    /// `python`. Default: `none`.
    pub policy: Option<Policy>,
    /// With `listed`: names of variables; `*` at the end stands for any rest.
    pub allow: Vec<String>,
    /// Variables that are set before Python starts.
    pub variables: BTreeMap<String, String>,
}
