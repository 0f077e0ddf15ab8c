//! The schema of the table, made from the types.

use std::sync::OnceLock;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::Configuration;

/// JSON schema (draft 2020-12) of `[tool.fastice]` and of `fastice.toml`.
pub fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let mut settings = SchemaSettings::draft2020_12();
        settings.inline_subschemas = true;
        settings
            .into_generator()
            .into_root_schema_for::<Configuration>()
            .into()
    })
}

/// The keys of a table and what each may hold; nothing if it is no table with fixed keys.
pub(super) fn keys(schema: &Value) -> Option<&Map<String, Value>> {
    alternatives(schema).find_map(|part| part.get("properties")?.as_object())
}

/// What the elements of a list may be.
pub(super) fn elements(schema: &Value) -> Option<&Value> {
    alternatives(schema).find_map(|part| part.get("items"))
}

/// The whole numbers that are allowed.
pub(super) fn range(schema: &Value) -> Option<(i64, i64)> {
    let bound = |part: &Value, name: &str| part.get(name)?.as_i64();
    alternatives(schema).find_map(|part| Some((bound(part, "minimum")?, bound(part, "maximum")?)))
}

/// The words that are allowed, with what they mean.
pub(super) fn words(schema: &Value) -> Vec<(&str, &str)> {
    let mut words = Vec::new();
    for part in alternatives(schema) {
        if let Some(word) = part.get("const").and_then(Value::as_str) {
            let meaning = part.get("description").and_then(Value::as_str);
            words.push((word, meaning.unwrap_or_default()));
        }
        for word in part
            .get("enum")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            words.extend(word.as_str().map(|word| (word, "")));
        }
    }
    words
}

/// Is a value of this JSON type allowed?
pub(super) fn allows(schema: &Value, kind: &str) -> bool {
    alternatives(schema).any(|part| match part.get("type") {
        Some(Value::String(name)) => name == kind,
        Some(Value::Array(names)) => names.iter().any(|name| name == kind),
        _ => false,
    })
}

/// A schema, and the ones that it offers to choose from.
fn alternatives(schema: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    let inner = ["anyOf", "oneOf"]
        .into_iter()
        .filter_map(|name| schema.get(name)?.as_array())
        .flatten()
        .flat_map(alternatives);
    Box::new(std::iter::once(schema).chain(inner))
}

/// All keys of all tables with fixed keys, in full: `python.utf8_mode`.
pub(super) fn all_keys() -> Vec<(Vec<&'static str>, &'static Value)> {
    fn add(
        schema: &'static Value,
        prefix: &[&'static str],
        found: &mut Vec<(Vec<&'static str>, &'static Value)>,
    ) {
        for (name, value) in keys(schema).into_iter().flatten() {
            let path = [prefix, &[name.as_str()]].concat();
            add(value, &path, found);
            found.push((path, value));
        }
    }
    let mut found = Vec::new();
    add(schema(), &[], &mut found);
    found
}

/// The form of a key in which spellings are compared.
pub(super) fn normalized(key: &str) -> String {
    key.to_ascii_lowercase().replace('-', "_")
}
