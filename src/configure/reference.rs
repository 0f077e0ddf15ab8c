//! The reference page of the configuration and its JSON schema, made from the types.

use std::fmt::Write as _;

use serde_json::Value;

pub use super::schema::schema;
use super::schema::{elements, keys, range, words};

/// `docs/reference/configuration.md`.
pub fn page() -> String {
    let mut page = String::from(
        "# Configuration\n\n\
         This page is generated from the types of the configuration; `cargo xtask test` says when it is out of date.\n\n\
         A build is configured by the table `[tool.fastice]` of the project's `pyproject.toml` or of a script's\n\
         [metadata block](https://packaging.python.org/en/latest/specifications/inline-script-metadata/), or by a file `fastice.toml` in\n\
         the project's directory, or beside a script, an archive or a compiled file that is no part of a project. It holds the same\n\
         table without its name. `--config-file FILE` names another one; for requirements it is the only one.\n\n\
         From the strongest to the weakest:\n\n\
         1. flags of the command line, then `--config KEY=VALUE`;\n\
         2. variables of the environment: `FASTICE_CONFIG_` and the key in capitals, with `_` for `.` and `-`\n   \
         (`FASTICE_CONFIG_PYTHON_UTF8_MODE=1`);\n\
         3. `fastice.toml`, or the file that `--config-file` names;\n\
         4. `[tool.fastice]` in `pyproject.toml`, or in the script.\n\n\
         A stronger source replaces values and lists of a weaker one and completes its tables. Flags that can be given several times add to\n\
         lists. A choice of what runs (`script`, `entry`, `module`, `command`, `mode`) replaces any other. Paths are relative to the file that they\n\
         are in. In keys, `-` and `_` are the same.\n\n\
         [`fastice.schema.json`](fastice.schema.json) is the JSON schema of the table, for editors.\n",
    );
    section(&mut page, schema(), "[tool.fastice]", &[]);
    page
}

fn section(page: &mut String, schema: &Value, title: &str, prefix: &[&str]) {
    let _ = write!(page, "\n## `{title}`\n\n");
    if let Some(text) = description(schema) {
        let _ = write!(page, "{text}\n\n");
    }
    let mut tables = Vec::new();
    for (name, value) in keys(schema).into_iter().flatten() {
        let path = [prefix, &[name.as_str()]].concat();
        let element = elements(value).filter(|element| keys(element).is_some());
        if !prefix.is_empty() && is_known(name, value) {
            let text = description(value).unwrap_or_default();
            let _ = writeln!(
                page,
                "- `{name}` (table): {text} Its keys are those of `[tool.fastice.{name}]`."
            );
            continue;
        }
        if keys(value).is_some() || element.is_some() {
            tables.push((name, value, element, path));
            continue;
        }
        let text = description(value).unwrap_or_default();
        let _ = write!(page, "- `{name}` ({}): {text}", kind(value));
        for (word, meaning) in words(value)
            .into_iter()
            .filter(|(_, meaning)| !meaning.is_empty())
        {
            let _ = write!(page, "\n  - `{word}`: {meaning}");
        }
        page.push('\n');
    }
    for (name, value, element, path) in tables {
        match element {
            Some(element) => section(page, element, &format!("[[tool.fastice.{name}]]"), &path),
            None => section(page, value, &format!("[tool.fastice.{name}]"), &path),
        }
    }
}

/// Has a table the keys of the one that is called so in the main table?
fn is_known(name: &str, table: &Value) -> bool {
    let names = |table| keys(table).map(|keys| keys.keys().collect::<Vec<_>>());
    let main = keys(schema()).and_then(|tables| tables.get(name));
    main.and_then(names)
        .is_some_and(|main| Some(main) == names(table))
}

/// A doc comment, in one line.
fn description(schema: &Value) -> Option<String> {
    let text = schema.get("description")?.as_str()?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The type of a value, in words.
fn kind(schema: &Value) -> String {
    use super::schema::allows;
    let words: Vec<String> = words(schema)
        .iter()
        .map(|(word, _)| format!("`\"{word}\"`"))
        .collect();
    if !words.is_empty() {
        return words.join(", ");
    }
    if allows(schema, "boolean") {
        return "true or false".to_owned();
    }
    if allows(schema, "integer") {
        return match range(schema) {
            Some((min, max)) => format!("number, {min} to {max}"),
            None => "number".to_owned(),
        };
    }
    if allows(schema, "array") {
        return "list of strings".to_owned();
    }
    if allows(schema, "object") {
        return "table of strings".to_owned();
    }
    "string".to_owned()
}
