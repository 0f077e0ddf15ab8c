//! The modules that are imported before a path hook exists: `templates/bootstrap/frozen.toml`.

use std::collections::BTreeMap;

use fastice_image::PythonIdentity;
use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::Frozen;
use crate::compile::{self, Compiler, Job, Outcome};
use crate::ui::Silent;
use crate::{Code, Error, Result};

static TEMPLATES: Dir = include_dir!("$CARGO_MANIFEST_DIR/templates/bootstrap");

/// `frozen.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// Standard modules, by name.
    stdlib: Vec<String>,
    /// fastice's own modules: name and file.
    own: BTreeMap<String, String>,
}

/// Compiles the bootstrap. `standard` gives the code object of the standard module whose source is
/// at a path below the root.
///
/// # Errors
/// When a module is missing or cannot be compiled.
pub(crate) fn compile(
    compiler: &Compiler,
    identity: &PythonIdentity,
    standard: &mut dyn FnMut(&str) -> Result<compile::Code>,
) -> Result<Vec<Frozen>> {
    let broken = |what: &str| {
        Error::new(
            Code::DamagedRuntime,
            format!("the bootstrap is broken: {what}"),
        )
    };
    let template = |name: &str| {
        TEMPLATES
            .get_file(name)
            .map(include_dir::File::contents)
            .ok_or_else(|| broken(&format!("{name} is missing")))
    };
    let text = String::from_utf8_lossy(template("frozen.toml")?);
    let table: Table =
        toml::from_str(&text).map_err(|error| broken("frozen.toml").caused_by(error))?;
    let library = crate::runtime::library_directory(identity);
    let mut frozen = Vec::new();
    for name in table.stdlib {
        let path = format!("{library}/{}", name.replace('.', "/"));
        let package = standard(&format!("{path}/__init__.py"));
        let is_package = package.is_ok();
        let code = package.or_else(|_| standard(&format!("{path}.py")))?;
        frozen.push(Frozen {
            name,
            is_package,
            code: code.marshaled,
        });
    }
    let jobs: Vec<Job> = table
        .own
        .iter()
        .map(|(name, file)| {
            Ok(Job {
                source: template(file)?.into(),
                filename: format!("<frozen {name}>"),
                optimize: 0,
            })
        })
        .collect::<Result<_>>()?;
    for (name, outcome) in table.own.into_keys().zip(compiler.compile(&jobs, &Silent)?) {
        match outcome {
            Outcome::Code(code) => frozen.push(Frozen {
                name,
                is_package: false,
                code: code.marshaled,
            }),
            Outcome::Error(error) => return Err(broken(&format!("{name}: {}", error.message))),
        }
    }
    Ok(frozen)
}
