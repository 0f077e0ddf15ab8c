//! Every JSON document has the schema number that docs/reference/json.md says, and no field that it does not name.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::support::Workspace;

/// The documented commands and their schema numbers, and the section about each.
fn documented() -> Vec<(String, u64, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/json.md");
    let page = fs_err::read_to_string(page).unwrap();
    let section = |command: &str| {
        let (_, rest) = page
            .split_once(&format!("\n## `{command}`\n"))
            .unwrap_or_else(|| panic!("there is no section about {command}"));
        rest.split("\n## ").next().unwrap().to_owned()
    };
    let rows = page.lines().filter_map(|line| {
        let (command, schema) = line
            .strip_prefix("| `")?
            .strip_suffix(" |")?
            .split_once("` | ")?;
        command.starts_with("fastice ").then(|| {
            let schema = schema.parse().unwrap();
            (command.to_owned(), schema, section(command))
        })
    });
    rows.collect()
}

/// The names of all fields, also of what is within, but not below `open`: what is there has names of the program's own.
fn fields(value: &Value, open: &[&str], found: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| fields(value, open, found)),
        Value::Object(values) => {
            for (name, value) in values {
                found.insert(name.clone());
                if !open.contains(&name.as_str()) {
                    fields(value, open, found);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn every_document_is_as_documented() {
    let workspace = Workspace::new();
    workspace.file(
        "one.py",
        "import importlib, sys\nimportlib.import_module(sys.argv[1])\n",
    );
    workspace.file(
        "two.py",
        "import argparse, json\nargparse.ArgumentParser().parse_args()\n",
    );
    workspace.run("build -q two.py -o two");
    let documented = documented();
    let shared: Vec<&str> = ["fastice build", "fastice check"]
        .iter()
        .filter_map(|name| documented.iter().find(|(command, ..)| command == name))
        .map(|(.., section)| section.as_str())
        .collect();
    let mut commands: BTreeSet<String> = BTreeSet::new();
    for (arguments, open) in [
        ("build one.py -o one --timings", &[][..]),
        ("build one.py -o none --dry-run", &[]),
        ("check two", &[]),
        ("inspect one", &["python", "environment"]),
        ("list one", &[]),
        ("tree one", &["entries"]),
        ("why one importlib", &[]),
        ("why one no-such", &[]),
        ("cache size", &[]),
        ("licenses one", &[]),
        ("diff one two", &[]),
        ("verify one", &[]),
        ("runtime list", &[]),
    ] {
        let output = workspace
            .fastice()
            .args(arguments.split(' '))
            .args(["--output-format", "json"])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        if arguments.ends_with("no-such") {
            assert_eq!(text, "", "an error is no document");
            continue;
        }
        let document: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments}: {error}"));
        let (command, schema, section) = documented
            .iter()
            .find(|(command, ..)| format!("fastice {arguments}").starts_with(command.as_str()))
            .unwrap_or_else(|| panic!("{arguments} is not documented"));
        commands.insert(command.clone());
        assert_eq!(document["schema"], *schema, "{command}");
        let mut found = BTreeSet::new();
        fields(&document, open, &mut found);
        found.remove("schema");
        let missing: Vec<&String> = found
            .iter()
            .filter(|name| {
                let written = format!("`{name}`");
                !section.contains(&written) && !shared.iter().any(|text| text.contains(&written))
            })
            .collect();
        assert!(
            missing.is_empty(),
            "{command}: {missing:?} are not documented"
        );
    }
    let all: BTreeSet<String> = documented
        .into_iter()
        .map(|(command, ..)| command)
        .collect();
    assert_eq!(commands, all, "every documented command is tried");
}

/// Every command with `--output-format` is documented.
#[test]
fn every_command_with_json_is_documented() {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/cli.md");
    let reference = fs_err::read_to_string(reference).unwrap();
    let documented: BTreeSet<String> = documented()
        .into_iter()
        .map(|(command, ..)| command)
        .collect();
    for section in reference.split("\n## ").skip(1) {
        let name = section.lines().next().unwrap();
        if section.contains("--output-format") {
            assert!(documented.contains(name), "{name}");
        }
    }
}
