//! `FASTICE_CONFIG_PYTHON_UTF8_MODE=1`: one variable for each key. And `--config python.utf8_mode=true`.

use std::env;
use std::path::Path;

use serde_json::Value;

use super::document::{Document, nearest};
use super::schema::{self, normalized};
use crate::{Code, Error, Result};

/// What the names of the variables begin with.
const PREFIX: &str = "FASTICE_CONFIG_";

/// A document for each variable that is set, sorted by name.
///
/// # Errors
/// [`Code::ConfigurationKey`] for a variable of no key, [`Code::ConfigurationValue`].
pub(super) fn from_environment() -> Result<Vec<Document>> {
    let mut set: Vec<(String, String)> = env::vars_os()
        .filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            name.starts_with(PREFIX)
                .then(|| (name, value.to_string_lossy().into_owned()))
        })
        .collect();
    set.sort();
    let keys = schema::all_keys();
    let named = |name: &str| {
        keys.iter()
            .find(|(path, _)| variable(path) == name)
            .cloned()
    };
    set.iter()
        .map(|(name, value)| {
            let (path, schema) = named(name).ok_or_else(|| unknown(name))?;
            let toml = format!("{} = {}", path.join("."), toml_of(value, schema));
            // Shown is the value alone, where it was written.
            document(name, &toml)
        })
        .collect()
}

/// The document of a `--config KEY=VALUE`.
///
/// # Errors
/// As [`from_environment`].
pub(super) fn from_flag(text: &str) -> Result<Document> {
    let Some((key, value)) = text.split_once('=') else {
        return Err(Error::new(
            Code::ConfigurationValue,
            format!("`--config {text}` sets nothing"),
        )
        .hint("write a key and a value: `--config python.utf8_mode=true`"));
    };
    let wanted = normalized(key.trim());
    let known = schema::all_keys()
        .into_iter()
        .find(|(path, _)| normalized(&path.join(".")) == wanted);
    let toml = match known {
        Some((path, schema)) => format!("{} = {}", path.join("."), toml_of(value.trim(), schema)),
        // A key of a table of strings needs no quotes either.
        None if within_strings(&wanted) => {
            format!("{key} = {}", toml::Value::String(value.to_owned()))
        }
        None => format!("{key} = {}", toml_or_text(value.trim())),
    };
    document("--config", &toml)
}

fn document(name: &str, toml: &str) -> Result<Document> {
    let document = Document::parse(Path::new(name), toml, toml, &[], None)?;
    // Without a path into it, a document is all of its table.
    document.ok_or_else(|| Error::new(Code::ConfigurationFile, format!("`{name}` says nothing")))
}

/// The name of the variable for a key.
pub(super) fn variable(path: &[&str]) -> String {
    format!(
        "{PREFIX}{}",
        normalized(&path.join("_")).to_ascii_uppercase()
    )
}

/// A value as it is written in a shell, in TOML: text needs no quotes, and `1` and `0` are truth values where those are wanted.
fn toml_of(value: &str, schema: &Value) -> String {
    let is_quoted = value.starts_with(['"', '\'']);
    match value {
        "1" if schema::allows(schema, "boolean") => "true".to_owned(),
        "0" if schema::allows(schema, "boolean") => "false".to_owned(),
        _ if !is_quoted
            && (schema::allows(schema, "string") || !schema::words(schema).is_empty()) =>
        {
            toml::Value::String(value.to_owned()).to_string()
        }
        _ => toml_or_text(value),
    }
}

/// Is this a key of a table whose keys are free?
fn within_strings(key: &str) -> bool {
    schema::all_keys().into_iter().any(|(path, schema)| {
        let prefix = format!("{}.", normalized(&path.join(".")));
        key.starts_with(&prefix)
            && schema::allows(schema, "object")
            && schema::keys(schema).is_none()
    })
}

/// What is no TOML is meant as text.
fn toml_or_text(value: &str) -> String {
    match toml::de::DeValue::parse(value) {
        Ok(_) => value.to_owned(),
        Err(_) => toml::Value::String(value.to_owned()).to_string(),
    }
}

fn unknown(name: &str) -> Error {
    let error = Error::new(
        Code::ConfigurationKey,
        format!("the variable `{name}` sets no key of fastice's configuration"),
    );
    let names: Vec<String> = schema::all_keys()
        .iter()
        .map(|(path, _)| variable(path))
        .collect();
    match nearest(&normalized(name), names.iter().map(String::as_str)) {
        Some(known) => error.hint(format!("did you mean `{known}`?")),
        None => error.hint("docs/reference/configuration.md lists all keys"),
    }
}
